"""A picture of an evaluation: confusion, reliability and risk–coverage of type and pathway, on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from classifier.assessment import Assessment, Head
from classifier.evaluation import HeadReport, Report, Truth
from classifier.taxonomy import taxonomy

INK, BLUE, GREY = "#222222", "#0072B2", "#8FA3B0"
BINS = 10


def draw(report: Report, truths: Sequence[Truth], assessments: Sequence[Assessment], path: Path) -> None:
    """Write the sheet as PNG: a row a head, with confusion (rows true), reliability, risk and coverage."""
    heads = [name for name in ("engagement", "pathway") if name in report.heads]
    figure = Figure(figsize=(13, 4.2 * len(heads)), dpi=110, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(heads), 3, squeeze=False)
    for row, name in enumerate(heads):
        said: list[Head] = [getattr(assessment, name) for assessment in assessments]
        true = [getattr(truth, name) for truth in truths]
        sure = np.array([head.confidence for head in said])
        right = np.array([head.label == label for head, label in zip(said, true, strict=True)])
        _confusion(grid[row][0], name, report.heads[name])
        _reliability(grid[row][1], sure, right)
        _risk(grid[row][2], sure, right, report.heads[name])
    figure.savefig(path, format="png")


def _confusion(axes: Axes, name: str, head: HeadReport) -> None:
    book = getattr(taxonomy(), name)
    counts = np.array(head.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(counts.shape):
        dark = shares[row, column] > 0.5
        axes.text(
            column, row, str(counts[row, column]), ha="center", va="center", color="white" if dark else INK
        )
    names = [book[label].name for label in head.labels]
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right")
    axes.set_yticks(range(len(names)), names)
    title = "Type" if name == "engagement" else "Pathway"
    axes.set_title(f"{title}: true (rows) and said, macro-F1 {head.macro_f1.value:.2f}", fontsize=10)


def _reliability(axes: Axes, sure: np.ndarray, right: np.ndarray) -> None:
    edges = np.minimum((sure * BINS).astype(int), BINS - 1)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1)
    for one in range(BINS):
        inside = edges == one
        if inside.any():
            axes.scatter(
                sure[inside].mean(), right[inside].mean(), s=20 + 4 * inside.sum(), color=BLUE, alpha=0.7
            )
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="said to be this sure", ylabel="share right")
    axes.set_title("Reliability (size: number of cases)", fontsize=10)


def _risk(axes: Axes, sure: np.ndarray, right: np.ndarray, head: HeadReport) -> None:
    order = np.argsort(-sure)
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    axes.plot(np.arange(1, len(order) + 1) / len(order), shares, color=BLUE)
    axes.axhline(0.9, color=GREY, linestyle="--", linewidth=1)
    axes.scatter([head.coverage.value], [head.asserted_right.value], color=INK, zorder=3)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="share of cases asserted", ylabel="share of these right")
    axes.set_title("Risk and coverage (dot: where Rung stands)", fontsize=10)
