"""One question of the follow-up at a time, and the score card at its end."""

from __future__ import annotations

from collections.abc import Mapping

from bot.followup import CONFIRM, DONT_KNOW, Standing, is_scored, label_of, ratings
from bot.ids import Action, Callback, Field
from bot.numbers import FEW, Spread
from bot.review import contradictions
from bot.rounds import Round
from bot.store import StoredCase
from bot.views.parts import (
    Block,
    Reply,
    actions,
    button,
    clip,
    fallback,
    modal,
    note,
    plain,
    quote,
    section,
    select,
)
from classifier.assessment import Assessment
from classifier.quality import Interval, raises
from classifier.taxonomy import Taxonomy

READ = "Your text already answers some questions. Is this right?"


def question(
    book: Taxonomy, case: StoredCase, answers: Mapping[str, str], now: Standing, key: str, back: str | None
) -> Reply:
    """A question with its answers; `back` is the question before it, if any."""
    if key == CONFIRM and case.assessment is not None:
        return _confirm(book, case, case.assessment, answers, now)
    words, choices = words_of(book, key)
    rows = []
    for index, choice in enumerate(choices):
        chosen = "✓ " if answers.get(key) == str(index) else ""
        rows.append(button(chosen + choice, f"{Action.ANSWER}_{index}", f"{case.id}:{key}:{index}"))
    ways = [button("Don't know", f"{Action.ANSWER}_open", f"{case.id}:{key}:{DONT_KNOW}")]
    if back is not None:
        ways.append(button("Back", f"{Action.SHOW}_back", f"{case.id}:{back}"))
    ways.append(button("Ask a colleague", Action.HAND, f"{case.id}:{key}"))
    ways.append(button("Stop for now", Action.STOP, f"{case.id}:stop"))
    blocks = [
        note(_about(book, case, answers)),
        section(f"*{words}*"),
        *(actions(row) for row in rows),
        actions(*ways),
        note(_progress(now)),
    ]
    listed = "; ".join(f"{i + 1}. {choice}" for i, choice in enumerate(choices))
    return Reply(fallback(f"{words} {listed}. {_progress(now)}"), blocks)


def hand_form(book: Taxonomy, case: StoredCase, key: str) -> Block:
    """The form that hands a question to a colleague."""
    whom: Block = {"type": "users_select", "action_id": Field.PERSON}
    blocks = [
        section(f"*{words_of(book, key)[0]}*"),
        {"type": "input", "block_id": Field.PERSON, "label": plain("Who can answer it?"), "element": whom},
        note("I ask that person in a direct message, with the beginning of your text."),
    ]
    return modal(Callback.HAND, "Ask a colleague", blocks, submit="Ask", context=f"{case.id}:{key}")


def handed(book: Taxonomy, case: StoredCase, key: str, by: str) -> Reply:
    """The question as a colleague gets it."""
    words, choices = words_of(book, key)
    rows = [
        button(choice, f"{Action.ANSWER}_{index}", f"{case.id}:{key}:{index}")
        for index, choice in enumerate(choices)
    ]
    rows.append(button("Don't know", f"{Action.ANSWER}_open", f"{case.id}:{key}:{DONT_KNOW}"))
    begin = clip(" ".join((case.message.text or "").split()), 300)
    lead = f"<@{by}> asks you one question about this description:"
    blocks = [section(lead), quote(begin), section(f"*{words}*"), *(actions(row) for row in rows)]
    listed = "; ".join(f"{i + 1}. {choice}" for i, choice in enumerate(choices))
    return Reply(f"{lead} {fallback(f'{words} {listed}.')}", blocks)


def answered(book: Taxonomy, key: str, value: str, person: str) -> Reply:
    """What the thread hears when a colleague has answered."""
    words, choices = words_of(book, key)
    said = "does not know" if value == DONT_KNOW else f"says: {choices[int(value)]}"
    line = f"*{words}* <@{person}> {said}."
    return Reply(line.replace("*", ""), [section(line)])


def words_of(book: Taxonomy, key: str) -> tuple[str, list[str]]:
    """A question and its answers in words."""
    if key in book.criterion:
        return book.criterion[key].question, list(book.criterion[key].answers)
    return book.settling[key].question, [option.text for option in book.settling[key].answers]


def _about(book: Taxonomy, case: StoredCase, answers: Mapping[str, str]) -> str:
    """Which labels stand, in a line."""
    if case.assessment is None:
        return "I am still reading this."
    type_ = label_of(book, case.assessment, answers, "engagement")
    pathway = label_of(book, case.assessment, answers, "pathway")
    said = [
        book.engagement[type_].name if type_ else "Type still open",
        book.pathway[pathway].name.lower() if pathway else "pathway still open",
    ]
    return ", ".join(said) + "."


def _progress(now: Standing) -> str:
    overall = now.quality.overall
    return (
        f"{now.done} of {now.total} answered. Score: at least {overall.low} of 100, at most {overall.high}."
    )


