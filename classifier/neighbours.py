"""The nearest labelled cases: what a reviewer would lay beside a new text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from classifier.assessment import Neighbour
from classifier.dataset import Case


@dataclass(frozen=True)
class Neighbours:
    """The labelled cases as rows of length 1, shape (n_cases, n_features), with what is shown of each."""

    matrix: csr_matrix
    ids: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    titles: tuple[str, ...]
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, matrix: csr_matrix, cases: Sequence[Case]) -> Neighbours:
        """Cases and their features, row by row."""
        return cls(
            matrix.astype(np.float32),
            tuple(case.id for case in cases),
            tuple((case.engagement, case.pathway) for case in cases),
            tuple(case.title for case in cases),
            tuple(case.spans.get("engagement", "") for case in cases),
        )

    def nearest(self, row: csr_matrix, count: int = 3) -> tuple[Neighbour, ...]:
        """The `count` most similar cases of one text's features (1, n_features), most similar first."""
        similarity = (self.matrix @ row.T).toarray().ravel()
        best = np.argsort(-similarity, kind="stable")[:count]
        return tuple(self._at(int(i), round(float(similarity[i]), 3)) for i in best)

    def _at(self, row: int, similarity: float) -> Neighbour:
        engagement, pathway = self.labels[row]
        return Neighbour(self.ids[row], similarity, engagement, pathway, self.titles[row], self.reasons[row])
