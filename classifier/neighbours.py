"""The nearest labelled cases: what a reviewer would lay beside a new text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from classifier.assessment import Neighbour
from classifier.dataset import Case

EXCERPT = 300  # characters shown of a similar case


@dataclass(frozen=True)
class Neighbours:
    """The labelled cases as rows of length 1, shape (n_cases, n_features), with what is shown of each."""

    matrix: csr_matrix
    ids: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    titles: tuple[str, ...]
    excerpts: tuple[str, ...]
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, matrix: csr_matrix, cases: Sequence[Case]) -> Neighbours:
        """Cases and their features, row by row."""
        return cls(
            matrix.astype(np.float32),
            tuple(case.id for case in cases),
            tuple((case.engagement, case.pathway) for case in cases),
            tuple(case.title for case in cases),
            tuple(_begin(case.text) for case in cases),
            tuple(case.spans.get("engagement", "") for case in cases),
        )

    def nearest(self, row: csr_matrix, count: int = 3) -> tuple[Neighbour, ...]:
        """The `count` most similar cases of one text's features (1, n_features), most similar first."""
        # With a dense vector: five times as fast as sparse by sparse.
        similarity = self.matrix @ row.toarray().ravel().astype(np.float32)
        best = np.argsort(-similarity, kind="stable")[:count]
        return tuple(self._at(int(i), round(float(similarity[i]), 3)) for i in best)

    def _at(self, row: int, similarity: float) -> Neighbour:
        engagement, pathway = self.labels[row]
        return Neighbour(
            id=self.ids[row],
            similarity=similarity,
            engagement=engagement,
            pathway=pathway,
            title=self.titles[row],
            excerpt=self.excerpts[row],
            because=self.reasons[row],
        )


def _begin(text: str) -> str:
    """The first words of a text, enough to see what it is about."""
    return text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(None, 1)[0] + " …"
