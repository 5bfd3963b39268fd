"""All data out of a store and into another, in an open format: one CSV for each table, in one zip.

No value runs as a formula in a spreadsheet, and each leads back to what it was. Tokens of workspaces stay
behind, and the search index is made anew.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.store import Store
from bot.tables import alive, inert

_NULL = "\\N"  # as PostgreSQL and MySQL write it; an empty value is an empty text
_MANIFEST = "rung.json"
_SECRET = ("slack_", "oauth_")  # tables of the installation store: tokens


class TransferError(Exception):
    """Nothing was written; the text says why."""


def export(store: Path, to: Path) -> dict[str, int]:
    """Write every table to a zip; returns how many rows each has.

    Raises:
        TransferError: no store there, or the zip exists.
    """
    if not store.exists():
        raise TransferError(f"There is no store at {store}.")
    if to.exists():
        raise TransferError(f"{to} exists already. Choose another name.")
    draft = to.with_name(f".{to.name}.part")
    counts: dict[str, int] = {}
    with closing(Store(store).connect()) as db, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        db.execute("begin")  # one moment of all tables, while the bot goes on
        for table in _tables(db):
            columns = _columns(db, table)
            with archive.open(f"{table}.csv", "w") as raw:
                counts[table] = 0
                stream = io.TextIOWrapper(raw, "utf-8", newline="")
                writer = csv.writer(stream)
                writer.writerow(columns)
                for row in db.execute(f"select {', '.join(columns)} from {table} order by rowid"):
                    writer.writerow([_out(value) for value in row])
                    counts[table] += 1
                stream.flush()
        archive.writestr(_MANIFEST, json.dumps({"schema": _schema(db), "rows": counts}, indent=1))
        db.execute("rollback")
    draft.chmod(0o600)
    os.replace(draft, to)
    return counts


def import_(source: Path, store: Path) -> dict[str, int]:
    """Make a new store of an export; returns how many rows each table got.

    Raises:
        TransferError: the zip is none of ours, of another schema, damaged, or there is a store already.
    """
    if store.exists():
        raise TransferError(f"{store} exists already: an import makes a new store. Choose another --store.")
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            if archive.testzip() is not None:
                raise TransferError(f"{source} is damaged.")
            draft = store.with_name(f".{store.name}.import")
            draft.unlink(missing_ok=True)
            try:
                _fill(draft, archive, manifest)
                os.replace(draft, store)
            finally:
                for left in draft.parent.glob(f"{draft.name}*"):
                    left.unlink()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise TransferError(f"{source} is no export of Rung, or damaged ({type(error).__name__}).") from error
    return dict(manifest["rows"])


def _fill(draft: Path, archive: zipfile.ZipFile, manifest: dict[str, object]) -> None:
    with closing(Store(draft).connect()) as db:
        if manifest["schema"] != _schema(db):
            raise TransferError(
                f"The export is of schema {manifest['schema']}, this Rung writes {_schema(db)}. Use the Rung that "
                "made it, then `rung backup` and an upgrade."
            )
        db.execute("pragma foreign_keys = off")
        db.execute("begin immediate")
        for table in _tables(db):
            columns = _columns(db, table)
            marks = ", ".join("?" * len(columns))
            db.execute(f"delete from {table}")
            db.executemany(
                f"insert into {table} ({', '.join(columns)}) values ({marks})", _rows(archive, table, columns)
            )
            count = db.execute(f"select count(*) from {table}").fetchone()[0]
            if count != dict(manifest["rows"])[table]:  # type: ignore[call-overload]
                raise TransferError(
                    f"{table} has {count} rows, the export says another number. Nothing was made."
                )
        if db.execute("pragma foreign_key_check").fetchone() is not None:
            raise TransferError("Some rows belong to rows that are missing. Nothing was made.")
        db.execute("commit")
        db.execute("pragma journal_mode = delete")


def _rows(archive: zipfile.ZipFile, table: str, columns: list[str]) -> Iterator[list[str | None]]:
    with archive.open(f"{table}.csv") as raw:
        reader = csv.reader(io.TextIOWrapper(raw, "utf-8", newline=""))
        if next(reader) != columns:
            raise TransferError(f"{table}.csv has other columns than this Rung. Nothing was made.")
        for row in reader:
            yield [_in(value) for value in row]


def _out(value: object) -> str:
    if value is None:
        return _NULL
    text = str(value)
    return inert(f"\\{text}" if text.startswith("\\") else text)


def _in(text: str) -> str | None:
    """The value of a cell; columns of numbers make numbers of their texts by themselves."""
    if text == _NULL:
        return None
    value = alive(text)
    return value[1:] if value.startswith("\\") else value


def _tables(db: sqlite3.Connection) -> list[str]:
    """Tables with data of their own, parents before children: in the order in which they were made."""
    rows = db.execute("select name, sql from sqlite_master where type = 'table' order by rowid").fetchall()
    virtual = [str(row[0]) for row in rows if "create virtual" in (row[1] or "").lower()]
    return [
        name
        for name in (str(row[0]) for row in rows)
        if not name.startswith(("sqlite_", "_sqlite", *_SECRET))
        and not any(name == one or name.startswith(f"{one}_") for one in virtual)
    ]


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in db.execute(f"pragma table_info({table})")]


def _schema(db: sqlite3.Connection) -> list[str]:
    """Names of the migrations that made it."""
    return sorted(str(row[0]) for row in db.execute("select name from _sqlite_migrations"))
