import numpy as np
import pytest

from classifier.calibration import calibrate
from classifier.dataset import folds
from classifier.evaluation import calibration_error, macro_f1


def test_scores_that_are_too_sure_are_cooled() -> None:
    chance = np.random.default_rng(0)
    true = chance.normal(size=(4000, 3))
    labels = np.array([chance.choice(3, p=np.exp(row) / np.exp(row).sum()) for row in true])
    fitted = calibrate(true * 3, labels)
    assert fitted.temperature == pytest.approx(3, rel=0.1)
    stated = fitted.probabilities(true * 3)
    right = (stated.argmax(axis=1) == labels).astype(float)
    assert calibration_error(stated.max(axis=1), right) < 0.03


def test_calibration_error_by_hand() -> None:
    # three said 0.9 of which two are right, one said 0.5 and wrong: (|2.7 - 2| + |0.5 - 0|) / 4
    error = calibration_error(np.array([0.9, 0.9, 0.9, 0.5]), np.array([1.0, 1.0, 0.0, 0.0]))
    assert error == pytest.approx(0.3)


def test_macro_f1_by_hand() -> None:
    # label a: precision 1, recall 1/2 → 2/3; label b: precision 1/2, recall 1 → 2/3
    assert macro_f1(np.array(["a", "a", "b"]), np.array(["a", "b", "b"]), ["a", "b", "c"]) == pytest.approx(
        2 / 3
    )


def test_groups_never_straddle_a_split() -> None:
    labels = ["x", "y"] * 30
    groups = [str(i // 4) for i in range(60)]
    for fit_on, judge_on in folds(labels, groups):
        assert not {groups[i] for i in fit_on} & {groups[i] for i in judge_on}
