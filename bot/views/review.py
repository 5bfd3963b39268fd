"""What reviewers see: the queue, the form of one case, their own reviews, how far they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot import review
from bot.ids import Action, Callback, Field
from bot.review import Agreement
from bot.reviews import Entry, Review
from bot.store import StoredCase
from bot.views.parts import (
    Block,
    Reply,
    actions,
    box,
    button,
    clip,
    fallback,
    menu,
    modal,
    note,
    percent,
    plain,
    quote,
    section,
)
from classifier.assessment import Assessment, Phrase
from classifier.taxonomy import Taxonomy

SHOWN = 2600  # characters of a text in the form; the deciding words nearly always stand at its beginning
WHY = {
    review.AUTHOR: "its author says it is not right",
    review.UNSURE: "the model was not sure",
    review.CONTRADICTED: "the answers do not go with the type",
    review.NEIGHBOURS: "similar cases say otherwise",
    review.SUSPECTED: "its reviewed label looks wrong",
    review.SAMPLE: "drawn at random",
    review.AGAIN: "two reviewers differ",
    review.EDITED: "its text was changed after a review",
}
EMPTY = "Nothing waits for review. Thank you."


def queue(entries: Sequence[Entry], now: datetime) -> Reply:
    """How much waits, why, and the way in."""
    if not entries:
        return Reply(EMPTY, [section(EMPTY)])
    oldest = min(datetime.fromisoformat(entry.entered_at) for entry in entries)
    days = (now - oldest).days
    counts = {why: sum(why in entry.reasons for entry in entries) for why in WHY}
    lines = [f"• {count}: {WHY[why]}" for why, count in counts.items() if count]
    lead = f"{len(entries)} wait for review, the oldest for {days} day{'' if days == 1 else 's'}."
    blocks = [
        section(f"*{lead}*"),
        section("\n".join(lines)),
        actions(button("Review the next one", Action.REVIEW, "next", "primary")),
    ]
    return Reply(fallback(f"{lead} {' '.join(lines)}"), blocks)


def call(waiting: int) -> Reply:
    """What the reviewers' channel hears when an author disputes a label."""
    words = f"Somebody says that a label is not right. {waiting} wait for review."
    blocks = [section(words), actions(button("Review the next one", Action.REVIEW, "next", "primary"))]
    return Reply(fallback(words), blocks)


def form(
    book: Taxonomy,
    case: StoredCase,
    assessment: Assessment,
    why: Sequence[str],
    *,
    blind: bool,
    left: int,
    before: Review | None = None,
    others: Sequence[Review] = (),
) -> Block:
    """One case to review. `blind`: without the model's labels. `others`: reviews that differ, if answered."""
    text = case.message.text or ""
    blocks: list[Block] = [note(f"{left} waiting. Here because {' and '.join(WHY[one] for one in why)}.")]
    spoke = (*assessment.engagement.because, *assessment.pathway.because)
    blocks.append(_text(text, () if blind else spoke))
    said = None if blind else assessment
    if said is not None:
        blocks += _model(book, said)
    for other in others:
        names = f"{book.engagement[other.engagement].name}, {book.pathway[other.pathway].name.lower()}"
        blocks += [note(f"Another reviewer said: {names}."), quote(other.comment or "(no reason given)")]
    chosen = before or said
    labels = _chosen(chosen)
    types = [(label.name, key) for key, label in book.engagement.items()]
    blocks += [
        menu(Field.ENGAGEMENT, "Type", types, labels[0]),
        menu(Field.PATHWAY, "Pathway", [(x.name, key) for key, x in book.pathway.items()], labels[1]),
        menu(Field.LEVEL, "Who benefits", [(x.name, key) for key, x in book.level.items()], labels[2]),
        _modes(book, before.modes if before else assessment.modes if said else ()),
        box(Field.SPAN, "Words that decide it", "Copied from the text.", True, before.span if before else ""),
        box(Field.COMMENT, "Comment", "The author reads it.", True, before.comment if before else ""),
    ]
    context = f"{case.id}:{int(blind)}:{'revise' if before else 'save'}"
    return modal(Callback.REVIEW, "Review", blocks, submit="Save and next", context=context)


def _chosen(chosen: Review | Assessment | None) -> tuple[str | None, str | None, str | None]:
    if isinstance(chosen, Assessment):
        return chosen.engagement.label, chosen.pathway.label, chosen.level.label
    return (None, None, None) if chosen is None else (chosen.engagement, chosen.pathway, chosen.level)


def _model(book: Taxonomy, said: Assessment) -> list[Block]:
    """What the model says, and the codebook's rule for the two types in doubt."""
    first, second = said.engagement.label, said.engagement.runner_up
    lines = (
        f"The model says {book.engagement[first].name.lower()} ({percent(said.engagement.confidence)}), next "
        f"{book.engagement[second].name.lower()}; {book.pathway[said.pathway.label].name.lower()} "
        f"({percent(said.pathway.confidence)})."
    )
    pair = book.pair_of(first, second)
    return [note(lines), *([note(f"Rule: {pair.rule}")] if pair else [])]


