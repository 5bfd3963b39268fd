"""Every earlier schema, kept as a file with cases in it, comes up to date without a loss."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from bot.facts import Facts
from bot.forgetting import Forgetting
from bot.reviews import Reviews
from bot.store import Store
from bot.texts import Texts
from classifier.taxonomy import taxonomy
from tests.conftest import ROOT

FIXTURES = sorted((ROOT / "tests" / "fixtures").glob("store-*.db"))


def counts(path: Path) -> dict[str, int]:
    with sqlite3.connect(path) as db:
        names = [row[0] for row in db.execute("select name from sqlite_master where type = 'table'")]
        own = [name for name in names if not name.startswith(("case_texts", "_", "sqlite"))]
        return {name: db.execute(f"select count(*) from {name}").fetchone()[0] for name in own}


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_an_earlier_store_keeps_every_row_and_works(fixture: Path, tmp_path: Path) -> None:
    path = tmp_path / "rung.db"
    shutil.copy(fixture, path)
    before = counts(path)
    assert before["cases"] == 3
    store = Store(path)
    Store(path)  # a second start changes nothing
    assert {name: count for name, count in counts(path).items() if name in before} == before
    case = store.case("T1", 2)
    assert case.message.text is not None
    assert case.assessment is not None
    assert not case.stale
    assert store.answers("T1", 2) == {"reach": "2"}
    assert len(store.corrections("T1", 2)) == 1
    assert Texts(store).edit("T1", "C1", "2.1", "A different text altogether about buses.", "3.1") == 2
    facts = Facts(store, Reviews(store), taxonomy())
    if "facts" in before:
        assert facts.page("T1", "U1", search="buses")[1] == 1
        assert facts.page("T1", "U1", search="garage")[1] == 2
    Forgetting(store).case("T1", 2)
    assert counts(path)["cases"] == 2
    assert b"buses" not in path.read_bytes()
