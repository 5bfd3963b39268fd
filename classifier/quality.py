"""The quality score: twelve criteria, three dimensions, and intervals for what is still open.

Arithmetic of the codebook, section 5. Concepts: Loeffler (2021), doi 10.1007/978-3-030-55509-2_2.
Unanswered is unanswered, never 0: it widens the interval and leaves the score alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from classifier.taxonomy import Taxonomy

TOP = 3  # the highest rating of a criterion


@dataclass(frozen=True)
class Interval:
    """A score from 0 to 100 and the range it can still end in; `score` is None while nothing is rated."""

    score: int | None
    low: int
    high: int


@dataclass(frozen=True)
class Quality:
    """Overall score and the score of each dimension, by dimension id."""

    overall: Interval
    dimensions: dict[str, Interval]


@dataclass(frozen=True)
class Raise:
    """What one criterion could add: `gain` in points of the overall score's low end, and a tip."""

    criterion: str
    gain: float
    tip: str


def score(
    taxonomy: Taxonomy, ratings: Mapping[str, int], suggested: Mapping[str, int] | None = None
) -> Quality:
    """Score from ratings (criterion id → 0..3).

    `suggested` holds ratings that were read from the text and that nobody has confirmed yet. They count
    for the score, but not for the ends of the interval: so the low end never falls, and the high end never
    rises, when an answer is added.

    Raises:
        ValueError: for an unknown criterion or a rating outside 0..3.
    """
    read = {**(suggested or {}), **ratings}
    for criterion, rating in read.items():
        if criterion not in taxonomy.criterion or rating not in range(TOP + 1):
            raise ValueError(f"no such rating: {criterion} = {rating}")
    exact = {key: _dimension(taxonomy.criteria_of(key), ratings, read) for key in taxonomy.dimension}
    scored = [mean for mean, _, _ in exact.values() if mean is not None]
    overall = Interval(
        round(sum(scored) / len(scored)) if scored else None,
        round(sum(low for _, low, _ in exact.values()) / len(exact)),
        round(sum(high for _, _, high in exact.values()) / len(exact)),
    )
    return Quality(overall, {key: _rounded(*numbers) for key, numbers in exact.items()})


def _dimension(
    criteria: Iterable[str], ratings: Mapping[str, int], read: Mapping[str, int]
) -> tuple[float | None, float, float]:
    """Score, low and high end of one dimension, unrounded."""
    keys = list(criteria)
    rated = [read[key] for key in keys if key in read]
    mean = 100 * sum(rated) / (TOP * len(rated)) if rated else None
    sure = sum(ratings[key] for key in keys if key in ratings)
    open_ = sum(key not in ratings for key in keys)
    return mean, 100 * sure / (TOP * len(keys)), 100 * (sure + TOP * open_) / (TOP * len(keys))


def _rounded(mean: float | None, low: float, high: float) -> Interval:
    return Interval(None if mean is None else round(mean), round(low), round(high))


def swing(taxonomy: Taxonomy, read: Mapping[str, int], criterion: str) -> float:
    """How far the overall score could move by the answer to one open question, in points.

    The distance between the overall score with the lowest and with the highest answer. The score is a mean
    of means, so the distance is 100 over the dimensions with an answer times the answers in this one, both
    counted as if it were answered.
    """
    dimension = taxonomy.criterion[criterion].dimension
    answered = {criterion, *read}
    dimensions = {taxonomy.criterion[key].dimension for key in answered}
    here = sum(taxonomy.criterion[key].dimension == dimension for key in answered)
    return 100 / (len(dimensions) * here)


def next_criteria(taxonomy: Taxonomy, read: Mapping[str, int]) -> list[str]:
    """Open criteria in the order in which to ask them.

    The one that can move the score most comes first; then as if it were answered, the next, and so on.
    Equal ones: the dimension with fewest answers first, then codebook order.
    """
    order = list(taxonomy.criterion)
    pending = [key for key in order if key not in read]
    known = dict(read)
    asked: list[str] = []
    while pending:
        best = min(pending, key=lambda key: _urgency(taxonomy, known, key))
        asked.append(best)
        pending.remove(best)
        known[best] = 0  # any rating: the swing of the others depends on what is answered, not how
    return asked


def _urgency(taxonomy: Taxonomy, known: Mapping[str, int], key: str) -> tuple[float, int]:
    dimension = taxonomy.criterion[key].dimension
    answered = sum(taxonomy.criterion[sibling].dimension == dimension for sibling in known)
    return -round(swing(taxonomy, known, key), 6), answered


def raises(taxonomy: Taxonomy, ratings: Mapping[str, int]) -> list[Raise]:
    """What would raise the score most: answered criteria below the top, largest gain first.

    `gain` is what the low end of the overall score gains when the criterion rises to the top.
    """
    each = 100 / (TOP * len(taxonomy.criterion))
    found = [
        Raise(key, (TOP - ratings[key]) * each, criterion.tip)
        for key, criterion in taxonomy.criterion.items()
        if key in ratings and ratings[key] < TOP
    ]
    return sorted(found, key=lambda item: -item.gain)
