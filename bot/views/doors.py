"""The form for a long text, the help, the Home tab."""

from __future__ import annotations

from bot.ids import Callback, Field
from bot.views.parts import Block, Reply, box, clip, escape, fallback, modal, quote, section

HELP = (
    "*What I do:* I read a description of an initiative and say which type of engagement it is, which "
    "pathway it took, and why. Then I ask what is still open, up to a quality score.\n"
    "• Send me a description in a direct message, or mention me with one in a channel.\n"
    "• Mention me in the thread under somebody's description, and I read that one.\n"
    "• On any message: *More actions*, then *Classify this*.\n"
    "• `/rung` opens a form for a long text. A text file in a direct message works as well.\n"
    "• `/rung summary` sums up this week; `/rung subscribe` posts it every week.\n"
    "• Reviewers: `/rung queue`, `/rung reviews`, `/rung agreement`. "
    "Admins: `/rung retrain`, `/rung models`, `/rung drift`, `/rung reviewers`.\n"
    "Is a label wrong? Press *Not right?* under my answer."
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


def problem(reference: str) -> str:
    """What is said when something failed on our side."""
    return (
        f"Something went wrong on my side. What you wrote is kept. Please try again; if it happens again, "
        f"tell the people who run me this number: {reference}."
    )


def form() -> Block:
    """The form for a text of any length."""
    hint = "What happens, who takes part, who started it. As it is; up to a few pages."
    blocks = [box(Field.TEXT, "Description of the initiative", hint)]
    return modal(Callback.DESCRIPTION, "Classify a description", blocks, submit="Classify")


def pasted(text: str) -> Reply:
    """The message that stands for a text sent by the form, so that the answer has a thread."""
    short = clip(" ".join(text.split()), 300)
    return Reply(fallback(f"You sent me: {short}"), [section("You sent me:"), quote(short)])
