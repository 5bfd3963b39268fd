"""The part of the store that holds members, the review queue and reviews."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store import Store, StoredCase

HELD_FOR = timedelta(minutes=15)  # a case shown to one reviewer is not offered to another for so long
_LABELS = ("engagement", "pathway", "level")


@dataclass(frozen=True)
class Review:
    """What one reviewer says of a case. `said_*` is what the model said when it was reviewed."""

    case: int
    person: str
    engagement: str
    pathway: str
    level: str
    modes: tuple[str, ...]
    span: str
    comment: str
    blind: bool
    said_engagement: str
    said_pathway: str
    made_at: str
    action: str = "save"
    current: bool = True

    @property
    def labels(self) -> tuple[str, str]:
        """The two labels that reviewers must agree on."""
        return self.engagement, self.pathway

    @property
    def corrects(self) -> bool:
        """Whether it differs from what the model said."""
        return self.labels != (self.said_engagement, self.said_pathway)


@dataclass(frozen=True)
class Entry:
    """A case in the queue: why, how much the next model may gain, since when, how many have reviewed it."""

    case: int
    reasons: tuple[str, ...]
    gain: float
    entered_at: str
    reviews: int


class Reviews:
    """Queries on a store's reviews; every one is bound to a team."""

    def __init__(self, store: Store) -> None:
        self.store = store

    # Members

    def roles(self, team_id: str) -> dict[str, str]:
        """Role by member; a member is a person or a user group."""
        with closing(self.store.connect()) as db:
            rows = db.execute("select member, role from members where team_id = ?", (team_id,)).fetchall()
        return {row["member"]: row["role"] for row in rows}

    def set_role(self, team_id: str, member: str, role: str | None, by: str, now: datetime) -> None:
        """Give a member a role, or take it away."""
        with self.store.transaction() as db:
            db.execute("delete from members where team_id = ? and member = ?", (team_id, member))
            if role is not None:
                values = (team_id, member, role, by, now.isoformat())
                db.execute("insert into members values (?, ?, ?, ?, ?)", values)

    # Queue

    def enter(self, team_id: str, case_id: int, reasons: Iterable[str], gain: float, now: datetime) -> None:
        """Put a case into the queue, or add reasons to one that is there; a settled one comes back."""
        with self.store.transaction() as db:
            self.store.require(db, team_id, case_id)
            row = db.execute("select reasons, settled_at from queue where case_id = ?", (case_id,)).fetchone()
            known = json.loads(row["reasons"]) if row else []
            new = [reason for reason in reasons if reason not in known]
            if row is None and new:
                db.execute(
                    "insert into queue (case_id, reasons, gain, entered_at) values (?, ?, ?, ?)",
                    (case_id, json.dumps(new), gain, now.isoformat()),
                )
            elif new:
                db.execute(
                    "update queue set reasons = ?, gain = max(gain, ?), settled_at = null where case_id = ?",
                    (json.dumps(known + new), gain, case_id),
                )

    def waiting(self, team_id: str) -> list[Entry]:
        """Cases to be reviewed, in no order."""
        with closing(self.store.connect()) as db:
            rows = db.execute(
                "select queue.*, (select count(*) from reviews where reviews.case_id = queue.case_id"
                " and current and action != 'undo') as reviews"
                " from queue join cases on cases.id = queue.case_id"
                " where team_id = ? and settled_at is null",
                (team_id,),
            ).fetchall()
        return [_entry(row) for row in rows]

    def reasons(self, team_id: str, case_id: int) -> tuple[str, ...]:
        """Why a case is or was in the queue."""
        with closing(self.store.connect()) as db:
            self.store.require(db, team_id, case_id)
            row = db.execute("select reasons from queue where case_id = ?", (case_id,)).fetchone()
        return tuple(json.loads(row["reasons"])) if row else ()

    def hold(self, team_id: str, ordered: Iterable[int], person: str, now: datetime) -> int | None:
        """The first of these cases that nobody else has open and this person has not reviewed, held."""
        until = (now + HELD_FOR).isoformat()
        with self.store.transaction() as db:
            for case_id in ordered:
                self.store.require(db, team_id, case_id)
                taken = db.execute(
                    "update queue set held_by = ?, held_until = ? where case_id = ? and settled_at is null"
                    " and (held_by is null or held_by = ? or held_until < ?) and not exists (select 1 from"
                    " reviews where reviews.case_id = queue.case_id and person = ? and current"
                    " and action != 'undo') returning case_id",
                    (person, until, case_id, person, now.isoformat(), person),
                ).fetchone()
                if taken is not None:
                    return case_id
        return None

    def settle(
        self, team_id: str, case_id: int, suffices: Callable[[list[Review]], bool], now: datetime
    ) -> None:
        """Take a case out of the queue where its reviews suffice, else put it back.

        Read and written in one transaction: of two who save at once, the later sees both reviews.
        """
        with self.store.transaction() as db:
            self.store.require(db, team_id, case_id)
            rows = db.execute("select * from reviews where case_id = ? order by id", (case_id,)).fetchall()
            stand = [one for one in map(_review, rows) if one.current and one.action != "undo"]
            at = now.isoformat() if suffices(stand) else None
            db.execute("update queue set settled_at = ?, held_by = null where case_id = ?", (at, case_id))

    # Reviews

    def save(self, team_id: str, review: Review) -> None:
        """Keep a review; the person's earlier one of the same case ends, and stays in the history."""
        with self.store.transaction() as db:
            self.store.require(db, team_id, review.case)
            db.execute(
                "update reviews set current = 0 where case_id = ? and person = ? and current",
                (review.case, review.person),
            )
            db.execute(
                "insert into reviews (case_id, person, action, engagement, pathway, level, modes, span,"
                " comment, blind, said_engagement, said_pathway, made_at)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    review.case,
                    review.person,
                    review.action,
                    *(getattr(review, name) for name in _LABELS),
                    json.dumps(review.modes),
                    review.span,
                    review.comment,
                    int(review.blind),
                    review.said_engagement,
                    review.said_pathway,
                    review.made_at,
                ),
            )

    def of_case(self, team_id: str, case_id: int) -> list[Review]:
        """Reviews of a case that stand, oldest first."""
        return [one for one in self.history(team_id, case_id) if one.current and one.action != "undo"]

    def history(self, team_id: str, case_id: int) -> list[Review]:
        """Every step of every reviewer of a case, oldest first."""
        with closing(self.store.connect()) as db:
            self.store.require(db, team_id, case_id)
            rows = db.execute("select * from reviews where case_id = ? order by id", (case_id,)).fetchall()
        return [_review(row) for row in rows]

    def standing(self, team_id: str) -> list[Review]:
        """Every review of the team that stands, by case, oldest first."""
        with closing(self.store.connect()) as db:
            rows = db.execute(
                "select reviews.* from reviews join cases on cases.id = case_id where team_id = ? and current"
                " and action != 'undo' order by case_id, reviews.id",
                (team_id,),
            ).fetchall()
        return [_review(row) for row in rows]

    def teams(self) -> list[str]:
        """Every team that has a review."""
        with closing(self.store.connect()) as db:
            rows = db.execute(
                "select distinct team_id from reviews join cases on cases.id = case_id"
            ).fetchall()
        return [row["team_id"] for row in rows]

    def of_person(self, team_id: str, person: str, count: int = 10) -> list[tuple[Review, StoredCase]]:
        """A reviewer's latest reviews that stand, newest first, with their cases."""
        mine = [one for one in self.standing(team_id) if one.person == person]
        mine = sorted(mine, key=lambda one: one.made_at, reverse=True)[:count]
        return [(one, self.store.case(team_id, one.case)) for one in mine]


def _entry(row: sqlite3.Row) -> Entry:
    reasons = tuple(json.loads(row["reasons"]))
    return Entry(row["case_id"], reasons, row["gain"], row["entered_at"], row["reviews"])


def _review(row: sqlite3.Row) -> Review:
    return Review(
        case=row["case_id"],
        person=row["person"],
        engagement=row["engagement"],
        pathway=row["pathway"],
        level=row["level"],
        modes=tuple(json.loads(row["modes"])),
        span=row["span"],
        comment=row["comment"],
        blind=bool(row["blind"]),
        said_engagement=row["said_engagement"],
        said_pathway=row["said_pathway"],
        made_at=row["made_at"],
        action=row["action"],
        current=bool(row["current"]),
    )
