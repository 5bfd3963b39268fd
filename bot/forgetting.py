"""Forgetting: a case, everything of a person, or texts older than the operator keeps them.

What is deleted is overwritten in the file, in its full-text index and in its log: `strings` finds nothing.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime

from bot.store import Store

NOBODY = "forgotten"  # stands where a person's id stood in what belongs to others
_DUE = "pragma user_version = 1"  # says, through a crash too, that the file is to be scrubbed


class Forgetting:
    """Deletions on a store. Each is one transaction; `scrub` then clears the pages they leave."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def case(self, team_id: str, case_id: int) -> bool:
        """Delete a case with all that hangs on it; returns whether a model may have learned from it.

        Raises:
            NotFound: the team has no such case.
        """
        with self.store.transaction() as db:
            Store.require(db, team_id, case_id)
            taught = _taught(db, [case_id])
            _delete(db, [case_id])
        self.scrub()
        return taught

    def person(self, team_id: str, person: str) -> tuple[int, bool]:
        """Delete a person's cases, and the person's id in what belongs to others; (cases, taught)."""
        with self.store.transaction() as db:
            rows = db.execute(
                "select id from cases where team_id = ? and (author = ? or asker = ?)",
                (team_id, person, person),
            ).fetchall()
            mine = [row["id"] for row in rows]
            taught = _taught(db, mine)
            _delete(db, mine)
            cases = "case_id in (select id from cases where team_id = ?)"
            for table, column in (("answers", "person"), ("corrections", "person"), ("reviews", "person")):
                db.execute(
                    f"update {table} set {column} = ? || id where {column} = ? and {cases}",
                    (NOBODY, person, team_id),
                )
            db.execute(
                f"update reviews set comment = '' where person like '{NOBODY}%' and {cases}", (team_id,)
            )
            db.execute(
                f"update corrections set reason = '' where person like '{NOBODY}%' and {cases}", (team_id,)
            )
            db.execute(f"update queue set held_by = null where held_by = ? and {cases}", (person, team_id))
            db.execute(
                f"delete from handovers where (person = ? or asked_by = ?) and {cases}",
                (person, person, team_id),
            )
            db.execute("delete from members where team_id = ? and member = ?", (team_id, person))
            db.execute("delete from subscriptions where team_id = ? and person = ?", (team_id, person))
            db.execute(
                "update members set added_by = ? where team_id = ? and added_by = ?",
                (NOBODY, team_id, person),
            )
            db.execute(
                "update jobs set asked_by = ? where team_id = ? and asked_by = ?", (NOBODY, team_id, person)
            )
        self.scrub()
        return len(mine), taught

    def older_than(self, day: datetime) -> int:
        """Drop texts received before a day and all words quoted from them; labels, scores and dates stay."""
        with self.store.transaction() as db:
            rows = db.execute(
                "select id from cases where text is not null and text != '' and received_at < ?",
                (day.isoformat(),),
            ).fetchall()
            old = [row["id"] for row in rows]
            for case_id in old:
                db.execute("update cases set text = '', digest = null where id = ?", (case_id,))
                for statement in (
                    "delete from assessments where case_id = ?",
                    "delete from parts where case_id = ?",
                    "delete from corrections where case_id = ?",
                    "update reviews set span = '', comment = '' where case_id = ?",
                    "update queue set settled_at = coalesce(settled_at, entered_at) where case_id = ?",
                    "update facts set open_questions = 0 where case_id = ?",
                ):
                    db.execute(statement, (case_id,))
            if old:
                db.execute(_DUE)
        if old:
            self.scrub()
        return len(old)

    def scrub(self) -> None:
        """Clear what deleted rows left in the index, in free pages and in the log; safe to repeat."""
        with closing(self.store.connect()) as db:
            db.execute("insert into case_texts (case_texts) values ('optimize')")
            db.execute("vacuum")
            db.execute("pragma user_version = 0")
            db.execute("pragma wal_checkpoint(truncate)")

    def scrub_if_due(self) -> None:
        """Scrub where a process died between deleting and scrubbing."""
        with closing(self.store.connect()) as db:
            due = db.execute("pragma user_version").fetchone()[0] == 1
        if due:
            self.scrub()


def _taught(db: sqlite3.Connection, cases: list[int]) -> bool:
    return any(db.execute("select 1 from reviews where case_id = ?", (one,)).fetchone() for one in cases)


def _delete(db: sqlite3.Connection, cases: list[int]) -> None:
    for case_id in cases:
        db.execute("delete from cases where id = ?", (case_id,))
    db.execute(_DUE)
