"""The model: features, heads and neighbours, fitted together and saved as one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from classifier.calibration import Floats
from classifier.dataset import REVIEWED, Case
from classifier.features import TextFeatures
from classifier.heads import HeadModel, HeadSettings, fit_head
from classifier.neighbours import Neighbours
from classifier.taxonomy import ABOUT_NOTHING, taxonomy
from classifier.text import read

Progress = Callable[[str], None]


def quiet(step: str) -> None:
    """Tells nobody."""


STEPS = ("features", "engagement", "pathway", "level", "modes", "neighbours")
MIN_BATCHES = 4  # with fewer, a fold without one would have too little left
# Modes are asked of these types alone (codebook, section 3).
WITH_MODES = ("participation", "co_production")

SETTINGS = {
    "engagement": HeadSettings(strength=10.0, assert_above=0.94),
    "pathway": HeadSettings(strength=6.0, assert_above=0.92),
    "level": HeadSettings(strength=6.0, assert_above=0.6),
    "mode": HeadSettings(strength=6.0, assert_above=0.5),
}


@dataclass(frozen=True)
class Model:
    """A fitted model. `heads` holds engagement, pathway and level; `modes` one yes-or-no head each."""

    features: TextFeatures
    heads: dict[str, HeadModel]
    modes: dict[str, HeadModel]
    neighbours: Neighbours

    def probabilities(self, features: csr_matrix) -> dict[str, Floats]:
        """Calibrated probabilities of engagement and pathway, each of shape (n_texts, n_labels).

        The codebook ties the two: self-help is always outside-in, and what is outside the scale has no
        origin. So both heads are read together, and what the codebook excludes gets no probability.
        """
        engagement = self.heads["engagement"].probabilities(features)
        pathway = self.heads["pathway"].probabilities(features)
        joint = engagement[:, :, None] * pathway[:, None, :] * _allowed()[None, :, :]
        joint /= joint.sum(axis=(1, 2), keepdims=True)
        return {"engagement": joint.sum(axis=2), "pathway": joint.sum(axis=1)}


def _allowed() -> Floats:
    """1 where engagement (row) and pathway (column) may go together, else 0."""
    book = taxonomy()
    mask = np.ones((len(book.engagement), len(book.pathway)))
    for label, only in (("self_help", "outside_in"), (ABOUT_NOTHING, "unclear")):
        row = list(book.engagement).index(label)
        mask[row] = [float(pathway == only) for pathway in book.pathway]
    return mask


def fit(cases: Sequence[Case], progress: Progress = quiet) -> Model:
    """Fit everything on labelled cases; `progress` is told the name of each finished step of `STEPS`."""
    book = taxonomy()
    groups = held_out_groups(cases)
    features = TextFeatures()
    matrix = features.fit_transform([read(case.text).text for case in cases])
    progress("features")
    heads = {}
    for name, order in (("engagement", book.engagement), ("pathway", book.pathway), ("level", book.level)):
        labels = [getattr(case, name) for case in cases]
        heads[name] = fit_head(matrix, labels, groups, list(order), SETTINGS[name])
        progress(name)
    modes = _fit_modes(matrix, cases)
    progress("modes")
    # People's own texts teach, and are never shown to others as a similar case.
    shown = [i for i, case in enumerate(cases) if case.batch != REVIEWED]
    neighbours = Neighbours.of(matrix[shown], [cases[i] for i in shown])
    progress("neighbours")
    return Model(features, heads, modes, neighbours)


def held_out_groups(cases: Sequence[Case]) -> list[str]:
    """What a fold leaves out together: whole batches where there are some, else groups of cases.

    Real texts come from hands that the model has never seen. Calibrated on the batches it has not seen, it
    is less sure of itself, and rightly (`models/README.md`).
    """
    batches = {case.batch for case in cases if case.batch}
    return [case.batch or case.group if len(batches) >= MIN_BATCHES else case.group for case in cases]


def _fit_modes(matrix: csr_matrix, cases: Sequence[Case]) -> dict[str, HeadModel]:
    """A yes-or-no head for each mode, on the cases whose type has modes."""
    rows = [i for i, case in enumerate(cases) if case.engagement in WITH_MODES]
    groups = held_out_groups([cases[i] for i in rows])
    fitted = {}
    for mode in taxonomy().mode:
        labels = ["yes" if mode in cases[i].modes else "no" for i in rows]
        if len(set(labels)) == 2:
            fitted[mode] = fit_head(matrix[rows], labels, groups, ["no", "yes"], SETTINGS["mode"])
    return fitted
