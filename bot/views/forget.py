"""What is asked and said when something is to be forgotten."""

from __future__ import annotations

from bot.ids import Action
from bot.views.parts import Block, Reply, actions, button, section

NOT_YOURS = "Only its author, the person who asked about it, or an admin can have this forgotten."
FORGOTTEN = "Forgotten: the text, my answer and everything given to it are gone for good."
KEPT = "Kept. To have it forgotten later, use `/rung forget`."


def ask(person: str, *, own: bool, cases: int) -> Reply:
    """The question before everything of a person goes."""
    whose = "you" if own else f"<@{person}>"
    count = f"{cases} description{'' if cases == 1 else 's'}"
    words = (
        f"I keep {count} of {whose}. Forgetting removes {'it' if cases == 1 else 'them'} with my answers and all "
        "that was given to them, and the name from reviews, answers and subscriptions. It cannot be undone. "
        "Reviewed texts also leave the model with the next training."
    )
    sure: Block = {
        "title": {"type": "plain_text", "text": "Forget for good?"},
        "text": {"type": "plain_text", "text": "This cannot be undone."},
        "confirm": {"type": "plain_text", "text": "Forget"},
        "deny": {"type": "plain_text", "text": "Cancel"},
    }
    press = button("Forget everything", f"{Action.FORGET}_person", person, "danger") | {"confirm": sure}
    return Reply(words, [section(words), actions(press)])


def forgotten(cases: int) -> str:
    """What is said when everything of a person is gone."""
    return f"Forgotten: {cases} description{'' if cases == 1 else 's'} and every trace of the person in my store."
