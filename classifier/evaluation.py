"""Measuring a model on labelled cases that it has not seen, with intervals.

Every figure that Rung prints about itself comes from here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from classifier.assessment import Assessment
from classifier.calibration import Floats
from classifier.dataset import DatasetError
from classifier.taxonomy import taxonomy

RESAMPLES = 1000
Labels = NDArray[np.str_]


@dataclass(frozen=True)
class Figure:
    """A figure with its 95 % interval from resampling the cases."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class HeadReport:
    """How well one head did. `calibration_error` is the expected one over ten bins of equal width.

    `coverage` is the share of cases in which the head asserted its label, `asserted_right` how many of
    those were right. `confusion[i][j]`: cases of label i that were called j, in the order of `labels`.
    """

    cases: int
    macro_f1: Figure
    accuracy: Figure
    calibration_error: Figure
    coverage: Figure
    asserted_right: Figure
    labels: tuple[str, ...]
    per_label: dict[str, dict[str, float]]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Report:
    """Reports by head; `modes_f1` is over all yes-or-no decisions on cases whose true type has modes."""

    heads: dict[str, HeadReport]
    modes_f1: Figure | None

    def to_dict(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Truth:
    """A labelled text to measure on; `None` where the file does not say."""

    text: str
    engagement: str
    pathway: str
    modes: tuple[str, ...] | None
    level: str | None


def read_truths(path: Path) -> list[Truth]:
    """Labelled texts of a JSON Lines file with `text`, `engagement`, `pathway`, and optionally `title`
    (put before the text), `modes`, `level`; lines that say `"clear": false` are left out.

    Raises:
        DatasetError: for the first broken line, naming it.
    """
    truths = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            truth = _truth(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise DatasetError(f"{path}, line {number}: {error!r}") from error
        if truth is not None:
            truths.append(truth)
    if not truths:
        raise DatasetError(f"{path} holds no labelled texts")
    return truths


def _truth(record: dict[str, Any]) -> Truth | None:
    book = taxonomy()
    if record["engagement"] not in book.engagement or record["pathway"] not in book.pathway:
        raise ValueError(f"not a label: {record['engagement']}, {record['pathway']}")
    if record.get("clear") is False:
        return None
    text = f"{record['title']}\n{record['text']}" if record.get("title") else record["text"]
    modes = tuple(record["modes"]) if "modes" in record else None
    return Truth(text, record["engagement"], record["pathway"], modes, record.get("level"))


def evaluate(truths: Sequence[Truth], assessments: Sequence[Assessment]) -> Report:
    """Compare assessments with the truth, one by one in the same order."""
    heads = {}
    for name in ("engagement", "pathway", "level"):
        pairs = [(getattr(t, name), getattr(a, name)) for t, a in zip(truths, assessments, strict=True)]
        pairs = [(label, head) for label, head in pairs if label is not None]
        if pairs:
            heads[name] = _head_report([label for label, _ in pairs], [head for _, head in pairs])
    return Report(heads, _modes(truths, assessments))


def _head_report(truth: Sequence[str], heads: Sequence[Any]) -> HeadReport:
    labels = tuple(heads[0].probabilities)
    true, said = np.array(truth), np.array([head.label for head in heads])
    right = (true == said).astype(float)
    sure = np.array([not head.abstain for head in heads])
    chance = np.array([head.confidence for head in heads])
    precision, recall, f1, count = precision_recall_fscore_support(true, said, labels=labels, zero_division=0)
    return HeadReport(
        cases=len(true),
        macro_f1=interval(lambda rows: macro_f1(true[rows], said[rows], labels), len(true)),
        accuracy=interval(lambda rows: float(right[rows].mean()), len(true)),
        calibration_error=interval(lambda rows: calibration_error(chance[rows], right[rows]), len(true)),
        coverage=interval(lambda rows: float(sure[rows].mean()), len(true)),
        asserted_right=interval(lambda rows: _mean(right[rows][sure[rows]]), len(true)),
        labels=labels,
        per_label={
            label: {
                "precision": round(float(precision[i]), 3),
                "recall": round(float(recall[i]), 3),
                "f1": round(float(f1[i]), 3),
                "cases": int(count[i]),
            }
            for i, label in enumerate(labels)
        },
        confusion=tuple(tuple(map(int, row)) for row in confusion_matrix(true, said, labels=labels)),
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def macro_f1(true: Labels, said: Labels, labels: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in the truth."""
    present = [label for label in labels if (true == label).any()]
    return float(f1_score(true, said, labels=present, average="macro", zero_division=0))


def calibration_error(chance: Floats, right: Floats, bins: int = 10) -> float:
    """Expected calibration error: mean distance of stated chance and share right, weighted by bin."""
    which = np.minimum((chance * bins).astype(int), bins - 1)
    gaps = [abs(chance[which == b].sum() - right[which == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(chance))


def interval(figure: Any, count: int) -> Figure:
    """A figure (a function of row positions) with its 95 % interval over resampled rows."""
    chooser = np.random.default_rng(0)
    values = [figure(chooser.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile(values, [2.5, 97.5]) if not np.isnan(values).all() else (np.nan, np.nan)
    return Figure(*(round(float(v), 4) for v in (figure(np.arange(count)), low, high)))


def _modes(truths: Sequence[Truth], assessments: Sequence[Assessment]) -> Figure | None:
    rows = [(t.modes, a.modes) for t, a in zip(truths, assessments, strict=True) if t.modes]
    if not rows:
        return None
    true = np.array([[mode in modes for mode in taxonomy().mode] for modes, _ in rows])
    said = np.array([[mode in modes for mode in taxonomy().mode] for _, modes in rows])
    return interval(lambda r: float(f1_score(true[r].ravel(), said[r].ravel(), zero_division=0)), len(rows))


def describe(report: Report) -> str:
    """The report as lines to read in a terminal."""
    lines = []
    for name, head in report.heads.items():
        lines += [f"{name}: {head.cases} cases"]
        for key in ("macro_f1", "accuracy", "calibration_error", "coverage", "asserted_right"):
            figure = getattr(head, key)
            lines.append(f"  {key:18} {figure.value:6.3f}   (95 %: {figure.low:.3f} to {figure.high:.3f})")
        for label, row in head.per_label.items():
            lines.append(
                f"    {label:16} precision {row['precision']:.2f}  recall {row['recall']:.2f}  "
                f"F1 {row['f1']:.2f}  cases {row['cases']}"
            )
        lines.append("    confusion (rows: true, columns: said)")
        lines += [
            "    " + f"{label:16}" + "".join(f"{n:5}" for n in row)
            for label, row in zip(head.labels, head.confusion, strict=True)
        ]
    if report.modes_f1 is not None:
        figure = report.modes_f1
        lines.append(f"modes: F1 {figure.value:.3f}   (95 %: {figure.low:.3f} to {figure.high:.3f})")
    return "\n".join(lines)
