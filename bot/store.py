"""The one SQLite file: cases, assessments and answers. Every query is bound to a team."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.migrations import migrations
from classifier.assessment import Assessment

BUSY_SECONDS = 10.0
_MESSAGE = ("team_id", "channel", "message_ts", "thread_ts", "author", "text")


class NotFound(LookupError):
    """The team has no such case."""


@dataclass(frozen=True)
class Message:
    """A message that describes an initiative; (team_id, channel, message_ts) names it for good."""

    team_id: str
    channel: str
    message_ts: str
    thread_ts: str
    author: str
    text: str


@dataclass(frozen=True)
class StoredCase:
    """A kept message, and what the model said of it (None until it was assessed)."""

    id: int
    message: Message
    assessment: Assessment | None


@dataclass(frozen=True)
class AnswerStep:
    """One step of the history of answers; `current` is false once another answer took its place."""

    question: str
    value: str
    person: str
    answered_at: str
    current: bool


class Store:
    """Opens the file, brings its schema up to date, and gives a connection to each transaction.

    A connection a transaction: Bolt runs listeners in threads, and SQLite refuses any thread but its own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(self._connect()) as connection:
            connection.execute("pragma journal_mode = wal")
            migrations.apply(Database(connection, execute_plugins=False))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("pragma foreign_keys = on")
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction, kept whole or not at all."""
        with closing(self._connect()) as connection:
            # Immediate: a deferred one that turns from reading to writing fails at once when another writes.
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    def keep(self, message: Message, now: datetime) -> tuple[int, bool]:
        """Keep a message once; returns the case's id and whether it is new."""
        with self._transaction() as db:
            made = db.execute(
                "insert into cases (team_id, channel, message_ts, thread_ts, author, text, received_at)"
                " values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id",
                (
                    message.team_id,
                    message.channel,
                    message.message_ts,
                    message.thread_ts,
                    message.author,
                    message.text,
                    now.isoformat(),
                ),
            ).fetchone()
            if made is not None:
                return int(made["id"]), True
            found = db.execute(
                "select id from cases where team_id = ? and channel = ? and message_ts = ?",
                (message.team_id, message.channel, message.message_ts),
            ).fetchone()
            return int(found["id"]), False

    def claim_reply(self, team_id: str, case_id: int) -> bool:
        """Whether the caller is the one to post the reply; true once for each case, whoever asks."""
        with self._transaction() as db:
            claimed = db.execute(
                "update cases set replied = 1 where id = ? and team_id = ? and not replied returning id",
                (case_id, team_id),
            ).fetchall()
        return bool(claimed)

    def unanswered(self) -> list[Message]:
        """Messages of every team that were kept and whose reply nobody has claimed, oldest first."""
        with closing(self._connect()) as db:
            rows = db.execute(
                f"select {', '.join(_MESSAGE)} from cases where not replied order by id"
            ).fetchall()
        return [Message(**dict(row)) for row in rows]

    def record(self, team_id: str, case_id: int, assessment: Assessment, now: datetime) -> None:
        """Keep what the model said of a case, in place of what it said before."""
        with self._transaction() as db:
            self._require(db, team_id, case_id)
            db.execute(
                "insert into assessments (case_id, model, result, made_at) values (?, ?, ?, ?)"
                " on conflict (case_id) do update"
                " set model = excluded.model, result = excluded.result, made_at = excluded.made_at",
                (case_id, assessment.model, assessment.to_json(), now.isoformat()),
            )

    def case(self, team_id: str, case_id: int) -> StoredCase:
        """A case of the team.

        Raises:
            NotFound: also for a case of another team.
        """
        with closing(self._connect()) as db:
            row = db.execute(
                "select cases.*, result from cases left join assessments on case_id = id"
                " where id = ? and team_id = ?",
                (case_id, team_id),
            ).fetchone()
        if row is None:
            raise NotFound(f"no case {case_id}")
        message = Message(**{field: row[field] for field in _MESSAGE})
        result = row["result"]
        return StoredCase(row["id"], message, Assessment.from_dict(json.loads(result)) if result else None)

    def answer(self, team_id: str, case_id: int, given: Mapping[str, str], person: str, now: datetime) -> int:
        """Keep answers (question → value) in one transaction; returns how many changed something.

        The same answer again changes nothing, so that a double click leaves one step in the history.
        """
        with self._transaction() as db:
            self._require(db, team_id, case_id)
            before = self._current(db, case_id)
            new = {question: value for question, value in given.items() if before.get(question) != value}
            for question, value in new.items():
                db.execute(
                    "update answers set current = 0 where case_id = ? and question = ? and current",
                    (case_id, question),
                )
                db.execute(
                    "insert into answers (case_id, question, value, person, answered_at)"
                    " values (?, ?, ?, ?, ?)",
                    (case_id, question, value, person, now.isoformat()),
                )
            return len(new)

    def answers(self, team_id: str, case_id: int) -> dict[str, str]:
        """Current answers of a case: question → value."""
        with closing(self._connect()) as db:
            self._require(db, team_id, case_id)
            return self._current(db, case_id)

    def history(self, team_id: str, case_id: int) -> list[AnswerStep]:
        """Every answer ever given to a case, oldest first."""
        with closing(self._connect()) as db:
            self._require(db, team_id, case_id)
            rows = db.execute(
                "select question, value, person, answered_at, current"
                " from answers where case_id = ? order by id",
                (case_id,),
            ).fetchall()
        return [
            AnswerStep(r["question"], r["value"], r["person"], r["answered_at"], bool(r["current"]))
            for r in rows
        ]

    @staticmethod
    def _current(db: sqlite3.Connection, case_id: int) -> dict[str, str]:
        rows = db.execute(
            "select question, value from answers where case_id = ? and current order by id", (case_id,)
        )
        return {row["question"]: row["value"] for row in rows}

    @staticmethod
    def _require(db: sqlite3.Connection, team_id: str, case_id: int) -> None:
        found = db.execute("select 1 from cases where id = ? and team_id = ?", (case_id, team_id)).fetchone()
        if found is None:
            raise NotFound(f"no case {case_id}")
