"""Pictures: numbers in, PNG bytes out. Each is shown with alt text that says the same.

Colours are from Okabe & Ito's palette (2008), told apart by colour-blind people; the white ground is drawn
along, so that a picture reads the same in dark mode.
"""

from __future__ import annotations

import io
import threading

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bot.numbers import FEW, Numbers, Spread
from bot.views.parts import percent
from classifier.assessment import Assessment, Head
from classifier.quality import Quality
from classifier.taxonomy import Label, Taxonomy

SURE, OPEN, INK, OTHER, ORANGE = "#0072B2", "#CFE3F1", "#222222", "#8FA3B0", "#E69F00"
_lock = threading.Lock()  # matplotlib's font cache is not made for threads


def score_card(book: Taxonomy, quality: Quality) -> bytes:
    """Dimensions and the whole as bars from 0 to 100: what is sure, what is still possible, the score."""
    rows = [("Overall", quality.overall)]
    rows += [(book.dimension[key].name, interval) for key, interval in quality.dimensions.items()]
    with _lock:
        figure, axes = _sheet(rows=len(rows), left=0.31)
        for row, (_, interval) in enumerate(rows):
            at = -row - (0.35 if row else 0)
            axes.barh(at, 100, color="#F0F0F0", height=0.5)
            axes.barh(at, interval.high - interval.low, left=interval.low, color=OPEN, height=0.5)
            axes.barh(at, interval.low, color=SURE, height=0.5)
            if interval.score is not None:
                axes.plot([interval.score] * 2, [at - 0.33, at + 0.33], color=INK, linewidth=2.5)
                axes.text(103, at, str(interval.score), va="center", fontsize=11, color=INK, weight="bold")
            else:
                axes.text(103, at, "open", va="center", fontsize=10, color="#666666")
        axes.set_yticks([-row - (0.35 if row else 0) for row in range(len(rows))], [name for name, _ in rows])
        axes.set_xlim(0, 112)
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.set_title("Dark: sure. Light: still possible. Line: score now.", fontsize=9, color="#444444")
        return _png(figure)


def week(book: Taxonomy, numbers: Numbers) -> bytes:
    """Cases by type, split by pathway, with a mark at the usual number of the type; quality beneath."""
    counts = numbers.by_type()
    rows: list[str | None] = [key for key in book.engagement if counts.get(key) or numbers.usual.get(key)]
    rows += [None] if counts.get(None) else []
    rated = [(key, spread) for key, spread in numbers.quality.items() if spread.mean is not None]
    with _lock:
        height = 1.0 + 0.36 * (len(rows) + len(rated)) + (0.35 if rated else 0)
        figure = Figure(figsize=(6.4, height), dpi=150, facecolor="white")
        FigureCanvasAgg(figure)
        part = 0.36 * len(rows) / height
        axes = _bare(figure.add_axes((0.35, 1 - part - 0.1 / height, 0.6, part)))
        _types(axes, book, rows, numbers)
        legend = [(SURE, "■ inside-out"), (ORANGE, "■ outside-in"), (OTHER, "■ not stated"), (INK, "| usual")]
        for place, (colour, name) in enumerate(legend):
            at = 1 - part - 0.42 / height
            figure.text(0.35 + 0.155 * place, at, name, color=colour, fontsize=9)
        if rated:
            share = 0.36 * len(rated) / height
            _spreads(_bare(figure.add_axes((0.35, 0.42 / height, 0.6, share))), book, rated)
            note = "Quality, 0 to 100. Bar: middle half of the cases. Line: mean."
            figure.text(0.35, 0.08 / height, note, fontsize=8, color="#444444")
        return _png(figure)


def _types(axes: Axes, book: Taxonomy, rows: list[str | None], numbers: Numbers) -> None:
    counts = numbers.by_type()
    for row, key in enumerate(rows):
        left = 0.0
        for pathway, colour in (("inside_out", SURE), ("outside_in", ORANGE), (None, OTHER)):
            mine = [n for (e, p), n in numbers.types.items() if e == key and _pathway(p) == pathway]
            axes.barh(-row, sum(mine), left=left, color=colour, height=0.6)
            left += sum(mine)
        usual = numbers.usual.get(key, 0)
        axes.plot([usual] * 2, [-row - 0.42, -row + 0.42], color=INK, linewidth=2)
        axes.text(max(left, usual), -row, f"  {int(left)}", va="center", fontsize=11, color=INK)
    names = [book.engagement[key].name if key else "Not settled yet" for key in rows]
    axes.set_yticks([-row for row in range(len(rows))], names)
    axes.set_xlim(0, max([1.0, *counts.values(), *numbers.usual.values()]) * 1.15)
    axes.set_ylim(-len(rows) + 0.5, 0.5)


def _spreads(axes: Axes, book: Taxonomy, rated: list[tuple[str, Spread]]) -> None:
    for row, (_, spread) in enumerate(rated):
        low, high, mean = spread.low or 0.0, spread.high or 0.0, spread.mean or 0.0
        axes.barh(-row, 100, color="#F0F0F0", height=0.5)
        if spread.count >= FEW:  # fewer make no spread
            axes.barh(-row, max(high - low, 1), left=low, color=SURE, height=0.5)
        axes.plot([mean] * 2, [-row - 0.35, -row + 0.35], color=INK, linewidth=2)
        few = "" if spread.count >= FEW else f" ({spread.count})"
        axes.text(102, -row, f"{mean:.0f}{few}", va="center", fontsize=11, color=INK)
    axes.set_yticks([-row for row in range(len(rated))], [book.dimension[key].name for key, _ in rated])
    axes.set_xlim(0, 115)
    axes.set_ylim(-len(rated) + 0.5, 0.5)


def _bare(axes: Axes) -> Axes:
    """Axes without frame or ticks."""
    axes.tick_params(axis="y", length=0, labelsize=11, colors=INK)
    axes.set_xticks([])
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    return axes


def _pathway(label: str | None) -> str | None:
    return label if label in ("inside_out", "outside_in") else None


def probabilities(book: Taxonomy, assessment: Assessment) -> bytes:
    """How probable each type and each pathway is, most probable first."""
    parts: list[tuple[dict[str, Label], Head]] = [
        (book.engagement, assessment.engagement),
        (book.pathway, assessment.pathway),
    ]
    rows = []
    for labels, head in parts:
        rows += [(labels[k].name, p, k == head.label) for k, p in _ranked(head)] + [None]
    with _lock:
        figure, axes = _sheet(rows=len(rows) - 1, left=0.24)
        ticks = []
        for row, item in enumerate(rows[:-1]):
            if item is None:
                continue
            name, chance, first = item
            axes.barh(-row, 100 * chance, color=SURE if first else OTHER, height=0.62)
            axes.text(100 * chance + 1.5, -row, percent(chance), va="center", fontsize=10, color=INK)
            ticks.append((-row, name))
        axes.set_yticks([at for at, _ in ticks], [name for _, name in ticks])
        axes.set_xlim(0, 112)
        axes.set_xticks([])
        return _png(figure)


def _ranked(head: Head) -> list[tuple[str, float]]:
    return sorted(head.probabilities.items(), key=lambda item: -item[1])


def _sheet(*, rows: int, left: float) -> tuple[Figure, Axes]:
    height = 0.7 + 0.36 * rows
    figure = Figure(figsize=(6.4, height), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((left, 0.3 / height, 0.97 - left, 1 - 0.62 / height))
    axes.tick_params(axis="y", length=0, labelsize=11, colors=INK)
    axes.tick_params(axis="x", labelsize=9, colors="#555555")
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()