def _confirm(
    book: Taxonomy, case: StoredCase, assessment: Assessment, answers: Mapping[str, str], now: Standing
) -> Reply:
    blocks: list[Block] = [note(_about(book, case, answers)), section(f"*{READ}*")]
    said = []
    for key, evidence in assessment.criteria.items():
        if key in answers:
            continue
        criterion = book.criterion[key]
        said.append(f"{criterion.name}: {criterion.answers[evidence.rating]}")
        change = button("Change", f"{Action.SHOW}_{key}", f"{case.id}:{key}")
        blocks += [section(f"{said[-1]} (suggested)") | {"accessory": change}, quote(evidence.sentence)]
    blocks += [
        actions(
            button("All right", Action.CONFIRM, f"{case.id}:all", "primary"),
            button("Stop for now", Action.STOP, f"{case.id}:stop"),
        ),
        note(_progress(now)),
    ]
    return Reply(fallback(f"{READ} {'; '.join(said)}. {_progress(now)}"), blocks)


def card(
    book: Taxonomy,
    case: StoredCase,
    answers: Mapping[str, str],
    now: Standing,
    beside: Spread | None = None,
    before: Round | None = None,
) -> Reply:
    """The score card: leads with the low end, which no further answer can lower.

    `beside`: scores of similar cases; `before`: the round of answers before this one.
    """
    overall = now.quality.overall
    if case.assessment is None or not is_scored(book, case.assessment, answers):
        return _unscored(book, case, answers)
    reach = f", could reach {overall.high}" if overall.high > overall.low else ""
    lead = f"*At least {overall.low} of 100*{reach}."
    lines = [
        f"{book.dimension[key].name}: {_interval(now.quality.dimensions[key])}" for key in book.dimension
    ]
    if read := [key for key in case.assessment.suggested if key not in answers]:
        names = ", ".join(book.criterion[key].name.lower() for key in read)
        lines.append(f"Suggested by your text and not confirmed yet: {names}.")
    lines += [_since(book, before, now)] if before is not None else []
    against = contradictions(book, case.assessment, answers)
    if against:
        names = " and ".join(book.criterion[criterion].name.lower() for criterion, _ in against)
        lines.append(f"Your answer on {names} does not go well with this type. Reviewers will look.")
    if best := raises(book, ratings(book, answers))[:1]:
        name = book.criterion[best[0].criterion].name.lower()
        lines.append(f"What would raise it most: {name} (+{best[0].gain:.0f}). {best[0].tip}")
    lines += [_compared(beside)] if beside is not None and now.question is None else []
    blocks = [section(lead), note(_about(book, case, answers)), section("\n".join(lines))]
    row = _row(book, case, answers, now)
    blocks += [actions(*row)] if row else []
    about = _about(book, case, answers)
    return Reply(fallback(" ".join([lead.replace("*", ""), about, *lines])), blocks)


def _since(book: Taxonomy, before: Round, now: Standing) -> str:
    """The change since the round before, in all and by dimension."""
    moved = []
    for key in book.dimension:
        old, new = getattr(before, key), now.quality.dimensions[key].score
        if old is not None and new is not None and old != new:
            moved.append(f"{book.dimension[key].name.lower()} {old} to {new}")
    low = now.quality.overall.low
    change = f"at least {before.low} then, {low} now ({low - before.low:+d})"
    return f"Since {before.taken_at[:10]}: {change}{'; ' + ', '.join(moved) if moved else ''}."


def _compared(beside: Spread) -> str:
    if beside.count < FEW or beside.low is None or beside.high is None:
        return f"To compare: {beside.count} similar cases, too few for a spread (10 are needed)."
    return f"Of {beside.count} cases of this type the middle half is at least {beside.low} to {beside.high}."


def _unscored(book: Taxonomy, case: StoredCase, answers: Mapping[str, str]) -> Reply:
    words = f"{_about(book, case, answers)} There is nothing to score: people have no part in it."
    row = _row(book, case, answers, None)
    return Reply(fallback(words), [section(words), *([actions(*row)] if row else [])])


def _dimensions(book: Taxonomy, now: Standing) -> list[str]:
    return [f"{each.name}: {_interval(now.quality.dimensions[key])}" for key, each in book.dimension.items()]


def _interval(of: Interval) -> str:
    if of.score is None:
        return "nothing answered yet."
    return f"{of.score}." if of.low == of.high else f"{of.score} (between {of.low} and {of.high})."


def _row(book: Taxonomy, case: StoredCase, answers: Mapping[str, str], now: Standing | None) -> list[Block]:
    row = []
    if now is not None and now.question is not None:
        row.append(button("Go on", f"{Action.SHOW}_next", f"{case.id}:next", "primary"))
    if now is not None and now.question is None:
        row.append(button("Assess again", Action.AGAIN, f"{case.id}:again"))
    if answers:
        menu = [(words_of(book, key)[0], f"{case.id}:{key}") for key in answers]
        row.append(select("Change an answer", f"{Action.SHOW}_change", menu))
    if case.assessment is not None and contradictions(book, case.assessment, answers):
        row.append(button("Not right?", Action.WRONG, f"{case.id}"))
    row.append(button("Show the labels", f"{Action.SHOW}_labels", f"{case.id}:labels"))
    return row


def in_words(book: Taxonomy, now: Standing) -> str:
    """What the picture of the score card shows."""
    overall = now.quality.overall
    said = " ".join(_dimensions(book, now))
    return f"Score card. At least {overall.low} of 100, at most {overall.high}. {said}"
