"""The answer to a pasted description, and to what is none."""

from __future__ import annotations

from bot.followup import standing
from bot.ids import Action
from bot.store import StoredCase
from bot.views.parts import Block, Reply, actions, button, fallback, note, quote, section
from classifier.assessment import Assessment, Head
from classifier.taxonomy import Label, Taxonomy

WHAT_TO_PASTE = "Paste a description of an initiative: what happens, who takes part and who started it."
HELP = {
    "empty": f"I found no words to read. {WHAT_TO_PASTE}",
    "greeting": f"Hello! I name the type of engagement in an initiative. {WHAT_TO_PASTE}",
    "thanks": f"You are welcome. For the next one: {WHAT_TO_PASTE[0].lower()}{WHAT_TO_PASTE[1:]}",
    "question": f"I can only read descriptions, not answer questions. {WHAT_TO_PASTE}",
    "too_short": "That is too short to tell. Please paste it again with two things more: "
    "what people do in it, and who started it.",
    "other_language": "This does not look like English, and English is all I can read. "
    "Please paste it again in English.",
}


def render(book: Taxonomy, case: StoredCase) -> Reply:
    """The reply in the thread: type and pathway, how sure, why, and what to do next."""
    assessment = case.assessment
    if assessment is None:
        return Reply("I am still reading this.", [section("I am still reading this.")])
    if not assessment.is_description:
        words = next(HELP[warning] for warning in assessment.warnings if warning in HELP)
        return Reply(words, [section(words)])
    lines = [_said(book.engagement, assessment.engagement), _said(book.pathway, assessment.pathway)]
    blocks: list[Block] = [section(line) for line in lines]
    if assessment.engagement.because:
        blocks += [note("What spoke for the type:")]
        blocks += [quote(phrase.text) for phrase in assessment.engagement.because]
    if facts := _facts(book, assessment):
        blocks.append(note(facts))
    open_ = standing(book, assessment, {})
    blocks.append(
        actions(button(f"Answer {open_.total} questions", Action.SHOW, f"{case.id}:next", "primary"))
    )
    quotes = " ".join(f"“{phrase.text}”" for phrase in assessment.engagement.because)
    said = " ".join(line.replace("*", "") for line in lines)
    return Reply(fallback(f"{said} What spoke for it: {quotes or 'no phrase stands out.'} {facts}"), blocks)


def _said(labels: dict[str, Label], head: Head) -> str:
    first, second = labels[head.label], labels[head.runner_up]
    if head.abstain:
        return (
            f"I am not sure: it could be *{first.name}* ({first.plain}; {head.confidence:.0%}) "
            f"or *{second.name}* ({second.plain}; {head.probabilities[head.runner_up]:.0%}). "
            "The first question below settles it."
        )
    return (
        f"*{first.name}*: {first.plain}. I am {head.confidence:.0%} sure; "
        f"next would be {second.name.lower()} ({head.probabilities[head.runner_up]:.0%})."
    )


def _facts(book: Taxonomy, assessment: Assessment) -> str:
    modes = ", ".join(book.mode[mode].plain for mode in assessment.modes)
    level = book.level[assessment.level.label]
    parts = [f"Together: {modes}." if modes else "", f"Who benefits: {level.plain}."]
    claimed = [w.removeprefix("claims:") for w in assessment.warnings if w.startswith("claims:")]
    parts += [
        f"It uses the word of {book.engagement[label].name.lower()}; check if it is that."
        for label in claimed
    ]
    return " ".join(part for part in parts if part)
