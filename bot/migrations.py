"""The schema, one step a migration; a step is never edited after release."""

from __future__ import annotations

import sqlite3

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


_M003 = (
    # One line a case with what lists, searches and summaries need; made from the other tables (bot/facts.py).
    """create table facts (
        case_id integer primary key references cases (id) on delete cascade,
        team_id text not null,
        channel text not null,
        privacy text not null check (privacy in ('public', 'private', 'im')),
        author text not null,
        at text not null,
        engagement text,
        pathway text,
        settled_by text not null check (settled_by in ('model', 'person', 'reviewer')),
        intensity real,
        coherence real,
        results real,
        low integer not null,
        high integer not null,
        open_questions integer not null
    )""",
    "create index facts_time on facts (team_id, at)",
    "create index facts_channel on facts (team_id, channel, at)",
    "create index facts_author on facts (team_id, author, at)",
    "create virtual table case_texts using fts5(text, content='cases', content_rowid='id')",
    """create trigger case_texts_new after insert on cases when new.text is not null begin
        insert into case_texts (rowid, text) values (new.id, new.text); end""",
    """create trigger case_texts_gone after delete on cases when old.text is not null begin
        insert into case_texts (case_texts, rowid, text) values ('delete', old.id, old.text); end""",
    """create trigger case_texts_filled after update of text on cases when new.text is not null begin
        insert into case_texts (rowid, text) values (new.id, new.text); end""",
    "insert into case_texts (case_texts) values ('rebuild')",
    """create table subscriptions (
        id integer primary key,
        team_id text not null,
        channel text not null,
        person text not null,
        weekday integer not null check (weekday between 0 and 6),
        hour integer not null check (hour between 0 and 23),
        tz text not null,
        scope text not null check (scope in ('channel', 'team')),
        include text not null,
        state text not null default 'active' check (state in ('active', 'paused', 'asleep', 'ended')),
        created_at text not null
    )""",
    """create table deliveries (
        subscription_id integer not null references subscriptions (id) on delete cascade,
        week text not null,
        claimed_at text not null,
        ts text,
        primary key (subscription_id, week)
    )""",
)


@migrations()
def m003_summaries(db: Database) -> None:
    """Facts for lists and summaries, full text, subscriptions and what was delivered."""
    for statement in _M003:
        db.execute(statement)


_M004 = (
    # An earlier assessment of the same case: its answers end, its scores stay.
    """create table rounds (
        id integer primary key,
        case_id integer not null references cases (id) on delete cascade,
        taken_at text not null,
        low integer not null,
        high integer not null,
        intensity integer,
        coherence integer,
        results integer
    )""",
    """create table reminders (
        case_id integer primary key references cases (id) on delete cascade,
        count integer not null,
        last_at text not null
    )""",
)


@migrations()
def m004_rounds(db: Database) -> None:
    """Earlier assessments of a case, and reminders that were sent."""
    for statement in _M004:
        db.execute(statement)


_M005 = (
    # `digest` knows a text again; `same_as` is the case that read it first; `edited_ts` is the latest edit
    # that counted; `gone_at` says when its message was deleted.
    "alter table cases add column digest text",
    "alter table cases add column same_as integer references cases (id) on delete set null",
    "alter table cases add column edited_ts text",
    "alter table cases add column gone_at text",
    "create index cases_digest on cases (team_id, digest) where digest is not null",
    "create index cases_same on cases (same_as) where same_as is not null",
    # The text that an assessment was made of; another one than the case's: it is to be read again.
    "alter table assessments add column digest text",
    # The messages that one text came in, where Slack split it.
    """create table parts (
        team_id text not null,
        channel text not null,
        message_ts text not null,
        case_id integer not null references cases (id) on delete cascade,
        text text not null,
        primary key (team_id, channel, message_ts)
    )""",
    "create index parts_case on parts (case_id)",
    # A question handed to a colleague, and the message that asks it.
    """create table handovers (
        case_id integer not null references cases (id) on delete cascade,
        question text not null,
        person text not null,
        asked_by text not null,
        asked_at text not null,
        answered_at text,
        primary key (case_id, question, person)
    )""",
    # Events that are answered and leave no case, so that a repeated one is known.
    "create table seen (key text primary key, at text not null)",
    # The words of an edited text leave the index before the new ones enter.
    "drop trigger case_texts_filled",
    """create trigger case_texts_emptied before update of text on cases when old.text is not null begin
        insert into case_texts (case_texts, rowid, text) values ('delete', old.id, old.text); end""",
    """create trigger case_texts_filled after update of text on cases when new.text is not null begin
        insert into case_texts (rowid, text) values (new.id, new.text); end""",
)


@migrations()
def m005_texts(db: Database) -> None:
    """Texts known again, edited, split over messages, deleted; questions handed on."""
    for statement in _M005:
        db.execute(statement)
    if sqlite3.sqlite_version_info >= (3, 42):
        # Forgotten words leave no trace in the index's pages; an older SQLite is vacuumed instead.
        db.execute("insert into case_texts (case_texts, rank) values ('secure-delete', 1)")
