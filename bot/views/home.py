"""The Home tab: one's own cases, a search, and for reviewers the queue."""

from __future__ import annotations

from collections.abc import Sequence

from bot.facts import Fact
from bot.ids import Action, Callback, Field
from bot.views.doors import HELP
from bot.views.parts import Block, actions, button, clip, modal, note, plain, quote, section
from classifier.taxonomy import Taxonomy

PAGE = 8  # cases on a page: at most 5 blocks each, well under Slack's 100


def home(
    book: Taxonomy,
    cases: Sequence[tuple[Fact, str]],
    total: int,
    *,
    waiting: int | None,
    offset: int,
    search: str,
    person: str,
) -> Block:
    """The tab. `cases` are one page of `total`; `waiting` is the review queue's length for who may review."""
    blocks: list[Block] = [
        section("*Rung* names the type and pathway of citizen engagement in a description."),
        actions(button("Classify a description", Action.DESCRIBE, "home", "primary")),
    ]
    if waiting is not None:
        words = f"*Review queue:* {waiting} waiting." if waiting else "*Review queue:* nothing waits."
        blocks.append(section(words))
        if waiting:
            blocks.append(actions(button("Review the next one", Action.REVIEW, "next")))
    blocks.append(_search(search))
    lead = f"*Found:* {total}" if search else f"*Your cases:* {total}"
    blocks.append(
        section(lead if total else f"{lead}. {'Try other words.' if search else 'Paste the first one.'}")
    )
    for fact, begin in cases:
        blocks += _case(book, fact, begin, person)
    turn = []
    if offset:
        turn.append(button("Newer", f"{Action.PAGE}_newer", f"{max(0, offset - PAGE)}:{search}"))
    if offset + PAGE < total:
        turn.append(button("Older", f"{Action.PAGE}_older", f"{offset + PAGE}:{search}"))
    blocks += [actions(*turn)] if turn else []
    blocks.append(section(HELP))
    return {"type": "home", "blocks": blocks}


def _search(search: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": Callback.SEARCH, "max_length": 200}
    element |= {"initial_value": search} if search else {}
    made: Block = {"type": "input", "block_id": f"{Field.WORDS}_{abs(hash(search))}", "dispatch_action": True}
    return made | {"label": plain("Search your cases and those of public channels"), "element": element}


def _case(book: Taxonomy, fact: Fact, begin: str, person: str) -> list[Block]:
    """One case: how it begins, its labels and score, and the way on."""
    names = [
        book.engagement[fact.engagement].name if fact.engagement else "Type not settled",
        book.pathway[fact.pathway].name.lower() if fact.pathway else "pathway not settled",
    ]
    open_ = f"{fact.open_questions} open question{'' if fact.open_questions == 1 else 's'}"
    facts = f"{', '.join(names)}. At least {fact.low} of 100, {open_}. {fact.at[:10]}"
    blocks: list[Block] = [quote(clip(" ".join(begin.split()), 140)), note(facts)]
    if fact.author == person and fact.open_questions:
        row = actions(button("Go on", f"{Action.RESUME}_{fact.case_id}", str(fact.case_id)))
        blocks.append(row)
    return blocks


def resumed(link: str) -> Block:
    """Where the question waits."""
    words = f"The next question waits in the thread: <{link}|open it>."
    return modal(Callback.REVIEWED, "Go on", [section(words)])
