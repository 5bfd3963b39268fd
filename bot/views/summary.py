"""The weekly post, the summary at once, and subscriptions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ids import Action, Callback, Field
from bot.numbers import Numbers
from bot.summary import FEW, Subscription, Summary, headline
from bot.views.parts import Block, Reply, actions, button, fallback, menu, modal, note, section
from classifier.taxonomy import Taxonomy

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
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
        lines = [*_quality(book, summary.numbers), *_noted(book, summary, links), *_waiting(summary)]
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


def form(tz: str) -> Block:
    """The form of a subscription."""
    channel: Block = {
        "type": "input",
        "block_id": Field.CHANNEL,
        "label": {"type": "plain_text", "text": "Channel"},
        "element": {"type": "channels_select", "action_id": Field.CHANNEL},
    }
    hours = [(f"{hour:02}:00", str(hour)) for hour in range(24)]
    blocks = [
        note(f"Times are in your time zone, {tz}."),
        channel,
        menu(Field.DAY, "Day", [(day, str(number)) for number, day in enumerate(DAYS)], "0"),
        menu(Field.HOUR, "Hour", hours, "9"),
    ]
    return modal(Callback.SUBSCRIBE, "Weekly summary", blocks, submit="Subscribe", context=tz)


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
                button(pause, f"{Action.PAUSE}_{one.id}", str(one.id)),
                button("End", f"{Action.END}_{one.id}", str(one.id), "danger"),
            )
        )
    return Reply(f"You have {len(found)} subscriptions.", blocks[:50])
