"""The answer to a pasted description, and to what is none."""

from __future__ import annotations

from collections.abc import Mapping

from bot import followup
from bot.ids import Action
from bot.store import StoredCase
from bot.views.parts import Block, Reply, actions, button, fallback, note, percent, quote, section
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
IN_THREAD = (
    "I read whole descriptions here. To answer a question, press one of its buttons above. "
    "To have another text read, paste it as a new message."
)
PROBLEMS = {
    "file_encrypted": "The file is locked with a password. Share it without one, or paste its text.",
    "file_no_text": "I found no text in the file; it may be a scan. Please paste the text itself.",
    "file_too_large": "The file is too large for me (10 MB at most). Please paste the part that matters.",
    "file_slow": "The file took too long to read. Please paste the part that matters.",
    "file_broken": "I could not read the file; it may be damaged. Please paste its text.",
    "file_refused": "Slack did not give me the file. Please paste its text.",
    "link_closed": "I cannot read the message behind this link: I am not in its channel, or you are not. "
    "Please paste its text.",
    "message_gone": "The message is no longer there. Paste its text, if you have it.",
}
NOTHING_ABOVE = "The message above holds no text that I can read. Paste the description here instead."


def render(book: Taxonomy, case: StoredCase, answers: Mapping[str, str] | None = None) -> Reply:
    """The reply in the thread: type and pathway, how sure, why, and what to do next."""
    assessment = case.assessment
    if assessment is None:
        return Reply("I am still reading this.", [section("I am still reading this.")])
    if not assessment.is_description:
        return _help(case, assessment)
    given = answers or {}
    said, sure = headline(book, assessment, given), _sureness(book, assessment, given)
    blocks: list[Block] = [section(said)]
    blocks += [note(sure)] if sure else []
    quotes = assessment.engagement.because
    blocks += [note("What spoke for the type, in your words:")] if quotes else []
    blocks += [quote(phrase.text) for phrase in quotes]
    facts = _facts(book, assessment)
    blocks += [note(facts)] if facts else []
    blocks += [note(PROBLEMS[one]) for one in assessment.warnings if one in PROBLEMS]
    blocks += _others(book, assessment)
    blocks += _next(book, case, assessment, given)
    why = " ".join(f"“{phrase.text}”" for phrase in quotes) or "no phrase stands out."
    words = f"{said.replace('*', '')} {sure} What spoke for the type: {why} {facts}"
    return Reply(fallback(f"{words} {_asked(blocks)}"), blocks)


def read_before(reply: Reply, link: str, day: str) -> Reply:
    """The answer to a text that was read before: it is counted once, and answered where it was."""
    where = f"<{link}|open it>" if link else "look in your direct messages with me"
    lead = f"I read this text before, on {day}: {where}. It counts once; this is how it stands."
    return Reply(fallback(f"I read this text before, on {day}. {reply.text}"), [section(lead), *reply.blocks])


def _help(case: StoredCase, assessment: Assessment) -> Reply:
    problem = next((PROBLEMS[one] for one in assessment.warnings if one in PROBLEMS), None)
    if problem is not None and "empty" in assessment.warnings:
        return Reply(problem, [section(problem)])
    if case.message.message_ts != case.message.thread_ts:
        return Reply(IN_THREAD, [section(IN_THREAD)])
    if case.message.asker != case.message.author and "empty" in assessment.warnings:
        return Reply(NOTHING_ABOVE, [section(NOTHING_ABOVE)])
    words = next(HELP[warning] for warning in assessment.warnings if warning in HELP)
    return Reply(words, [section(words)])


def headline(book: Taxonomy, assessment: Assessment, answers: Mapping[str, str]) -> str:
    """Type and pathway in a sentence each; what the model does not know is said to be unknown."""
    return " ".join(
        (
            _named(book.engagement, assessment.engagement, "This is", "the type", answers, book, assessment),
            _named(book.pathway, assessment.pathway, "Pathway:", "the pathway", answers, book, assessment),
        )
    )


