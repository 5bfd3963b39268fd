"""The part of the store that holds subscriptions and what was delivered."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

from bot.store import Claim, NotFound, Store
from bot.summary import Subscription

CLAIM_LIFE = timedelta(minutes=10)  # a delivery claimed and not posted for so long: its worker has died
_FIELDS = tuple(Subscription.__dataclass_fields__)


class Subscriptions:
    """Queries on a store's subscriptions."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(
        self,
        team_id: str,
        person: str,
        now: datetime,
        *,
        channel: str,
        weekday: int,
        hour: int,
        tz: str,
        scope: str,
        include: str,
    ) -> int:
        """Subscribe; returns its id."""
        with self.store.transaction() as db:
            row = db.execute(
                "insert into subscriptions (team_id, channel, person, weekday, hour, tz, scope, include,"
                " created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
                (team_id, channel, person, weekday, hour, tz, scope, include, now.isoformat()),
            ).fetchone()
        return int(row["id"])

    def of_person(self, team_id: str, person: str) -> list[Subscription]:
        """A person's subscriptions that have not ended."""
        return [one for one in self._all(team_id) if one.person == person and one.state != "ended"]

    def get(self, team_id: str, subscription_id: int) -> Subscription:
        """A subscription of the team.

        Raises:
            NotFound: also for one of another team.
        """
        for one in self._all(team_id):
            if one.id == subscription_id:
                return one
        raise NotFound(f"no subscription {subscription_id}")

    def active(self) -> list[Subscription]:
        """Every team's subscriptions that are to be delivered."""
        return [one for one in self._all() if one.state == "active"]

    def _all(self, team_id: str | None = None) -> list[Subscription]:
        condition, given = ("where team_id = ?", (team_id,)) if team_id is not None else ("", ())
        with closing(self.store.connect()) as db:
            rows = db.execute(f"select * from subscriptions {condition} order by id", given).fetchall()
        return [Subscription(**{name: row[name] for name in _FIELDS}) for row in rows]

    def change(self, team_id: str, subscription_id: int, **values: object) -> bool:
        """Change weekday, hour, channel or state; False where nothing changed."""
        self.get(team_id, subscription_id)
        sets = ", ".join(f"{name} = ?" for name in values)
        differs = " or ".join(f"{name} is not ?" for name in values)
        given = (*values.values(), subscription_id, *values.values())
        with self.store.transaction() as db:
            row = db.execute(
                f"update subscriptions set {sets} where id = ? and ({differs}) returning id", given
            ).fetchone()
        return row is not None

    def claim(self, subscription_id: int, week: str, now: datetime) -> Claim:
        """Whether the caller is to post this week's summary, whoever else asks."""
        with self.store.transaction() as db:
            row = db.execute(
                "select claimed_at, ts from deliveries where subscription_id = ? and week = ?",
                (subscription_id, week),
            ).fetchone()
            if row is not None and (
                row["ts"] is not None or row["claimed_at"] > (now - CLAIM_LIFE).isoformat()
            ):
                return Claim.TAKEN
            db.execute(
                "insert or replace into deliveries (subscription_id, week, claimed_at) values (?, ?, ?)",
                (subscription_id, week, now.isoformat()),
            )
        return Claim.FIRST if row is None else Claim.AGAIN

    def delivered(self, subscription_id: int, week: str, ts: str) -> None:
        """Note that it was posted; "" where Slack refuses for good."""
        with self.store.transaction() as db:
            db.execute(
                "update deliveries set ts = ? where subscription_id = ? and week = ?",
                (ts, subscription_id, week),
            )
