"""The follow-up of one case: which question is next, what an answer settles, and the score so far.

Pure: a case's assessment and its current answers in, decisions out. The store keeps the answers, so a
conversation goes on after hours or a restart at the same question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classifier.assessment import Assessment, Head
from classifier.quality import Quality, next_criteria, score
from classifier.taxonomy import ABOUT_NOTHING, Option, Taxonomy

DONT_KNOW = "dont_know"
CONFIRM = "confirm"  # the step that shows what was read from the text, to confirm or change
SETTLING = ("engagement", "pathway")


class NotAnAnswer(ValueError):
    """The value is not among the answers of the question."""


@dataclass(frozen=True)
class Standing:
    """Where a follow-up stands. `question` is None at its end; `done` of `total` questions are answered."""

    question: str | None
    done: int
    total: int
    quality: Quality


def check(book: Taxonomy, question: str, value: str) -> None:
    """Refuse what is no answer to a question.

    Values: "0" to "3" for a criterion, the answer's position for a settling question, `DONT_KNOW` for any.

    Raises:
        NotAnAnswer: for an unknown question or value.
    """
    if question in book.criterion:
        count = len(book.criterion[question].answers)
    elif question in book.settling:
        count = len(book.settling[question].answers)
    else:
        raise NotAnAnswer(f"there is no question '{question}'")
    if value != DONT_KNOW and value not in map(str, range(count)):
        raise NotAnAnswer(f"'{value}' does not answer '{question}'")


def ratings(book: Taxonomy, answers: Mapping[str, str]) -> dict[str, int]:
    """Confirmed ratings by criterion; "don't know" leaves a criterion open."""
    return {key: int(value) for key, value in answers.items() if key in book.criterion and value != DONT_KNOW}


def settled(book: Taxonomy, answers: Mapping[str, str]) -> dict[str, str]:
    """Labels that the person settled, by head: `engagement`, `pathway`."""
    found = {}
    for head in SETTLING:
        option = _option(book, answers, head)
        if option is not None and option.then is not None:
            option = _option(book, answers, option.then)
        if option is not None and option.to is not None:
            found[head] = option.to
    return found


def label_of(book: Taxonomy, assessment: Assessment, answers: Mapping[str, str], head: str) -> str | None:
    """The label that stands for a head: what the person settled, else what the model asserted."""
    found = settled(book, answers)
    if head == "pathway" and head not in found and "engagement" in found:
        # The codebook ties the pathway to these two types.
        tied = {"self_help": "outside_in", ABOUT_NOTHING: "unclear"}.get(found["engagement"])
        if tied is not None:
            return tied
    said: Head = getattr(assessment, head)
    return found.get(head) or (None if said.abstain else said.label)


def settle(book: Taxonomy, head: str, label: str) -> dict[str, str]:
    """The answers of the settling questions that lead to a label.

    Raises:
        NotAnAnswer: if no answers lead there.
    """
    for index, option in enumerate(book.settling[head].answers):
        if option.to == label:
            return {head: str(index)}
    for index, option in enumerate(book.settling[head].answers):
        if option.then is not None:
            return {head: str(index), **settle(book, option.then, label)}
    raise NotAnAnswer(f"no answer to '{head}' says '{label}'")


def is_scored(book: Taxonomy, assessment: Assessment, answers: Mapping[str, str]) -> bool:
    """Whether a quality score makes sense: not where people have no part."""
    return label_of(book, assessment, answers, "engagement") != ABOUT_NOTHING


def standing(book: Taxonomy, assessment: Assessment, answers: Mapping[str, str]) -> Standing:
    """The next question, how far it is, and the score so far.

    Order: settling questions where the model abstained, what the text suggests (one step for all), then the
    criterion that can move the score most.
    """
    confirmed = ratings(book, answers)
    suggested = {key: rating for key, rating in assessment.suggested.items() if key not in answers}
    scored = is_scored(book, assessment, answers)
    settling = _settling(book, assessment, answers)
    criteria = next_criteria(book, {**suggested, **confirmed}) if scored else []
    pending = [step for step in settling if step not in answers]
    pending += [CONFIRM] if suggested and scored else []
    pending += [key for key in criteria if key not in answers]
    total = len(settling) + (len(book.criterion) if scored else 0)
    done = sum(step in answers for step in settling) + sum(key in answers for key in book.criterion if scored)
    return Standing(pending[0] if pending else None, done, total, score(book, confirmed, suggested))


def _settling(book: Taxonomy, assessment: Assessment, answers: Mapping[str, str]) -> list[str]:
    """Settling questions of this case, answered or not, in order."""
    steps = []
    for head in SETTLING:
        open_ = label_of(book, assessment, {k: v for k, v in answers.items() if k != head}, head) is None
        if open_ or head in answers:
            steps += _steps(book, answers, head)
    return steps


def confirm(assessment: Assessment, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that confirm everything the text suggests and nobody has answered."""
    return {key: str(rating) for key, rating in assessment.suggested.items() if key not in answers}


def _steps(book: Taxonomy, answers: Mapping[str, str], head: str) -> list[str]:
    """The settling question of a head, and the one that its answer leads on to."""
    option = _option(book, answers, head)
    return [head, option.then] if option is not None and option.then is not None else [head]


def _option(book: Taxonomy, answers: Mapping[str, str], question: str) -> Option | None:
    value = answers.get(question, DONT_KNOW)
    return None if value == DONT_KNOW else book.settling[question].answers[int(value)]