def _named(
    labels: Mapping[str, Label],
    head: Head,
    lead: str,
    what: str,
    answers: Mapping[str, str],
    book: Taxonomy,
    assessment: Assessment,
) -> str:
    name = "engagement" if labels is book.engagement else "pathway"
    label = followup.label_of(book, assessment, answers, name)
    if label is not None:
        mark = " (settled)" if name in followup.settled(book, answers) else ""
        return f"{lead} *{labels[label].name.lower()}*{mark}: {labels[label].plain}."
    first, second = labels[head.label], labels[head.runner_up]
    return (
        f"I am not sure of {what}: *{first.name.lower()}* ({percent(head.confidence)}) "
        f"or *{second.name.lower()}* ({percent(head.probabilities[head.runner_up])})."
    )


def _sureness(book: Taxonomy, assessment: Assessment, answers: Mapping[str, str]) -> str:
    """How sure the model is of what it asserts, and what would be next."""
    said = []
    settled = followup.settled(book, answers)
    for name, labels in (("engagement", book.engagement), ("pathway", book.pathway)):
        head: Head = getattr(assessment, name)
        if not head.abstain and name not in settled:
            what = "type" if name == "engagement" else "pathway"
            other = labels[head.runner_up].name.lower()
            chance = head.probabilities[head.runner_up]
            said.append(
                f"{percent(head.confidence)} sure of the {what}; next would be {other} ({percent(chance)})."
            )
    return " ".join(said)


def _facts(book: Taxonomy, assessment: Assessment) -> str:
    modes = " and ".join(book.mode[mode].plain for mode in assessment.modes)
    level = assessment.level
    parts = [f"People take part in {modes}." if modes else ""]
    parts.append("" if level.abstain else f"Who benefits: {book.level[level.label].plain}.")
    claimed = [w.removeprefix("claims:") for w in assessment.warnings if w.startswith("claims:")]
    parts += [
        f"It uses the word “{book.engagement[label].name.lower()}”; what it describes is something else."
        for label in claimed
    ]
    return " ".join(part for part in parts if part)


def _others(book: Taxonomy, assessment: Assessment) -> list[Block]:
    """Other activities that the text tells of, with the sentence of each."""
    blocks: list[Block] = []
    for activity in assessment.activities[1:3]:
        blocks.append(note(f"It also tells of {book.engagement[activity.engagement].name.lower()}:"))
        blocks.append(quote(activity.sentence))
    return blocks


def _next(
    book: Taxonomy, case: StoredCase, assessment: Assessment, answers: Mapping[str, str]
) -> list[Block]:
    """The settling question where the model is unsure, then the way on."""
    now = followup.standing(book, assessment, answers)
    blocks: list[Block] = []
    first = now.question if now.question in followup.SETTLING and not answers else None
    if first is not None:
        blocks += settling(book, case, getattr(assessment, first), first)
    row = []
    if first is None and now.question is not None:
        left = now.total - now.done
        words = f"Answer {left} question{'s' if left > 1 else ''}"
        row.append(button(words, f"{Action.SHOW}_next", f"{case.id}:next", "primary"))
    row += [
        button("Details", Action.DETAILS, f"{case.id}"),
        button("Not right?", Action.WRONG, f"{case.id}"),
    ]
    return [*blocks, actions(*row)]


def settling(book: Taxonomy, case: StoredCase, head: Head, name: str) -> list[Block]:
    """The question that separates the two most probable labels, with a way to all of them."""
    pair = book.pair_of(head.label, head.runner_up)
    if pair is None:  # the taxonomy's check has a rule for every pair
        raise LookupError(f"no rule for {head.label} and {head.runner_up}")
    choices = [
        button(option.text, f"{Action.SETTLE}_{name}_{option.to}", f"{case.id}:{name}:{option.to}")
        for option in pair.answers
    ]
    more = button("Neither of these", f"{Action.SHOW}_{name}", f"{case.id}:{name}")
    skip = button("Don't know", f"{Action.ANSWER}_{name}", f"{case.id}:{name}:{followup.DONT_KNOW}")
    return [section(f"*{pair.question}*"), *(actions(choice) for choice in choices), actions(more, skip)]


def _asked(blocks: list[Block]) -> str:
    """The question of the message in words, for who hears it and does not see it."""
    words = [b["text"]["text"] for b in blocks[1:] if b["type"] == "section"]
    return " ".join(word.replace("*", "") for word in words)
