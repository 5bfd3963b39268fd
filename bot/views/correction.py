"""The modal behind *Not right?*."""

from __future__ import annotations

from bot.ids import Callback, Field
from bot.store import StoredCase
from bot.views.parts import Block, Reply, box, fallback, menu, modal, section
from classifier.assessment import Assessment
from classifier.taxonomy import Taxonomy

SAME = "These are the labels I gave. Choose another type or pathway, or say below what is wrong."


def render(book: Taxonomy, case: StoredCase, assessment: Assessment) -> Block:
    """The form, with what the model says already chosen."""
    blocks = [
        section("Thank you for looking. What should it be? Reviewers read this, and the next model learns."),
        menu(Field.ENGAGEMENT, "Type", _types(book), assessment.engagement.label),
        menu(Field.PATHWAY, "Pathway", _pathways(book), assessment.pathway.label),
        box(Field.REASON, "Why?", "Name the fact in the text that decides it.", optional=True),
    ]
    return modal(Callback.CORRECTION, "Not right?", blocks, submit="Send", context=str(case.id))


def thanks(book: Taxonomy, engagement: str, pathway: str) -> Reply:
    """What the thread says once a correction is kept."""
    names = f"{book.engagement[engagement].name.lower()}, {book.pathway[pathway].name.lower()}"
    words = f"Thank you. I have noted for the reviewers that this should be *{names}*."
    return Reply(fallback(words.replace("*", "")), [section(words)])


def _types(book: Taxonomy) -> list[tuple[str, str]]:
    """Each type with what people do in it, short enough for a menu."""
    does = {option.to: option.text for option in book.settling["engagement"].answers}
    return [
        (f"{label.name}: {does[key][0].lower()}{does[key][1:]}", key)
        for key, label in book.engagement.items()
    ]


def _pathways(book: Taxonomy) -> list[tuple[str, str]]:
    return [(f"{label.name}: {label.plain}", key) for key, label in book.pathway.items()]
