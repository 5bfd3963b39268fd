"""One stretch of time as data and words: what a team reads on Monday."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import numbers
from bot.numbers import FEW, Noted, Numbers, Scope, Span
from bot.store import Store
from classifier.taxonomy import Taxonomy

PARTS = ("cases", "waiting", "trust")  # what a summary may tell beside the headline and the picture
LATE = timedelta(hours=3)


@dataclass(frozen=True)
class Summary:
    """A summary ready to be shown. `name` says which stretch of time, `late` whether it comes late."""

    name: str
    span: Span
    scope: Scope
    numbers: Numbers
    noted: tuple[Noted, ...]
    reviews_open: int
    late: bool = False
    trust: str = ""
    include: tuple[str, ...] = PARTS


@dataclass(frozen=True)
class Subscription:
    """Who wants a summary in which channel, when: `weekday` 0 is Monday, `hour` is local in `tz`.

    `scope`: of this channel's cases or of the team's; `include`: parts, joined by commas (`PARTS`).
    """

    id: int
    team_id: str
    channel: str
    person: str
    weekday: int
    hour: int
    tz: str
    scope: str
    include: str
    state: str
    created_at: str


@dataclass(frozen=True)
class Due:
    """A post that is due: the week it tells of (its Monday), and whether it comes late."""

    subscription: Subscription
    monday: date
    late: bool

    @property
    def week(self) -> str:
        """The week's name, which names the delivery for good."""
        return self.monday.isoformat()


def due(subscription: Subscription, now: datetime) -> Due | None:
    """The latest post whose time has come; an older one that was missed is not caught up.

    A local time that the clock skips comes when it has jumped; one that it shows twice comes the first time.
    """
    zone = ZoneInfo(subscription.tz)
    local = now.astimezone(zone)
    day = local.date() - timedelta(days=(local.weekday() - subscription.weekday) % 7)
    moment = _moment(day, subscription.hour, zone)
    if moment > now:
        day -= timedelta(days=7)
        moment = _moment(day, subscription.hour, zone)
    if moment < datetime.fromisoformat(subscription.created_at):
        return None
    monday = day - timedelta(days=day.weekday() + 7)
    return Due(subscription, monday, now - moment > LATE)


def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(ZoneInfo("UTC"))


def make(
    store: Store,
    scope: Scope,
    span: Span,
    name: str,
    reviews_open: int = 0,
    late: bool = False,
    trust: str = "",
    include: tuple[str, ...] = PARTS,
) -> Summary:
    """Ask for the numbers of a stretch of time."""
    found = numbers.numbers(store, scope, span)
    noted = tuple(numbers.noted(store, scope, span)) if "cases" in include else ()
    return Summary(name, span, scope, found, noted, reviews_open, late, trust, include)


def headline(book: Taxonomy, summary: Summary) -> str:
    """One sentence: how many, against the usual, what stands out, what waits."""
    found = summary.numbers
    if not found.total:
        return f"{summary.name}: nothing new."
    parts = [f"{found.total} initiative{'s' if found.total > 1 else ''}"]
    usual = round(found.usual_total)
    if usual:
        more = found.total - usual
        parts[0] += f", {abs(more)} {'more' if more > 0 else 'fewer'} than usual" if more else ", as usual"
    counts = found.by_type()
    grown = [
        label
        for label, count in counts.items()
        if label and count >= FEW and found.usual.get(label, 0) >= 1 and count >= 2 * found.usual[label]
    ]
    if grown:
        parts.append(f"{book.engagement[grown[0]].name.lower()} doubled")
    else:
        named = {label: count for label, count in counts.items() if label}
        if named:
            most = max(named, key=lambda label: named[label])
            if found.total > 2 and 2 * named[most] > found.total:
                parts.append(f"most of them {book.engagement[most].name.lower()} ({named[most]})")
    waiting = sum(found.waiting.values())
    if waiting:
        parts.append(f"{waiting} wait{'s' if waiting == 1 else ''} for answers")
    return f"{summary.name}: {'; '.join(parts)}."


def to_csv(book: Taxonomy, summary: Summary) -> bytes:
    """Type, pathway, cases, and the usual for the type, as CSV with a byte-order mark for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["type", "pathway", "cases", "usual_for_type_per_week"])
    for (engagement, pathway), count in sorted(summary.numbers.types.items(), key=lambda item: -item[1]):
        names = (
            book.engagement[engagement].name if engagement else "not settled",
            book.pathway[pathway].name if pathway else "not settled",
        )
        writer.writerow([*names, count, round(summary.numbers.usual.get(engagement, 0), 2)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def when(words: str, today: date, tz: str) -> tuple[str, Span] | None:
    """`this week`, `last week`, `month`, or `2026-11-01 2026-11-15` (both included); else None."""
    asked = words.strip().lower()
    dates = re.fullmatch(r"(\d{4}-\d\d-\d\d)\s*(?:-|–|to|\s)\s*(\d{4}-\d\d-\d\d)", asked)
    if dates:
        try:
            first, last = (date.fromisoformat(one) for one in dates.groups())
        except ValueError:
            return None
        return (
            (f"{first} to {last}", numbers.between(first, last + timedelta(days=1), tz))
            if first <= last
            else None
        )
    if asked in ("", "this week", "week"):
        return "This week", numbers.week_of(today, tz)
    if asked == "last week":
        return "Last week", numbers.week_of(today - timedelta(days=7), tz)
    if asked in ("month", "this month"):
        first = today.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
        return "This month", numbers.between(first, after, tz)
    return None
