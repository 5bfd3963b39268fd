"""What Rung says of one text, as frozen values, and their one JSON form.

`Assessment` carries everything that any surface shows. Offsets count characters of the text as given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from classifier.quality import Interval, Quality

# Warnings that say the text is no description to be labelled; a surface helps instead of asserting.
NOT_A_DESCRIPTION = ("empty", "greeting", "thanks", "question", "too_short", "other_language")


@dataclass(frozen=True)
class Phrase:
    """Words of the text that spoke for a label, and by how much (share of the evidence, 0 to 1)."""

    text: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class Head:
    """One question answered: the most probable label, also where `abstain` is true.

    `probabilities` holds every label, in codebook order; they sum to 1 and are calibrated.
    """

    label: str
    confidence: float
    abstain: bool
    probabilities: dict[str, float]
    because: tuple[Phrase, ...] = ()

    @property
    def runner_up(self) -> str:
        """The second most probable label."""
        ranked = sorted(self.probabilities, key=lambda key: -self.probabilities[key])
        return next(label for label in ranked if label != self.label)


@dataclass(frozen=True)
class Evidence:
    """A sentence of the text that holds evidence for a criterion, and the rating (0 to 3) it suggests."""

    rating: int
    sentence: str
    start: int
    end: int


@dataclass(frozen=True)
class Neighbour:
    """A labelled case that is like the text.

    `similarity` from 0 to 1; `excerpt` how it begins; `because` the words that decided its type.
    """

    id: str
    similarity: float
    engagement: str
    pathway: str
    title: str
    excerpt: str = ""
    because: str = ""


@dataclass(frozen=True)
class Activity:
    """One activity among several in a text: its engagement type and the sentence that tells of it."""

    engagement: str
    sentence: str
    start: int
    end: int


@dataclass(frozen=True)
class Assessment:
    """Everything Rung says of one text.

    `questions` are ids of open questions, most useful first: `engagement` and `pathway` (the settling
    questions) and criteria. `warnings` are short codes; those in `NOT_A_DESCRIPTION` say that the text is
    no description. `claims:<label>` says that the text uses the word of a label that it does not describe.
    """

    engagement: Head
    pathway: Head
    modes: tuple[str, ...]
    level: Head
    criteria: dict[str, Evidence]
    questions: tuple[str, ...]
    quality: Quality
    similar: tuple[Neighbour, ...]
    activities: tuple[Activity, ...]
    language: str
    model: str
    warnings: tuple[str, ...] = ()

    @property
    def is_description(self) -> bool:
        """Whether the text is a description that can be labelled at all."""
        return not any(warning in NOT_A_DESCRIPTION for warning in self.warnings)

    @property
    def suggested(self) -> dict[str, int]:
        """Ratings read from the text, by criterion."""
        return {key: evidence.rating for key, evidence in self.criteria.items()}

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of `rung classify`, without the caller's `id`."""
        return asdict(self)

    def to_json(self) -> str:
        """`to_dict` as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Assessment:
        """The inverse of `to_dict`; extra keys, as `id`, are passed over."""
        return cls(
            engagement=_head(data["engagement"]),
            pathway=_head(data["pathway"]),
            modes=tuple(data["modes"]),
            level=_head(data["level"]),
            criteria={key: Evidence(**value) for key, value in data["criteria"].items()},
            questions=tuple(data["questions"]),
            quality=Quality(
                Interval(**data["quality"]["overall"]),
                {key: Interval(**value) for key, value in data["quality"]["dimensions"].items()},
            ),
            similar=tuple(Neighbour(**value) for value in data["similar"]),
            activities=tuple(Activity(**value) for value in data["activities"]),
            language=data["language"],
            model=data["model"],
            warnings=tuple(data["warnings"]),
        )


def _head(data: Mapping[str, Any]) -> Head:
    return Head(
        label=data["label"],
        confidence=data["confidence"],
        abstain=data["abstain"],
        probabilities=dict(data["probabilities"]),
        because=tuple(Phrase(**phrase) for phrase in data["because"]),
    )
