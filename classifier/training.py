"""Training: labelled cases to a saved version, with progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from classifier.dataset import Case, fingerprint, read_cases
from classifier.model import Progress, fit, quiet
from classifier.registry import MODELS, Registry

MIN_CASES = 30  # below this no fold holds every label


class TrainingError(ValueError):
    """The cases do not suffice to train on; the text says what is missing."""


def train(files: Sequence[Path], models: Path = MODELS, progress: Progress = quiet) -> str:
    """Train on the cases of `files`, save the version under `models`, make it current, return its name.

    Raises:
        DatasetError: a file is broken, with its line.
        TrainingError: too few cases, or only one label.
    """
    cases = read_cases(files)
    check_enough(cases)
    model = fit(cases, progress)
    about = {
        "cases": len(cases),
        "data_sha256": fingerprint(cases),
        "labels": dict(Counter(case.engagement for case in cases)),
        "seed": 0,
    }
    return Registry(models).save(model, about)


def check_enough(cases: Sequence[Case]) -> None:
    """Refuse what cannot be learnt from."""
    for head in ("engagement", "pathway"):
        groups = {label: set[str]() for label in {getattr(case, head) for case in cases}}
        for case in cases:
            groups[getattr(case, head)].add(case.group)
        thin = sorted(label for label, members in groups.items() if len(members) < 2)
        if len(groups) < 2 or thin:
            raise TrainingError(
                f"Each {head} label needs at least two cases of its own; too few: {thin or list(groups)}."
            )
    if len(cases) < MIN_CASES:
        raise TrainingError(f"{len(cases)} cases are too few to train on; {MIN_CASES} are the least.")
