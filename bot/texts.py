"""The part of the store that holds texts: known again, edited, split over messages, deleted, forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

from bot.store import Message, Store, digest

SPLIT_FROM = 3000  # characters; Slack splits near 4,000, and redaction shortens
SPLIT_WITHIN = 10.0  # seconds between the parts of one paste
_LEAST_WORDS = 12  # a shorter text is known again by nobody


class Texts:
    """Queries on a store's texts; every one is bound to a team."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def case_of(self, team_id: str, channel: str, message_ts: str) -> int | None:
        """The case that a message describes or is a part of."""
        with closing(self.store.connect()) as db:
            return _case_of(db, team_id, channel, message_ts)

    def join(self, message: Message) -> int | None:
        """Join a message to the text that it goes on with, in the order of time; None if it stands alone.

        Slack splits a long paste into messages that follow within seconds; they may arrive in any order.
        """
        if message.text is None or message.message_ts != message.thread_ts:
            return None
        with self.store.transaction() as db:
            rows = db.execute(
                "select id, message_ts, text, (select max(message_ts) from parts where case_id = id) as last,"
                " (select text from parts where case_id = id order by message_ts desc limit 1) as tail"
                " from cases where team_id = ? and channel = ? and author = ? and thread_ts = message_ts"
                " and text is not null and abs(cast(message_ts as real) - cast(? as real)) < 120"
                " order by id desc limit 5",
                (message.team_id, message.channel, message.author, message.message_ts),
            ).fetchall()
            for row in rows:
                apart = float(message.message_ts) - float(row["last"] or row["message_ts"])
                long = len(row["tail"] or row["text"]) if apart > 0 else len(message.text)
                if abs(apart) <= SPLIT_WITHIN and long >= SPLIT_FROM:
                    if row["last"] is None:
                        _part(db, message, row["message_ts"], row["id"], row["text"])
                    _part(db, message, message.message_ts, row["id"], message.text)
                    _rejoin(db, row["id"])
                    return int(row["id"])
        return None

    def edit(
        self, team_id: str, channel: str, message_ts: str, text: str | None, edited_ts: str
    ) -> int | None:
        """Take an edited message's text; None where nothing changed, or a later edit is there already.

        `text` None: it has to be fetched anew.
        """
        with self.store.transaction() as db:
            case_id = _case_of(db, team_id, channel, message_ts)
            if case_id is None:
                return None
            row = db.execute("select text, edited_ts from cases where id = ?", (case_id,)).fetchone()
            if row["edited_ts"] is not None and row["edited_ts"] >= edited_ts:
                return None
            part = db.execute(
                "select text from parts where team_id = ? and channel = ? and message_ts = ?",
                (team_id, channel, message_ts),
            ).fetchone()
            if text is not None and text == (part["text"] if part else row["text"]):
                return None
            db.execute("update cases set edited_ts = ? where id = ?", (edited_ts, case_id))
            if part is not None:
                db.execute(
                    "update parts set text = ? where team_id = ? and channel = ? and message_ts = ?",
                    (text or "", team_id, channel, message_ts),
                )
                _rejoin(db, case_id)
            else:
                _write(db, case_id, text)
            return case_id

    def delete(self, team_id: str, channel: str, message_ts: str, now: datetime) -> tuple[int, bool] | None:
        """Note that a message was deleted: (case, whether all of its text is gone); None if told before.

        A deleted part leaves the rest of the text.
        """
        with self.store.transaction() as db:
            case_id = _case_of(db, team_id, channel, message_ts)
            if case_id is None:
                return None
            where = "team_id = ? and channel = ? and message_ts = ?"
            db.execute(f"delete from parts where {where}", (team_id, channel, message_ts))
            if db.execute("select 1 from parts where case_id = ?", (case_id,)).fetchone():
                _rejoin(db, case_id)
                return case_id, False
            row = db.execute(
                "update cases set gone_at = ? where id = ? and gone_at is null returning id",
                (now.isoformat(), case_id),
            ).fetchone()
            return None if row is None else (case_id, True)

    def twin(self, team_id: str, case_id: int, viewer: str) -> int | None:
        """The first case with the same text that the viewer may see, noted in this one; None if new."""
        with self.store.transaction() as db:
            mine = db.execute(
                "select same_as, digest, text from cases where id = ? and team_id = ?", (case_id, team_id)
            ).fetchone()
            if mine is None or mine["digest"] is None or len((mine["text"] or "").split()) < _LEAST_WORDS:
                return None
            if mine["same_as"] is not None:
                return int(mine["same_as"])
            row = db.execute(
                "select cases.id from cases join facts on facts.case_id = cases.id"
                " where cases.team_id = ? and cases.digest = ? and cases.id < ? and same_as is null"
                " and gone_at is null and (cases.author = ? or asker = ? or privacy = 'public')"
                " order by cases.id limit 1",
                (team_id, mine["digest"], case_id, viewer, viewer),
            ).fetchone()
            if row is None:
                return None
            db.execute("update cases set same_as = ? where id = ?", (row["id"], case_id))
            return int(row["id"])

    def renumber(self, team_id: str, old: str, new: str) -> None:
        """Take a channel's new id everywhere, as Slack gives one when a channel becomes shared."""
        with self.store.transaction() as db:
            for table in ("cases", "parts", "facts", "subscriptions", "jobs"):
                db.execute(
                    f"update or ignore {table} set channel = ? where team_id = ? and channel = ?",
                    (new, team_id, old),
                )

    def once(self, key: str, now: datetime) -> bool:
        """Whether an event is seen for the first time; what is older than two days is dropped."""
        with self.store.transaction() as db:
            db.execute("delete from seen where at < ?", ((now - timedelta(days=2)).isoformat(),))
            row = db.execute(
                "insert into seen (key, at) values (?, ?) on conflict do nothing returning key",
                (key, now.isoformat()),
            ).fetchone()
        return row is not None

    def unread(self, now: datetime, within: timedelta) -> list[tuple[str, int]]:
        """(team, case) whose text changed after it was read, and whose reader may have died."""
        with closing(self.store.connect()) as db:
            rows = db.execute(
                "select team_id, id from cases join assessments on case_id = id"
                " where received_at > ? and cases.digest is not assessments.digest and reply_ts is not null",
                ((now - within).isoformat(),),
            ).fetchall()
        return [(row["team_id"], row["id"]) for row in rows]


def _case_of(db: sqlite3.Connection, team_id: str, channel: str, message_ts: str) -> int | None:
    where = "where team_id = ? and channel = ? and message_ts = ?"
    for query in (f"select id from cases {where}", f"select case_id as id from parts {where}"):
        row = db.execute(query, (team_id, channel, message_ts)).fetchone()
        if row is not None:
            return int(row["id"])
    return None


def _part(db: sqlite3.Connection, message: Message, ts: str, case_id: int, text: str) -> None:
    db.execute(
        "insert into parts (team_id, channel, message_ts, case_id, text) values (?, ?, ?, ?, ?)"
        " on conflict do nothing",
        (message.team_id, message.channel, ts, case_id, text),
    )


def _rejoin(db: sqlite3.Connection, case_id: int) -> None:
    rows = db.execute(
        "select text from parts where case_id = ? order by cast(message_ts as real)", (case_id,)
    ).fetchall()
    _write(db, case_id, "\n".join(row["text"] for row in rows))


def _write(db: sqlite3.Connection, case_id: int, text: str | None) -> None:
    db.execute("update cases set text = ?, digest = ? where id = ?", (text, digest(text), case_id))
