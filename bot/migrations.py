"""The schema, one step a migration; a step is never edited after release."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("rung")

_M001 = (
    """create table cases (
        id integer primary key,
        team_id text not null,
        channel text not null,
        message_ts text not null,
        thread_ts text not null,
        author text not null,
        asker text not null,
        text text,
        received_at text not null,
        claimed_at text,
        reply_ts text,
        picture text,
        unique (team_id, channel, message_ts)
    )""",
    "create index cases_due on cases (id) where reply_ts is null",
    """create table assessments (
        case_id integer primary key references cases (id) on delete cascade,
        model text not null,
        result text not null,
        made_at text not null
    )""",
    # An answer is never overwritten: the one before it is only no longer current.
    """create table answers (
        id integer primary key,
        case_id integer not null references cases (id) on delete cascade,
        question text not null,
        value text not null,
        person text not null,
        answered_at text not null,
        current integer not null default 1 check (current in (0, 1))
    )""",
    "create unique index answers_current on answers (case_id, question) where current",
    """create table corrections (
        id integer primary key,
        case_id integer not null references cases (id) on delete cascade,
        engagement text not null,
        pathway text not null,
        reason text not null,
        person text not null,
        made_at text not null
    )""",
)


@migrations()
def m001_cases(db: Database) -> None:
    """Cases, what the model said of them, what people answered (history included), and their corrections."""
    for statement in _M001:
        db.execute(statement)
