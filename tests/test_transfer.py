"""All data out and in again: the same store, nothing that runs as a formula, nothing half made."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.sandbox import Sandbox
from bot.store import Store
from bot.transfer import TransferError, _tables, export, import_
from tests.bots import SURE, Bot, labels, reply_to

FIXTURES = Path(__file__).parent / "fixtures"
ODD = (
    "01234",
    "1e5",
    "TRUE",
    "",
    "2026-01-02",
    '=HYPERLINK("x")',
    "\t=1",
    "'=1",
    "\\N",
    "\\\\N",
    "a\r\nb",
    "ü😀",
    None,
)


def everything(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(Store(path).connect()) as db:
        db.row_factory = None
        return {name: db.execute(f"select * from {name}").fetchall() for name in _tables(db)}


def test_export_and_import_give_the_same_store(slack: Sandbox, bot: Bot, tmp_path: Path) -> None:
    sam = slack.person("Sam")
    message = sam.dm(SURE)
    reply = reply_to(slack, message)
    sam.click(reply, next(label for label in labels(reply) if label.startswith("Answer")))
    slack.wait_for(lambda: "answer_" in str(reply.blocks))
    with bot.store.transaction() as db:
        for number, odd in enumerate(ODD):
            db.execute(
                "insert into cases (team_id, channel, message_ts, thread_ts, author, asker, text, received_at)"
                " values ('T', 'C', ?, '1', 'U1', 'U1', ?, '2026')",
                (f"{number}.1", odd),
            )
    before = everything(bot.path)
    assert sum(map(len, before.values())) > len(ODD)
    counts = export(bot.path, tmp_path / "all.zip")
    assert counts["cases"] == len(ODD) + 1
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                for row in csv.reader(io.StringIO(archive.read(name).decode(), newline="")):
                    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert import_(tmp_path / "all.zip", tmp_path / "new.db") == counts
    assert everything(tmp_path / "new.db") == before
    with closing(Store(tmp_path / "new.db").connect()) as db:
        found = db.execute("select rowid from case_texts where case_texts match 'factory'").fetchall()
    assert len(found) == 1
    assert not list(tmp_path.glob(".*"))


def test_by_command_and_what_cannot_be_is_said(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "store-4.db", tmp_path / "old.db")
    run = lambda *words: CliRunner().invoke(main, [*map(str, words)])  # noqa: E731
    assert run("export", tmp_path / "a.zip", "--store", tmp_path / "old.db").exit_code == 0
    assert "exists already" in run("export", tmp_path / "a.zip", "--store", tmp_path / "old.db").output
    assert "no store" in run("export", tmp_path / "b.zip", "--store", tmp_path / "none.db").output
    assert run("import", tmp_path / "a.zip", "--store", tmp_path / "new.db").exit_code == 0
    assert everything(tmp_path / "new.db") == everything(tmp_path / "old.db")
    assert "makes a new store" in run("import", tmp_path / "a.zip", "--store", tmp_path / "new.db").output
    (tmp_path / "bad.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:-200])
    with pytest.raises(TransferError, match="damaged"):
        import_(tmp_path / "bad.zip", tmp_path / "other.db")
    assert not (tmp_path / "other.db").exists()


def test_tokens_stay_behind(tmp_path: Path) -> None:
    Store(tmp_path / "a.db")
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        db.execute("create table slack_bots (bot_token text)")
        db.execute("insert into slack_bots values ('xoxb-secret')")
        db.commit()
    export(tmp_path / "a.db", tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "slack_bots.csv" not in archive.namelist()
        assert not any(b"xoxb" in archive.read(name) for name in archive.namelist())