def _text(text: str, phrases: Sequence[Phrase]) -> Block:
    """The text, with the words that spoke for type and pathway in bold; no markup of the text is read."""
    elements: list[Block] = []
    at = 0
    shown = clip(text, SHOWN)
    for phrase in sorted(phrases, key=lambda one: one.start):
        if phrase.start >= at and phrase.end <= len(shown) - 1:
            elements.append({"type": "text", "text": shown[at : phrase.start]})
            elements.append(
                {"type": "text", "text": shown[phrase.start : phrase.end], "style": {"bold": True}}
            )
            at = phrase.end
    elements.append({"type": "text", "text": shown[at:]})
    kept = [element for element in elements if element["text"]] or [{"type": "text", "text": " "}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": kept}]}


def _modes(book: Taxonomy, chosen: Sequence[str]) -> Block:
    options = [{"text": plain(label.plain), "value": key} for key, label in book.mode.items()]
    initial = [option for option in options if option["value"] in chosen]
    element: Block = {"type": "checkboxes", "action_id": Field.MODES, "options": options}
    element |= {"initial_options": initial} if initial else {}
    made: Block = {"type": "input", "block_id": Field.MODES, "label": plain("What people do together")}
    return made | {"element": element, "optional": True}


def finished(count: int) -> Block:
    """The form when nothing is left."""
    return modal(Callback.REVIEWED, "Review", [section(f"{EMPTY} You have reviewed {count} so far.")])


def told(book: Taxonomy, standing: Review) -> Reply:
    """What the author reads in the thread once reviewers have settled a case."""
    type_, pathway = book.engagement[standing.engagement].name, book.pathway[standing.pathway].name
    names = f"*{type_.lower()}*, *{pathway.lower()}*"
    if standing.corrects:
        words = (
            f"A reviewer has read this and says it is {names}. I said otherwise; thank you for your patience."
        )
    else:
        words = f"A reviewer has read this and agrees: it is {names}."
    blocks = [section(words)]
    if standing.comment:
        blocks += [note("The reviewer's reason:"), quote(standing.comment)]
    said = words.replace("*", "") + (f" Reason: {standing.comment}" if standing.comment else "")
    return Reply(fallback(said), blocks)


def mine(book: Taxonomy, reviews: Sequence[tuple[Review, StoredCase]]) -> Reply:
    """A reviewer's latest reviews, each to be revised or undone."""
    if not reviews:
        words = "You have not reviewed anything yet. `/rung queue` shows what waits."
        return Reply(fallback(words), [section(words)])
    blocks: list[Block] = [section("*Your latest reviews*")]
    for one, case in reviews:
        names = f"{book.engagement[one.engagement].name}, {book.pathway[one.pathway].name.lower()}"
        blocks.append(quote(clip(case.message.text or "", 120)))
        blocks.append(note(f"{names}. {one.made_at[:10]}"))
        row = (
            button("Revise", f"{Action.REVISE}_{one.case}", str(one.case)),
            button("Undo", f"{Action.UNDO}_{one.case}", str(one.case)),
        )
        blocks.append(actions(*row))
    return Reply(f"Your latest {len(reviews)} reviews.", blocks[:50])


def agreement(book: Taxonomy, found: Agreement, anchored: Mapping[bool, tuple[int, int]]) -> Reply:
    """How far reviewers agree, which rules divide them, and how far the model's labels lead them."""
    lines = [f"{found.cases} cases were read by two or more."]
    for head, value in found.kappa.items():
        shown = "too few to say" if value is None or found.cases < 10 else f"{value:.2f}"
        lines.append(f"Kappa for {head.replace('engagement', 'type')}: {shown}.")
    for (one, other), (value, count) in found.people.items():
        if value is not None and count >= 10:
            lines.append(f"<@{one}> and <@{other}>: kappa {value:.2f} on {count} cases.")
    for (one, other), count in found.pairs:
        pair = book.pair_of(one, other)
        rule = f" Rule: {pair.rule}" if pair else ""
        names = f"{book.engagement[one].name.lower()} or {book.engagement[other].name.lower()}"
        lines.append(f"• {names}: {count} times.{rule}")
    blind, open_ = anchored[True], anchored[False]
    if blind[1] >= 10 and open_[1] >= 10:
        lines.append(
            f"Agreement with the model: {percent(blind[0] / blind[1])} where its labels were hidden, "
            f"{percent(open_[0] / open_[1])} where they were shown."
        )
    return Reply(fallback(" ".join(lines)), [section("*How far reviewers agree*"), section("\n".join(lines))])
