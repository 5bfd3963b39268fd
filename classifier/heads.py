"""One head: a linear classifier over text features, calibrated, with a threshold under which it abstains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from classifier.calibration import Calibration, Floats, calibrate
from classifier.dataset import folds


@dataclass(frozen=True)
class HeadSettings:
    """How one head is fitted; chosen by log loss on out-of-fold scores (see `models/README.md`)."""

    strength: float  # inverse of the regularisation, `C` of logistic regression
    assert_above: float  # calibrated probability from which the label is asserted


@dataclass(frozen=True)
class HeadModel:
    """A fitted head; `labels` in codebook order, which is the order of the columns everywhere."""

    labels: tuple[str, ...]
    weights: Floats  # (n_labels, n_features)
    intercepts: Floats  # (n_labels,)
    calibration: Calibration
    assert_above: float

    def scores(self, features: csr_matrix) -> Floats:
        """Raw scores, shape (n_texts, n_labels)."""
        result: Floats = features @ self.weights.T + self.intercepts
        return result

    def probabilities(self, features: csr_matrix) -> Floats:
        """Calibrated probabilities, shape (n_texts, n_labels)."""
        return self.calibration.probabilities(self.scores(features))


def fit_head(
    features: csr_matrix,
    labels: Sequence[str],
    groups: Sequence[str],
    order: Sequence[str],
    settings: HeadSettings,
) -> HeadModel:
    """Fit on all cases; calibrate on the scores of cases left out in grouped folds.

    Args:
        features: shape (n_cases, n_features).
        labels, groups: one a case.
        order: the codebook's labels, in its order; a label without a case gets a score of its own below all.
    """
    target = np.array([order.index(label) for label in labels])
    unseen = np.zeros((len(target), len(order)))
    for fit_on, judge_on in folds(labels, groups):
        weights, intercepts = _linear(features, target, fit_on, len(order), settings)
        unseen[judge_on] = features[judge_on] @ weights.T + intercepts
    weights, intercepts = _linear(features, target, np.arange(len(target)), len(order), settings)
    weights = np.asfortranarray(weights)  # `scores` multiplies by its transpose, which is then in one piece
    return HeadModel(tuple(order), weights, intercepts, calibrate(unseen, target), settings.assert_above)


def _linear(
    features: csr_matrix,
    target: NDArray[np.intp],
    rows: NDArray[np.intp],
    count: int,
    settings: HeadSettings,
) -> tuple[Floats, Floats]:
    """Weights (count, n_features) and intercepts of a multinomial logistic regression on some rows."""
    model = LogisticRegression(C=settings.strength, solver="newton-cg", tol=1e-3, max_iter=100)
    model.fit(features[rows], target[rows])
    weights = np.zeros((count, features.shape[1]))
    intercepts = np.full(count, -6.0)
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two labels
        weights[model.classes_] = np.vstack([-model.coef_[0] / 2, model.coef_[0] / 2])
        intercepts[model.classes_] = np.array([-model.intercept_[0] / 2, model.intercept_[0] / 2])
    else:
        weights[model.classes_], intercepts[model.classes_] = model.coef_, model.intercept_
    return weights, intercepts
