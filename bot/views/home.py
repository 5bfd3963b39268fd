"""The Home tab: one's own cases, a search, and for reviewers the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.facts import Fact
from bot.ids import Action, Callback, Field
from bot.views.doors import HELP
from bot.views.parts import Block, actions, button, clip, modal, note, picture, plain, quote, section, select
from classifier.taxonomy import Taxonomy

PAGE = 8  # cases on a page: at most 5 blocks each, well under Slack's 100


@dataclass(frozen=True)
class At:
    """Where somebody is in his cases: from which on, of which type, found by which words."""

    offset: int = 0
    engagement: str = ""
    search: str = ""

    @classmethod
    def read(cls, value: str) -> At:
        """From what a button carries."""
        offset, engagement, search = value.split(":", 2)
        return cls(int(offset), engagement, search)

    def __str__(self) -> str:
        return f"{self.offset}:{self.engagement}:{self.search}"


def home(
    book: Taxonomy,
    cases: Sequence[tuple[Fact, str]],
    total: int,
    *,
    waiting: int | None,
    at: At,
    person: str,
    admin: str = "",
) -> Block:
    """The tab. `cases` are one page of `total`; `waiting` is the review queue's length for who may review."""
    blocks: list[Block] = [
        section("*Rung* names the type and pathway of citizen engagement in a description."),
        actions(button("Classify a description", Action.DESCRIBE, "home", "primary")),
    ]
    if waiting is not None:
        words = f"*Review queue:* {waiting} waiting." if waiting else "*Review queue:* nothing waits."
        blocks.append(section(words))
        review = [button("Review the next one", Action.REVIEW, "next")] if waiting else []
        weeks = [button(f"Team: {n} weeks", f"{Action.TEAM}_{n}", str(n)) for n in (4, 12, 52)]
        blocks.append(actions(*review, *weeks))
    blocks += [note(admin)] if admin else []
    blocks.append(_search(at.search))
    types = [("All types", str(replace(at, offset=0, engagement="")))]
    types += [
        (label.name, str(replace(at, offset=0, engagement=key))) for key, label in book.engagement.items()
    ]
    blocks.append(actions(select("Only one type", Action.FILTER, types)))
    chosen = f" ({book.engagement[at.engagement].name.lower()})" if at.engagement else ""
    lead = f"*Found{chosen}:* {total}" if at.search else f"*Your cases{chosen}:* {total}"
    hint = "Try other words." if at.search else "Paste the first one."
    blocks.append(section(lead if total else f"{lead}. {hint}"))
    for fact, begin in cases:
        blocks += _case(book, fact, begin, person)
    turn = []
    if at.offset:
        newer = replace(at, offset=max(0, at.offset - PAGE))
        turn.append(button("Newer", f"{Action.PAGE}_newer", str(newer)))
    if at.offset + PAGE < total:
        turn.append(button("Older", f"{Action.PAGE}_older", str(replace(at, offset=at.offset + PAGE))))
    blocks += [actions(*turn)] if turn else []
    blocks.append(section(HELP))
    return {"type": "home", "blocks": blocks}


def team(words: str, file: str | None) -> Block:
    """The team's picture over some weeks, in words until it is drawn."""
    shown = [picture(file, words)] if file is not None else [section(words)]
    return modal(Callback.REVIEWED, "Team", shown)


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
