"""How far the model can be trusted lately: accuracy in use, doubt, label mix and vocabulary, by month.

Pure: rows in, figures out. Under `FLOOR` cases a figure says nothing and is not given.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.reviews import Review

FLOOR = 30
MIX_BAND = 0.35  # share of cases that would have to change type to make the mix that of training
DOUBT_BAND = 0.9  # share of cases on which the model is not sure
WORDS_BAND = 0.15  # share of words that training never showed
RIGHT_BAND = 0.6  # accuracy in use; a warning comes when even the upper end of the interval is below


@dataclass(frozen=True)
class Month:
    """One month; a figure is None where there are too few cases. `right` is (share, low, high, reviewed)."""

    month: str
    cases: int
    unsure: float | None
    mix: float | None
    unknown: float | None
    right: tuple[float, float, float, int] | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What left its band, with what to do."""
        found = []
        if self.right is not None and self.right[2] < RIGHT_BAND:
            found.append(
                f"Only {self.right[0]:.0%} of the labels checked at random are right. Review and retrain."
            )
        if self.unsure is not None and self.unsure > DOUBT_BAND:
            found.append(f"The model is not sure of {self.unsure:.0%} of the cases. Review and retrain.")
        if self.mix is not None and self.mix > MIX_BAND:
            found.append("The types differ much from those of training. Check some labels by hand.")
        if self.unknown is not None and self.unknown > WORDS_BAND:
            found.append(
                f"{self.unknown:.0%} of the words are new to the model. Review such cases and retrain."
            )
        return tuple(found)


def months(
    rows: Iterable[tuple[str, str, str, int]],
    sampled: Mapping[int, Review],
    training: Mapping[str, int],
    unknown: Callable[[Sequence[str]], float],
) -> list[Month]:
    """Figures by month, oldest first.

    Args:
        rows: (month, assessment as JSON, text, case id) of each case.
        sampled: settled reviews of the cases that were drawn at random, by case.
        training: cases by type that the serving model has learnt from.
        unknown: share of words of some texts that the model does not know.
    """
    by_month: dict[str, list[tuple[dict[str, object], str, int]]] = {}
    for month, result, text, case in rows:
        assessment = json.loads(result)
        if not set(assessment["warnings"]) & _NO_DESCRIPTION:
            by_month.setdefault(month, []).append((assessment, text, case))
    return [_month(month, found, sampled, training, unknown) for month, found in sorted(by_month.items())]


_NO_DESCRIPTION = {"empty", "greeting", "thanks", "question", "too_short", "other_language"}


def _month(
    month: str,
    found: list[tuple[dict[str, object], str, int]],
    sampled: Mapping[int, Review],
    training: Mapping[str, int],
    unknown: Callable[[Sequence[str]], float],
) -> Month:
    heads = [_head(assessment) for assessment, _, _ in found]
    right = [not sampled[case].corrects for _, _, case in found if case in sampled]
    enough = len(found) >= FLOOR
    return Month(
        month,
        len(found),
        sum(abstain for _, abstain in heads) / len(heads) if enough else None,
        distance(Counter(label for label, _ in heads), training) if enough else None,
        unknown([text for _, text, _ in found]) if enough else None,
        (sum(right) / len(right), *wilson(sum(right), len(right)), len(right))
        if len(right) >= FLOOR
        else None,
    )


def _head(assessment: dict[str, object]) -> tuple[str, bool]:
    head = assessment["engagement"]
    if not isinstance(head, dict):
        raise TypeError("an assessment without its engagement head")
    return str(head["label"]), bool(head["abstain"])


def distance(ones: Mapping[str, int], others: Mapping[str, int]) -> float:
    """Total variation distance of two counts: 0 for the same mix, 1 for nothing in common."""
    total, other_total = sum(ones.values()), sum(others.values())
    if not total or not other_total:
        return 0.0
    labels = set(ones) | set(others)
    return sum(abs(ones.get(x, 0) / total - others.get(x, 0) / other_total) for x in labels) / 2


def wilson(right: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927, doi 10.1080/01621459.1927.10502953)."""
    z = 1.96
    share = right / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, centre - half), min(1.0, centre + half)
