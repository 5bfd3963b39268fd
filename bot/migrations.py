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


_M002 = (
    # The labels that reviewers settled and the author was told of.
    "alter table cases add column verdict text",
    """create table members (
        team_id text not null,
        member text not null,
        role text not null check (role in ('reviewer', 'admin')),
        added_by text not null,
        added_at text not null,
        primary key (team_id, member)
    )""",
    # Why a case is to be reviewed; it stays after it is settled, for the history.
    """create table queue (
        case_id integer primary key references cases (id) on delete cascade,
        reasons text not null,
        gain real not null,
        entered_at text not null,
        held_by text,
        held_until text,
        settled_at text
    )""",
    # A review is never overwritten: revising or undoing it adds a row and ends the one before.
    """create table reviews (
        id integer primary key,
        case_id integer not null references cases (id) on delete cascade,
        person text not null,
        action text not null check (action in ('save', 'revise', 'undo')),
        engagement text not null,
        pathway text not null,
        level text not null,
        modes text not null,
        span text not null,
        comment text not null,
        blind integer not null check (blind in (0, 1)),
        said_engagement text not null,
        said_pathway text not null,
        made_at text not null,
        current integer not null default 1 check (current in (0, 1))
    )""",
    "create unique index reviews_current on reviews (case_id, person) where current",
    """create table jobs (
        id integer primary key,
        team_id text not null,
        kind text not null,
        state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
        asked_by text not null,
        channel text not null,
        message_ts text not null default '',
        progress text not null default '',
        result text not null default '',
        created_at text not null,
        beat_at text
    )""",
    # One training at a time, whichever team asks: all share the folder of models.
    "create unique index jobs_one on jobs (kind) where state in ('waiting', 'running')",
)


@migrations()
def m002_reviews(db: Database) -> None:
    """Roles, the review queue, reviews with their history, and jobs of the worker."""
    for statement in _M002:
        db.execute(statement)
