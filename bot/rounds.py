"""The part of the store about answering: earlier rounds, reminders, questions handed to colleagues."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.store import Store
from classifier.quality import Quality

WAIT = timedelta(days=2)  # before the first reminder, and between the two
UNTIL = timedelta(days=30)  # nobody is reminded of what is older
MOST = 2


@dataclass(frozen=True)
class Round:
    """An earlier assessment: when it was taken and what it came to."""

    taken_at: str
    low: int
    high: int
    intensity: int | None
    coherence: int | None
    results: int | None


class Rounds:
    """Queries on a store's rounds, reminders and handed questions."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def begin(
        self, team_id: str, case_id: int, quality: Quality, questions: Iterable[str], now: datetime
    ) -> None:
        """Keep the scores so far as a round of their own, and open these questions again."""
        scores = {key: interval.score for key, interval in quality.dimensions.items()}
        with self.store.transaction() as db:
            self.store.require(db, team_id, case_id)
            db.execute(
                "insert into rounds (case_id, taken_at, low, high, intensity, coherence, results)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                (
                    case_id,
                    now.isoformat(),
                    quality.overall.low,
                    quality.overall.high,
                    *(scores.get(key) for key in ("intensity", "coherence", "results")),
                ),
            )
            for question in questions:
                db.execute(
                    "update answers set current = 0 where case_id = ? and question = ? and current",
                    (case_id, question),
                )

    def last(self, team_id: str, case_id: int) -> Round | None:
        """The latest round before the one that runs."""
        with closing(self.store.connect()) as db:
            self.store.require(db, team_id, case_id)
            row = db.execute(
                "select * from rounds where case_id = ? order by id desc limit 1", (case_id,)
            ).fetchone()
        return None if row is None else Round(**{name: row[name] for name in Round.__dataclass_fields__})

    def hand(self, team_id: str, case_id: int, question: str, person: str, by: str, now: datetime) -> bool:
        """Hand a question to a colleague; False where it was before."""
        with self.store.transaction() as db:
            self.store.require(db, team_id, case_id)
            row = db.execute(
                "insert into handovers (case_id, question, person, asked_by, asked_at) values (?, ?, ?, ?, ?)"
                " on conflict do nothing returning 1",
                (case_id, question, person, by, now.isoformat()),
            ).fetchone()
        return row is not None

    def is_handed(self, case_id: int, question: str, person: str) -> bool:
        """Whether a question of a case was handed to a person."""
        with closing(self.store.connect()) as db:
            row = db.execute(
                "select 1 from handovers where case_id = ? and question = ? and person = ?",
                (case_id, question, person),
            ).fetchone()
        return row is not None

    def to_remind(self, now: datetime) -> list[tuple[str, int]]:
        """(team, case) whose author began to answer, left questions open, and may be reminded."""
        with closing(self.store.connect()) as db:
            rows = db.execute(
                "select team_id, facts.case_id from facts left join reminders using (case_id)"
                " where open_questions > 0 and at > ? and coalesce(count, 0) < ?"
                " and coalesce(last_at, at) <= ?"
                " and not exists (select 1 from answers where answers.case_id = facts.case_id"
                " and answered_at > ?)"
                " and exists (select 1 from answers where answers.case_id = facts.case_id)",
                ((now - UNTIL).isoformat(), MOST, (now - WAIT).isoformat(), (now - WAIT).isoformat()),
            ).fetchall()
        return [(row["team_id"], row["case_id"]) for row in rows]

    def note_reminder(self, case_id: int, now: datetime) -> bool:
        """Note a reminder before it is sent; False where another worker was faster."""
        with self.store.transaction() as db:
            row = db.execute(
                "insert into reminders (case_id, count, last_at) values (?, 1, ?)"
                " on conflict (case_id) do update set count = count + 1, last_at = excluded.last_at"
                " where count < ? and last_at <= ? returning count",
                (case_id, now.isoformat(), MOST, (now - WAIT).isoformat()),
            ).fetchone()
        return row is not None


def polite(now: datetime, tz: str) -> bool:
    """Whether it is a weekday between 9 and 17 where the person is."""
    local = now.astimezone(ZoneInfo(tz))
    return local.weekday() < 5 and 9 <= local.hour < 17
