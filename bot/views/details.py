"""The modal behind *Details*: how sure, why not the runner-up, similar cases, other scales."""

from __future__ import annotations

from collections.abc import Mapping

from bot import followup
from bot.ids import Callback
from bot.store import StoredCase
from bot.views.assessment import settling
from bot.views.parts import Block, modal, note, percent, picture, plain, quote, section
from classifier.assessment import Assessment, Head
from classifier.taxonomy import Label, Taxonomy

BAR = 12  # characters of a full bar
WORTH_ASKING = 0.05  # probability from which the runner-up is worth a question


def render(
    book: Taxonomy,
    case: StoredCase,
    assessment: Assessment,
    answers: Mapping[str, str],
    *,
    image: str | None = None,
    may_settle: bool,
) -> Block:
    """The modal. `image` is the file of the picture once it is there; until then bars of text stand in."""
    blocks: list[Block] = [section("*How sure I am*")]
    if image is not None:
        blocks.append(picture(image, in_words(book, assessment)))
    else:
        blocks.append(_bars(book.engagement, assessment.engagement))
        blocks.append(_bars(book.pathway, assessment.pathway))
    blocks += _why_not(book, case, assessment, answers, may_settle)
    blocks += _similar(book, assessment)
    blocks += _scales(book, assessment)
    blocks.append(note(f"Model {assessment.model}."))
    return modal(Callback.DETAILS, "Details", blocks, context=str(case.id))


def in_words(book: Taxonomy, assessment: Assessment) -> str:
    """What the picture of the probabilities shows."""
    said = []
    for what, labels, head in (
        ("Type", book.engagement, assessment.engagement),
        ("Pathway", book.pathway, assessment.pathway),
    ):
        ranked = sorted(head.probabilities.items(), key=lambda item: -item[1])
        said.append(
            f"{what}: " + ", ".join(f"{labels[key].name.lower()} {percent(p)}" for key, p in ranked) + "."
        )
    return " ".join(said)


def _bars(labels: dict[str, Label], head: Head) -> Block:
    ranked = sorted(head.probabilities.items(), key=lambda item: -item[1])
    lines = [
        f"{'█' * round(p * BAR) + '░' * (BAR - round(p * BAR))} {percent(p)} {labels[key].name}"
        for key, p in ranked
    ]
    return {"type": "section", "text": plain("\n".join(lines))}


def _why_not(
    book: Taxonomy, case: StoredCase, assessment: Assessment, answers: Mapping[str, str], may_settle: bool
) -> list[Block]:
    """The codebook's rule for the winner and the runner-up, and the question that settles it."""
    settled = followup.settled(book, answers)
    blocks: list[Block] = []
    for name, labels in (("engagement", book.engagement), ("pathway", book.pathway)):
        head: Head = getattr(assessment, name)
        pair = book.pair_of(head.label, head.runner_up)
        if pair is None:
            continue
        blocks.append(section(f"*Why not {labels[head.runner_up].name.lower()}?* {pair.rule}"))
        if name in settled:
            blocks.append(note(f"Settled: {labels[settled[name]].name.lower()}."))
        elif may_settle and head.probabilities[head.runner_up] >= WORTH_ASKING:
            blocks += settling(book, case, head, name)
    return blocks


def _similar(book: Taxonomy, assessment: Assessment) -> list[Block]:
    blocks: list[Block] = [section("*Similar cases that people have labelled*")]
    for case in assessment.similar:
        labels = f"{book.engagement[case.engagement].name}, {book.pathway[case.pathway].name.lower()}"
        because = f" Deciding words: “{case.because}”." if case.because else ""
        blocks.append(quote(case.excerpt or case.title))
        blocks.append(note(f"{labels}; {case.similarity:.0%} alike ({case.id}).{because}"))
    return blocks


def _scales(book: Taxonomy, assessment: Assessment) -> list[Block]:
    """Where the case stands on the other scales of the field."""
    blocks: list[Block] = [section("*On other scales*")]
    for at in book.places(assessment.engagement.label, assessment.modes, assessment.level.label):
        place = at.place or "no place for it on this scale"
        about = " (approximate)" if at.approximate and at.place else ""
        blocks.append(note(f"{at.name}: {place}{about}. {at.source}"))
    return blocks
