"""The form for a long text, the help, the Home tab."""

from __future__ import annotations

from typing import Any

from bot import documents
from bot.ids import Action, Callback, Field
from bot.store import StoredCase
from bot.views.parts import (
    Block,
    Reply,
    actions,
    box,
    button,
    clip,
    escape,
    fallback,
    modal,
    plain,
    quote,
    section,
)
from classifier.taxonomy import Taxonomy

HELP = (
    "*What I do:* I read a description of an initiative and say which type of engagement it is, which "
    "pathway it took, and why. Then I ask what is still open, up to a quality score.\n"
    "• Send me a description in a direct message, or mention me with one in a channel.\n"
    "• Mention me in the thread under somebody's description, and I read that one.\n"
    "• On any message: *More actions*, then *Classify this*.\n"
    "• `/rung` opens a form for a long text or a file. A file (Word, PDF, text …) or a link to a message, "
    "sent to me, works as well. Edit your message, and I read it again.\n"
    "• `/rung forget` removes what I keep of you. Names, addresses and numbers of people are masked at once.\n"
    "• `/rung summary` sums up this week; `/rung subscribe` posts it every week.\n"
    "• Reviewers: `/rung queue`, `/rung reviews`, `/rung agreement`. "
    "Admins: `/rung retrain`, `/rung models`, `/rung drift`, `/rung reviewers`.\n"
    "Is a label wrong? Press *Not right?* under my answer."
)
TITLE = "A description of citizen engagement"
PROMPTS = {
    "What can you do?": "What can you do?",
    "Show an example": "Show me an example",
    "My open questions": "Which questions are open on my cases?",
    "This week": "Sum up this week",
}
EXAMPLE = (
    "Paste something like this as a new message: “Neighbours in Ashfield run a repair café every month. They "
    "began it by themselves in a garage; since last year the library lends the room and a member of staff "
    "helps at the door.” I then say which type it is, which pathway it took, and why."
)
NO_ENTRY = (
    "I cannot post in this channel. Invite me with `/invite @Rung` and try again, "
    "or paste the text to me in a direct message."
)
READ = "Done: my answer is in the thread of the message."
READ_BEFORE = "I have read this message before: my answer is in its thread."
NOT_TAKEN = "Slack did not take the text just now. Please send it once more."
STALE = "This button is from an older message of mine and does nothing any more. Paste the description again."


def unknown(asked: str, near: str | None = None) -> str:
    """What is said to a subcommand that there is not."""
    hint = f"Did you mean `/rung {near}`? " if near else ""
    return f"I do not know “{escape(clip(asked, 40))}”. {hint}`/rung help` shows what I can do."


NOT_ALLOWED = "That is for reviewers and admins. Ask an admin to add you: `/rung reviewers add @you`."


def reminder(person: str) -> Reply:
    """A gentle word on open questions."""
    words = (
        f"<@{person}>, some questions on this are still open. Go on above whenever it suits you, "
        "or press *Stop for now*. I remind twice at most."
    )
    return Reply(words.replace("*", ""), [section(words)])


LATE = "That took too long for Slack to open the window. Please press once more, or send the command again."


def problem(reference: str) -> str:
    """What is said when something failed on our side."""
    return (
        f"Something went wrong on my side. Please try again; your texts are kept. If it happens again, "
        f"tell the people who run me this number: {reference}."
    )


NOT_FOR_GUESTS = (
    "Guests see their own descriptions here, and those alone. Paste one to me in a direct message to try it."
)
NO_TEXT = "Paste a description here, or add a file below."
STEP_NEEDS = "This step needs a description and the person it is for."


def form() -> Block:
    """The form for a text of any length: Slack limits one field, so there are two, and files."""
    hint = "What happens, who takes part, who started it. As it is; up to a few pages."
    files: Block = {
        "type": "file_input",
        "action_id": Field.FILES,
        "filetypes": [kind.lstrip(".") for kind in documents.KINDS],
        "max_files": 3,
    }
    blocks = [
        box(Field.TEXT, "Description of the initiative", hint, optional=True),
        box(Field.MORE, "More text", "Where the first field is full: go on here.", optional=True),
        {
            "type": "input",
            "block_id": Field.FILES,
            "label": plain("Or a file"),
            "hint": plain("Text, Word, PDF, OpenDocument or a web page; 10 MB at most."),
            "optional": True,
            "element": files,
        },
    ]
    return modal(Callback.DESCRIPTION, "Classify a description", blocks, submit="Classify")


def open_questions(cases: list[tuple[int, str, int]]) -> Reply:
    """A person's cases that have open questions, each with a way on."""
    if not cases:
        words = "No question is open. Paste a description to begin."
        return Reply(words, [section(words)])
    blocks, said = [], []
    for case_id, begin, left in cases:
        how = f"{left} open question{'' if left == 1 else 's'}"
        said.append(f"{' '.join(begin.split())} ({how})")
        blocks += [quote(clip(" ".join(begin.split()), 100)), section(how)]
        blocks.append(actions(button("Go on", f"{Action.RESUME}_{case_id}", str(case_id))))
    return Reply(fallback("Questions are open on: " + "; ".join(said)), blocks)


def deleted(case_id: int) -> Reply:
    """What is asked of a person who deleted a message that was read."""
    words = (
        "You deleted a message that I had read. Shall I forget it too? "
        "Its text, my answer, and everything given to it would be gone for good."
    )
    row = [
        button("Forget it", Action.FORGET, f"{case_id}:deleted", "danger"),
        button("Keep it", Action.KEEP, f"{case_id}:deleted"),
    ]
    return Reply(words, [section(words), actions(*row)])


def step_outputs(book: Taxonomy, case: StoredCase, link: str) -> dict[str, Any]:
    """What a workflow's step hands on: labels by name ("not sure" where the model abstains), and a link."""
    said = case.assessment
    heads = {
        "engagement": (book.engagement, said.engagement if said else None),
        "pathway": (book.pathway, said.pathway if said else None),
    }
    names = {
        key: labels[head.label].name if head is not None and not head.abstain else "not sure"
        for key, (labels, head) in heads.items()
    }
    return {**names, "link": link}


def pasted(text: str) -> Reply:
    """The message that stands for a text sent by the form, so that the answer has a thread."""
    short = clip(" ".join(text.split()), 300)
    return Reply(fallback(f"You sent me: {short}"), [section("You sent me:"), quote(short)])
