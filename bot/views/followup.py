"""One question of the follow-up at a time, and the score card at its end."""

from __future__ import annotations

from collections.abc import Mapping

from bot.followup import CONFIRM, DONT_KNOW, Standing, settled
from bot.ids import Action
from bot.store import StoredCase
from bot.views.parts import Block, Reply, actions, button, fallback, note, quote, section, select
from classifier.assessment import Assessment
from classifier.quality import raises
from classifier.taxonomy import Taxonomy


def question(book: Taxonomy, case: StoredCase, key: str, now: Standing, back: str | None) -> Reply:
    """A question with its answers; `back` is the question before it, if any."""
    if key == CONFIRM and case.assessment is not None:
        return _confirm(book, case, case.assessment, now)
    words, answers = _words(book, key)
    choices = [
        button(answer, f"{Action.ANSWER}_{i}", f"{case.id}:{key}:{i}") for i, answer in enumerate(answers)
    ]
    ways = [button("Don't know", f"{Action.ANSWER}_open", f"{case.id}:{key}:{DONT_KNOW}")]
    if back is not None:
        ways.append(button("Back", f"{Action.SHOW}_back", f"{case.id}:{back}"))
    ways.append(button("Stop for now", Action.STOP, f"{case.id}:stop"))
    blocks = [
        section(f"*{words}*"),
        *(actions(choice) for choice in choices),
        actions(*ways),
        note(_progress(now)),
    ]
    return Reply(fallback(f"{words} {_progress(now)}"), blocks)


def _words(book: Taxonomy, key: str) -> tuple[str, list[str]]:
    if key in book.criterion:
        return book.criterion[key].question, list(book.criterion[key].answers)
    return book.settling[key].question, [option.text for option in book.settling[key].answers]


def _progress(now: Standing) -> str:
    overall = now.quality.overall
    return f"{now.done} of {now.total} answered. At least {overall.low} of 100, could reach {overall.high}."


def _confirm(book: Taxonomy, case: StoredCase, assessment: Assessment, now: Standing) -> Reply:
    blocks: list[Block] = [section("*Your text already answers some questions. Is this right?*")]
    said = []
    for key, evidence in assessment.criteria.items():
        criterion = book.criterion[key]
        said.append(f"{criterion.name}: {criterion.answers[evidence.rating]}")
        change = button("Change", f"{Action.SHOW}_{key}", f"{case.id}:{key}")
        blocks += [section(f"{said[-1]} (suggested)") | {"accessory": change}, quote(evidence.sentence)]
    blocks += [
        actions(button("All right", Action.CONFIRM, f"{case.id}:all", "primary")),
        note(_progress(now)),
    ]
    return Reply(
        fallback(f"Your text already answers some questions. Is this right? {'; '.join(said)}"), blocks
    )


def card(book: Taxonomy, case: StoredCase, answers: Mapping[str, str], now: Standing) -> Reply:
    """The score card: leads with the low end, which no further answer can lower."""
    overall = now.quality.overall
    lead = f"*At least {overall.low} of 100*" + (
        f", could reach {overall.high}." if overall.high > overall.low else "."
    )
    lines = [_dimension(book, key, now) for key in book.dimension]
    labels = {**book.engagement, **book.pathway}
    if found := settled(book, answers):
        lines.append("You said: " + ", ".join(labels[label].name for label in found.values()) + ".")
    rated = {
        key: int(value) for key, value in answers.items() if key in book.criterion and value != DONT_KNOW
    }
    if best := raises(book, rated)[:1]:
        lines.append(
            f"What would raise it most: {book.criterion[best[0].criterion].name.lower()}. {best[0].tip}"
        )
    blocks = [section(lead), section("\n".join(lines))]
    menu = [(f"{_words(book, key)[0]}", f"{case.id}:{key}") for key in answers]
    row = [select("Change an answer", f"{Action.SHOW}_change", menu)] if menu else []
    if now.question is not None:
        row.insert(0, button("Go on", f"{Action.SHOW}_next", f"{case.id}:next", "primary"))
    blocks += [actions(*row)] if row else []
    return Reply(fallback(" ".join([lead.replace("*", ""), *lines])), blocks)


def _dimension(book: Taxonomy, key: str, now: Standing) -> str:
    interval = now.quality.dimensions[key]
    name = book.dimension[key].name
    if interval.score is None:
        return f"{name}: nothing answered yet."
    return f"{name}: {interval.score} (between {interval.low} and {interval.high})."
