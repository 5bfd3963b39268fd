"""Calibration: scores of unseen cases to probabilities that mean what they say.

One temperature and one bias per label, fitted on out-of-fold scores: on few hundred cases this keeps its
promise where isotonic regression overfits (Guo et al. 2017, arXiv 1706.04599, for the temperature).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """`temperature` divides the scores, `bias` (n_labels,) is added to them."""

    temperature: float
    bias: Floats

    def probabilities(self, scores: Floats) -> Floats:
        """Scores of shape (n_texts, n_labels) to probabilities of the same shape."""
        result: Floats = softmax(scores / self.temperature + self.bias, axis=1)
        return result


def calibrate(scores: Floats, labels: NDArray[np.intp], pull: float = 0.02) -> Calibration:
    """Fit on scores (n_cases, n_labels) of cases that the scorer has not seen; `labels` are positions.

    `pull` draws the biases towards 0, so that a label with few cases is not shifted by chance.
    """
    count = scores.shape[1]

    def loss(parameters: Floats) -> float:
        logged = log_softmax(scores * np.exp(-parameters[0]) + parameters[1:], axis=1)
        return float(-logged[np.arange(len(labels)), labels].mean() + pull * (parameters[1:] ** 2).sum())

    best = minimize(loss, np.zeros(count + 1), method="L-BFGS-B").x
    return Calibration(float(np.exp(best[0])), best[1:] - best[1:].mean())
