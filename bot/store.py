"""The one SQLite file: cases, assessments, answers, corrections. Every query is bound to a team."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from sqlite_utils import Database

from bot.migrations import migrations
from classifier.assessment import Assessment

BUSY_SECONDS = 10.0
CLAIM_LIFE = timedelta(seconds=60)  # a reply claimed and not posted for so long: its process has died
DUE_FOR = timedelta(days=1)  # an answer later than this helps nobody
_MESSAGE = ("team_id", "channel", "message_ts", "thread_ts", "author", "asker", "text")


_CORRECTION = ("engagement", "pathway", "reason", "person", "made_at")


class Claim(Enum):
    """What came of asking to post a reply."""

    TAKEN = "taken"
    FIRST = "first"
    AGAIN = "again"


class NotFound(LookupError):
    """The team has no such case."""


@dataclass(frozen=True)
class Message:
    """A message that describes an initiative; (team_id, channel, message_ts) names it for good.

    `author` wrote it and `asker` asked Rung about it, most often the same person. `text` is None until it
    was fetched: Slack does not send the message above along with a mention under it.
    """

    team_id: str
    channel: str
    message_ts: str
    thread_ts: str
    author: str
    asker: str
    text: str | None


@dataclass(frozen=True)
class StoredCase:
    """A kept message, what the model said of it (None until it was assessed), and the reply's `ts`.

    `stale`: the text has changed since it was assessed.
    """

    id: int
    message: Message
    assessment: Assessment | None
    reply_ts: str | None = None
    received_at: str = ""
    picture: str | None = None
    stale: bool = False


@dataclass(frozen=True)
class Correction:
    """What a person says the labels should be, and why."""

    engagement: str
    pathway: str
    reason: str
    person: str
    made_at: str


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
        if not path.exists():
            path.touch(mode=0o600)  # people's texts are in it
        with closing(self.connect()) as connection:
            connection.execute("pragma journal_mode = wal")
            migrations.apply(Database(connection, execute_plugins=False))

    def connect(self) -> sqlite3.Connection:
        """A connection for reading; close it."""
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma secure_delete = on")  # what is forgotten is overwritten
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction, kept whole or not at all."""
        with closing(self.connect()) as connection:
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
        with self.transaction() as db:
            made = db.execute(
                f"insert into cases ({', '.join(_MESSAGE)}, digest, received_at)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id",
                (*(getattr(message, field) for field in _MESSAGE), digest(message.text), now.isoformat()),
            ).fetchone()
            if made is not None:
                return int(made["id"]), True
            found = db.execute(
                "select id from cases where team_id = ? and channel = ? and message_ts = ?",
                (message.team_id, message.channel, message.message_ts),
            ).fetchone()
            return int(found["id"]), False

    def fill(self, team_id: str, case_id: int, author: str, text: str) -> None:
        """Keep the text of a message that had to be fetched; one that is there already stays."""
        with self.transaction() as db:
            self.require(db, team_id, case_id)
            db.execute(
                "update cases set text = ?, digest = ?, author = ? where id = ? and text is null",
                (text, digest(text), author, case_id),
            )

    def claim_reply(self, team_id: str, case_id: int, now: datetime) -> Claim:
        """Whether the caller is to post the reply, whoever else asks.

        A claim that led to nothing for `CLAIM_LIFE` goes to the next who asks: he must look whether the
        message is there, for the first may have died after posting it.
        """
        with self.transaction() as db:
            self.require(db, team_id, case_id)
            row = db.execute("select claimed_at, reply_ts from cases where id = ?", (case_id,)).fetchone()
            before = row["claimed_at"]
            if row["reply_ts"] is not None or (before is not None and before > _stale(now)):
                return Claim.TAKEN
            db.execute("update cases set claimed_at = ? where id = ?", (now.isoformat(), case_id))
            return Claim.FIRST if before is None else Claim.AGAIN

    def posted(self, team_id: str, case_id: int, reply_ts: str) -> None:
        """Note that the reply was posted; "" where Slack refuses it for good."""
        with self.transaction() as db:
            self.require(db, team_id, case_id)
            db.execute("update cases set reply_ts = ? where id = ?", (reply_ts, case_id))

    def unanswered(self, now: datetime) -> list[Message]:
        """Messages of the last day whose reply is due and in nobody's hands, oldest first."""
        with closing(self.connect()) as db:
            rows = db.execute(
                f"select {', '.join(_MESSAGE)} from cases where reply_ts is null and received_at > ?"
                " and (claimed_at is null or claimed_at <= ?) order by id",
                ((now - DUE_FOR).isoformat(), _stale(now)),
            ).fetchall()
        return [Message(**dict(row)) for row in rows]

    def swap_picture(self, team_id: str, case_id: int, picture: str) -> str | None:
        """Note the file of the score card's picture; returns the one it takes the place of."""
        with self.transaction() as db:
            self.require(db, team_id, case_id)
            before = db.execute("select picture from cases where id = ?", (case_id,)).fetchone()["picture"]
            db.execute("update cases set picture = ? where id = ?", (picture, case_id))
            return None if before is None else str(before)

    def note_verdict(self, team_id: str, case_id: int, verdict: str) -> bool:
        """Note what reviewers settled; False where that was noted before, so that it is told once."""
        with self.transaction() as db:
            self.require(db, team_id, case_id)
            row = db.execute(
                "update cases set verdict = ? where id = ? and verdict is not ? returning id",
                (verdict, case_id, verdict),
            ).fetchone()
        return row is not None

    def months(self, team_id: str) -> list[tuple[str, str, str, int]]:
        """(month, type, text, case id) of every assessed description of a team, oldest first."""
        with closing(self.connect()) as db:
            rows = db.execute(
                "select substr(received_at, 1, 7) as month, result, text, id from cases"
                " join assessments on case_id = id where team_id = ? order by id",
                (team_id,),
            ).fetchall()
        return [(row["month"], row["result"], row["text"] or "", row["id"]) for row in rows]

    def of_person(self, team_id: str, person: str) -> list[int]:
        """Cases that a person wrote or asked about."""
        with closing(self.connect()) as db:
            rows = db.execute(
                "select id from cases where team_id = ? and (author = ? or asker = ?)",
                (team_id, person, person),
            ).fetchall()
        return [row["id"] for row in rows]

    def teams(self) -> list[str]:
        """Every team that has a case."""
        with closing(self.connect()) as db:
            return [row["team_id"] for row in db.execute("select distinct team_id from cases").fetchall()]

    def record(self, case: StoredCase, assessment: Assessment, now: datetime) -> None:
        """Keep what the model said of a case's text, in place of what it said before."""
        with self.transaction() as db:
            self.require(db, case.message.team_id, case.id)
            db.execute(
                "insert into assessments (case_id, model, result, made_at, digest) values (?, ?, ?, ?, ?)"
                " on conflict (case_id) do update set model = excluded.model, result = excluded.result,"
                " made_at = excluded.made_at, digest = excluded.digest",
                (
                    case.id,
                    assessment.model,
                    assessment.to_json(),
                    now.isoformat(),
                    digest(case.message.text),
                ),
            )

    def case(self, team_id: str, case_id: int) -> StoredCase:
        """A case of the team.

        Raises:
            NotFound: also for a case of another team.
        """
        with closing(self.connect()) as db:
            row = db.execute(
                "select cases.*, result, cases.digest is not assessments.digest as stale"
                " from cases left join assessments on case_id = id where id = ? and team_id = ?",
                (case_id, team_id),
            ).fetchone()
        if row is None:
            raise NotFound(f"no case {case_id}")
        message = Message(**{field: row[field] for field in _MESSAGE})
        result = row["result"]
        assessment = Assessment.from_dict(json.loads(result)) if result else None
        stale = assessment is None or bool(row["stale"])
        return StoredCase(
            row["id"], message, assessment, row["reply_ts"], row["received_at"], row["picture"], stale
        )

    def find(self, team_id: str, channel: str, message_ts: str) -> StoredCase | None:
        """The case of a message, if it is one."""
        with closing(self.connect()) as db:
            row = db.execute(
                "select id from cases where team_id = ? and channel = ? and message_ts = ?",
                (team_id, channel, message_ts),
            ).fetchone()
        return None if row is None else self.case(team_id, row["id"])

    def correct(self, team_id: str, case_id: int, correction: Correction) -> None:
        """Keep a correction; earlier ones stay."""
        with self.transaction() as db:
            self.require(db, team_id, case_id)
            db.execute(
                "insert into corrections (case_id, engagement, pathway, reason, person, made_at)"
                " values (?, ?, ?, ?, ?, ?)",
                (case_id, *(getattr(correction, field) for field in _CORRECTION)),
            )

    def corrections(self, team_id: str, case_id: int) -> list[Correction]:
        """Corrections of a case, oldest first."""
        with closing(self.connect()) as db:
            self.require(db, team_id, case_id)
            rows = db.execute(
                f"select {', '.join(_CORRECTION)} from corrections where case_id = ? order by id", (case_id,)
            ).fetchall()
        return [Correction(**dict(row)) for row in rows]

    def answer(self, team_id: str, case_id: int, given: Mapping[str, str], person: str, now: datetime) -> int:
        """Keep answers (question → value) in one transaction; returns how many changed something.

        The same answer again changes nothing, so that a double click leaves one step in the history.
        """
        with self.transaction() as db:
            self.require(db, team_id, case_id)
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
        with closing(self.connect()) as db:
            self.require(db, team_id, case_id)
            return self._current(db, case_id)

    def history(self, team_id: str, case_id: int) -> list[AnswerStep]:
        """Every answer ever given to a case, oldest first."""
        with closing(self.connect()) as db:
            self.require(db, team_id, case_id)
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
    def require(db: sqlite3.Connection, team_id: str, case_id: int) -> None:
        """Refuse a case that the team has not.

        Raises:
            NotFound: also for a case of another team.
        """
        found = db.execute("select 1 from cases where id = ? and team_id = ?", (case_id, team_id)).fetchone()
        if found is None:
            raise NotFound(f"no case {case_id}")


def digest(text: str | None) -> str | None:
    """By what a text is known again, whatever its line breaks and capitals; None where there is none."""
    if not text:
        return None
    return hashlib.sha256(" ".join(text.casefold().split()).encode("utf-8", "surrogatepass")).hexdigest()


def _stale(now: datetime) -> str:
    return (now - CLAIM_LIFE).isoformat()
