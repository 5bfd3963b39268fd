"""The weekly post, the summary at once, and subscriptions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ids import Action, Callback, Field
from bot.numbers import FEW, Numbers
from bot.summary import Subscription, Summary, headline
from bot.views.parts import Block, Reply, actions, button, fallback, menu, modal, note, plain, section
from classifier.taxonomy import Taxonomy

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PART_NAMES = {
    "cases": "Cases worth a look",
    "waiting": "What waits for whom",
    "trust": "How far the model can be trusted",
}
NEED_CHANNEL = "I am not in that channel. Invite me with `/invite @Rung`, then try again."
ASLEEP = (
    "I could not post the weekly summary in <#{channel}>: the channel is closed or I am not in it. "
    "The subscription sleeps; `/rung subscriptions` wakes or ends it."
)


def post(book: Taxonomy, summary: Summary, links: dict[int, str], *, share: str | None = None) -> Reply:
    """The summary. `links` leads to the threads of noted cases; `share` is what *Share* carries."""
    lead = headline(book, summary)
    late = " (This comes late: I was not running at the time.)" if summary.late else ""
    blocks: list[Block] = [section(f"*{lead}*{late}")]
    said = [lead + late]
    if summary.numbers.total:
        lines = [*_quality(book, summary.numbers), *_noted(book, summary, links)]
        lines += _waiting(summary) if "waiting" in summary.include else []
        lines += [summary.trust] if summary.trust and "trust" in summary.include else []
        blocks += [section("\n".join(lines))] if lines else []
        said += lines
    if share is not None:
        blocks.append(actions(button("Share in this channel", Action.SHARE, share)))
    return Reply(fallback(" ".join(said).replace("*", "")), blocks)


def in_words(book: Taxonomy, summary: Summary) -> str:
    """What the picture shows."""
    counts = summary.numbers.by_type()
    parts = [
        f"{book.engagement[key].name if key else 'Not settled yet'} {count} "
        f"(usually {summary.numbers.usual.get(key, 0):.1f})"
        for key, count in sorted(counts.items(), key=lambda item: -item[1])
    ]
    return f"{summary.name}, cases by type: {', '.join(parts)}. {' '.join(_quality(book, summary.numbers))}"


def _quality(book: Taxonomy, numbers: Numbers) -> list[str]:
    """Quality by dimension: the middle half where there are enough, else only how many were scored."""
    lines = []
    for key, spread in numbers.quality.items():
        name = book.dimension[key].name
        if spread.count >= FEW and spread.low is not None and spread.high is not None:
            lines.append(f"{name}: the middle half between {spread.low:.0f} and {spread.high:.0f}.")
        elif spread.count:
            lines.append(f"{name}: {spread.count} scored, too few for a spread.")
    return lines


def _noted(book: Taxonomy, summary: Summary, links: dict[int, str]) -> list[str]:
    lines = []
    for case in summary.noted:
        name = book.engagement[case.engagement].name if case.engagement else "type not settled"
        where = (
            f"<{links[case.case_id]}|case {case.case_id}>"
            if case.case_id in links
            else f"case {case.case_id}"
        )
        score = f", at least {case.low} of 100" if case.low else ""
        lines.append(f"• Worth a look ({case.why}): {where}, {name.lower()}{score}.")
    return lines


def _waiting(summary: Summary) -> list[str]:
    people = list(summary.numbers.waiting.items())[:5]
    lines = [f"Open questions: {', '.join(f'<@{who}> {count}' for who, count in people)}."] if people else []
    if summary.reviews_open:
        lines.append(f"{summary.reviews_open} wait for review.")
    if summary.numbers.reviewed:
        lines.append(f"{summary.numbers.reviewed} of {summary.numbers.total} were checked by a reviewer.")
    if summary.numbers.hidden and summary.scope.channel is None:
        lines.append(f"{summary.numbers.hidden} from private places are counted and not shown.")
    return lines


def form(tz: str, one: Subscription | None = None) -> Block:
    """The form of a subscription, new or changed."""
    element: Block = {"type": "channels_select", "action_id": Field.CHANNEL}
    element |= {"initial_channel": one.channel} if one else {}
    channel: Block = {
        "type": "input",
        "block_id": Field.CHANNEL,
        "label": plain("Channel"),
        "element": element,
    }
    hours = [(f"{hour:02}:00", str(hour)) for hour in range(24)]
    days = [(day, str(number)) for number, day in enumerate(DAYS)]
    scopes = [
        ("The cases of this channel", "channel"),
        ("The whole team (private ones only as counts)", "team"),
    ]
    parts = [{"text": plain(words), "value": key} for key, words in PART_NAMES.items()]
    chosen = [part for part in parts if one is None or part["value"] in one.include.split(",")]
    boxes: Block = {"type": "checkboxes", "action_id": Field.INCLUDE, "options": parts}
    boxes |= {"initial_options": chosen} if chosen else {}
    include: Block = {
        "type": "input",
        "block_id": Field.INCLUDE,
        "label": plain("Also tell"),
        "optional": True,
    }
    blocks = [
        note(f"Times are in your time zone, {tz}."),
        channel | {"element": element},
        menu(Field.DAY, "Day", days, str(one.weekday) if one else "0"),
        menu(Field.HOUR, "Hour", hours, str(one.hour) if one else "9"),
        menu(Field.SCOPE, "What it sums up", scopes, one.scope if one else "channel"),
        include | {"element": boxes, "optional": True},
    ]
    context = f"{tz}|{one.id if one else ''}"
    return modal(
        Callback.SUBSCRIBE, "Weekly summary", blocks, submit="Save" if one else "Subscribe", context=context
    )


def subscribed(one: Subscription) -> Reply:
    """Said once a subscription is made."""
    at = f"{DAYS[one.weekday]} at {one.hour:02}:00 ({one.tz})"
    words = f"Done: <#{one.channel}> gets a summary every {at}. `/rung subscriptions` changes or ends it."
    return Reply(fallback(f"Done: a summary every {at}."), [section(words)])


def subscriptions(found: Sequence[Subscription]) -> Reply:
    """A person's subscriptions, each to be paused, woken or ended."""
    if not found:
        words = "You have no subscription. `/rung subscribe` makes one."
        return Reply(fallback(words), [section(words)])
    blocks: list[Block] = []
    for one in found:
        words = f"<#{one.channel}>: {DAYS[one.weekday]} at {one.hour:02}:00 ({one.tz}), {one.state}."
        pause = "Pause" if one.state == "active" else "Go on"
        blocks.append(section(words))
        blocks.append(
            actions(
                button("Change", f"{Action.CHANGE}_{one.id}", str(one.id)),
                button(pause, f"{Action.PAUSE}_{one.id}", str(one.id)),
                button("End", f"{Action.END}_{one.id}", str(one.id), "danger"),
            )
        )
    return Reply(f"You have {len(found)} subscriptions.", blocks[:50])
