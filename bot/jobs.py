"""Jobs of the worker: kept in the store, claimed by one worker, taken over when that one dies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import Store

BEAT_LIFE = timedelta(seconds=60)  # a running job without a sign of life for so long is taken over


@dataclass(frozen=True)
class Job:
    """One piece of work. `message_ts` is the message that shows its progress."""

    id: int
    team_id: str
    kind: str
    state: str
    asked_by: str
    channel: str
    message_ts: str
    progress: str
    result: str


class Jobs:
    """Queries on a store's jobs."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def ask(self, team_id: str, kind: str, by: str, channel: str, now: datetime) -> int | None:
        """Add a job; None where one of its kind is waiting or running already."""
        with self.store.transaction() as db:
            row = db.execute(
                "insert into jobs (team_id, kind, state, asked_by, channel, created_at)"
                " values (?, ?, 'waiting', ?, ?, ?) on conflict do nothing returning id",
                (team_id, kind, by, channel, now.isoformat()),
            ).fetchone()
        return None if row is None else int(row["id"])

    def claim(self, kind: str, now: datetime) -> Job | None:
        """The next job of a kind (or pattern, `archive-*`) to do: one that waits, or one whose worker gave no
        sign of life.
        """
        dead = (now - BEAT_LIFE).isoformat()
        with self.store.transaction() as db:
            row = db.execute(
                "update jobs set state = 'running', beat_at = ? where id = ("
                " select id from jobs where kind glob ?"
                " and (state = 'waiting' or (state = 'running' and beat_at < ?))"
                " order by id limit 1) returning *",
                (now.isoformat(), kind, dead),
            ).fetchone()
        return None if row is None else _job(row)

    def beat(self, job_id: int, progress: str, now: datetime) -> bool:
        """Give a sign of life and say how far it is; False where the job was cancelled meanwhile."""
        with self.store.transaction() as db:
            row = db.execute(
                "update jobs set beat_at = ?, progress = ? where id = ? and state = 'running' returning id",
                (now.isoformat(), progress, job_id),
            ).fetchone()
        return row is not None

    def shown_in(self, job_id: int, message_ts: str) -> None:
        """Note the message that shows the progress."""
        with self.store.transaction() as db:
            db.execute("update jobs set message_ts = ? where id = ?", (message_ts, job_id))

    def end(self, job_id: int, state: str, result: str = "") -> bool:
        """End a job that waits or runs; False where it had ended before."""
        with self.store.transaction() as db:
            row = db.execute(
                "update jobs set state = ?, result = ? where id = ? and state in ('waiting', 'running')"
                " returning id",
                (state, result, job_id),
            ).fetchone()
        return row is not None

    def get(self, job_id: int) -> Job | None:
        """A job by id."""
        with closing(self.store.connect()) as db:
            row = db.execute("select * from jobs where id = ?", (job_id,)).fetchone()
        return None if row is None else _job(row)

    def latest(self, kind: str, state: str = "done") -> list[Job]:
        """Jobs of a kind that ended so, newest first."""
        with closing(self.store.connect()) as db:
            rows = db.execute(
                "select * from jobs where kind = ? and state = ? order by id desc", (kind, state)
            ).fetchall()
        return [_job(row) for row in rows]


def _job(row: sqlite3.Row) -> Job:
    return Job(**{name: row[name] for name in Job.__dataclass_fields__})
