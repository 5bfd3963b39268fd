"""A copy of the store while it runs, and the way back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store import Store


class BackupError(Exception):
    """The copy cannot be made or is none of ours; the text says why."""


def backup(store: Path, to: Path) -> int:
    """Copy a store that may be in use, whole; returns how many cases the copy holds.

    Raises:
        BackupError: no store there, or the copy exists already.
    """
    if not store.exists():
        raise BackupError(f"There is no store at {store}.")
    if to.exists():
        raise BackupError(f"{to} exists already. Choose another name.")
    draft = to.with_name(f".{to.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
        target.execute("pragma journal_mode = delete")
    cases = check(draft)
    os.replace(draft, to)
    return cases


def restore(copy: Path, store: Path, *, force: bool) -> int:
    """Put a copy in the place of the store, brought up to date; returns how many cases it holds.

    The store before it stays beside it as `.before`. Stop Rung first.

    Raises:
        BackupError: the copy is damaged, or a store is there and `force` is off.
    """
    cases = check(copy)
    if store.exists() and not force:
        raise BackupError(
            f"{store} exists. Stop Rung and say --force; the present one is kept as {store}.before."
        )
    draft = store.with_name(f".{store.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(copy.read_bytes())
    if store.exists():
        with closing(sqlite3.connect(store)) as db:
            db.execute("pragma wal_checkpoint(truncate)")
        os.replace(store, f"{store}.before")
    for left in (f"{store}-wal", f"{store}-shm"):
        Path(left).unlink(missing_ok=True)
    os.replace(draft, store)
    Store(store)
    return cases


def check(path: Path) -> int:
    """How many cases a copy holds.

    Raises:
        BackupError: it is damaged, or no store of Rung's.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            if db.execute("pragma integrity_check").fetchone()[0] != "ok":
                raise BackupError(f"{path} is damaged.")
            return int(db.execute("select count(*) from cases").fetchone()[0])
    except sqlite3.Error as error:
        raise BackupError(f"{path} is no store of Rung's: {error}.") from error
