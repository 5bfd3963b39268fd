"""Every number of summaries, Home and exports: SQL over the facts, each case once, by its standing label."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.store import Store

USUAL_WEEKS = 8
FEW = 10  # under this many cases no share and no spread is given
DIMENSIONS = ("intensity", "coherence", "results")


@dataclass(frozen=True)
class Scope:
    """Whose cases: a channel's, a person's, or (both None) all of the team."""

    team_id: str
    channel: str | None = None
    person: str | None = None

    @property
    def where(self) -> tuple[str, dict[str, str]]:
        """The condition and its values."""
        given = {"team": self.team_id}
        if self.channel is not None:
            return "team_id = :team and channel = :channel", given | {"channel": self.channel}
        if self.person is not None:
            return "team_id = :team and author = :person", given | {"person": self.person}
        return "team_id = :team", given


@dataclass(frozen=True)
class Span:
    """A stretch of time, `start` to `end` (exclusive), as UTC in ISO 8601."""

    start: str
    end: str


@dataclass(frozen=True)
class Spread:
    """Scores of one dimension: how many, mean, and lowest and highest quarter."""

    count: int
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Numbers:
    """One stretch of time. `types[(engagement, pathway)]`: cases; None stands for not settled yet."""

    total: int
    types: dict[tuple[str | None, str | None], int]
    usual_total: float
    usual: dict[str | None, float]
    quality: dict[str, Spread]
    waiting: dict[str, int]
    hidden: int
    reviewed: int

    def by_type(self) -> dict[str | None, int]:
        """Cases by engagement type."""
        found: dict[str | None, int] = {}
        for (engagement, _), count in self.types.items():
            found[engagement] = found.get(engagement, 0) + count
        return found


@dataclass(frozen=True)
class Noted:
    """A case worth a look, and why."""

    case_id: int
    why: str
    channel: str
    engagement: str | None
    low: int


def week_of(day: date, tz: str) -> Span:
    """The week (Monday to Monday, local midnight) that holds a day, whatever the clock does in it."""
    monday = day - timedelta(days=day.weekday())
    return between(monday, monday + timedelta(days=7), tz)


def between(first: date, after: date, tz: str) -> Span:
    """From local midnight of one day to that of another."""
    zone = ZoneInfo(tz)
    start, end = (datetime.combine(day, time(), zone).astimezone(ZoneInfo("UTC")) for day in (first, after))
    return Span(start.isoformat(), end.isoformat())


def numbers(store: Store, scope: Scope, span: Span) -> Numbers:
    """All numbers of one stretch of time."""
    where, given = scope.where
    with closing(store.connect()) as db:
        types = _types(db, where, given, span)
        begin = (datetime.fromisoformat(span.start) - timedelta(weeks=USUAL_WEEKS)).isoformat()
        before = _types(db, where, given, Span(begin, span.start))
        usual: dict[str | None, float] = {}
        for (engagement, _), count in before.items():
            usual[engagement] = usual.get(engagement, 0) + count / USUAL_WEEKS
        inside = f"{where} and at >= :start and at < :end"
        values = given | {"start": span.start, "end": span.end}
        waiting = db.execute(
            # Who waits is named only for cases that the readers may see.
            f"select author, count(*) as n from facts where {inside} and open_questions > 0"
            " and (privacy = 'public' or channel = :here or author = :me)"
            " group by author order by n desc, author",
            {**values, "here": scope.channel or "", "me": scope.person or ""},
        ).fetchall()
        counts = db.execute(
            f"select sum(privacy != 'public') as hidden, sum(settled_by = 'reviewer') as reviewed"
            f" from facts where {inside}",
            values,
        ).fetchone()
        quality = {name: _spread(db, name, inside, values) for name in DIMENSIONS}
    return Numbers(
        total=sum(types.values()),
        types=types,
        usual_total=sum(before.values()) / USUAL_WEEKS,
        usual=usual,
        quality=quality,
        waiting={row["author"]: row["n"] for row in waiting},
        hidden=int(counts["hidden"] or 0),
        reviewed=int(counts["reviewed"] or 0),
    )


def _types(
    db: sqlite3.Connection, where: str, given: Mapping[str, str], span: Span
) -> dict[tuple[str | None, str | None], int]:
    rows = db.execute(
        f"select engagement, pathway, count(*) as n from facts where {where} and at >= :start and at < :end"
        " group by engagement, pathway",
        {**given, "start": span.start, "end": span.end},
    ).fetchall()
    return {(row["engagement"], row["pathway"]): row["n"] for row in rows}


def _spread(db: sqlite3.Connection, name: str, inside: str, values: Mapping[str, object]) -> Spread:
    """Mean and quarters of one dimension; quarters are order statistics, not interpolated."""
    row = db.execute(
        f"select count({name}) as n, avg({name}) as mean from facts where {inside}", values
    ).fetchone()
    count = int(row["n"])
    if not count:
        return Spread(0, None, None, None)
    at = [
        db.execute(
            f"select {name} as v from facts where {inside} and {name} is not null"
            f" order by {name} limit 1 offset :at",
            {**values, "at": position},
        ).fetchone()["v"]
        for position in ((count - 1) // 4, (3 * (count - 1) + 3) // 4)
    ]
    return Spread(count, row["mean"], at[0], at[1])


def comparable(store: Store, team_id: str, engagement: str, but: int) -> Spread:
    """Low ends of the scores of other cases of a type that are answered for the most part."""
    values: dict[str, object] = {"team": team_id, "type": engagement, "but": but}
    inside = "team_id = :team and engagement = :type and open_questions <= 4 and case_id != :but"
    with closing(store.connect()) as db:
        return _spread(db, "low", inside, values)


def noted(store: Store, scope: Scope, span: Span, count: int = 3) -> list[Noted]:
    """Up to three cases worth a look: the best scored, the disputed, one on which the model is unsure.

    Only those that everybody who reads the summary may see: public ones, and those of its own channel.
    """
    where, given = scope.where
    seen = "privacy = 'public' or channel = :here"
    values = {**given, "start": span.start, "end": span.end, "here": scope.channel or ""}
    inside = f"facts.{where} and at >= :start and at < :end and ({seen})"
    queries = (
        ("highest score", "facts.low > 0", "facts.low desc, case_id", ""),
        (
            "disputed",
            "queue.settled_at is null and (reasons like '%\"author\"%' or reasons like '%\"again\"%')",
            "case_id",
            "join queue using (case_id)",
        ),
        (
            "most improved",
            "facts.low > rounds.low",
            "facts.low - rounds.low desc, case_id",
            "join rounds using (case_id)",
        ),
        ("the model is unsure", "engagement is null", "at desc", ""),
    )
    found: dict[int, Noted] = {}
    with closing(store.connect()) as db:
        for why, condition, order, join in queries:
            row = db.execute(
                f"select facts.* from facts {join} where {inside} and {condition}"
                f" order by {order.replace('case_id', 'facts.case_id')} limit 1",
                values,
            ).fetchone()
            if row is not None and row["case_id"] not in found:
                found[row["case_id"]] = Noted(
                    row["case_id"], why, row["channel"], row["engagement"], row["low"]
                )
    return list(found.values())[:count]
