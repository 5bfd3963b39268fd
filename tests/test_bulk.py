"""Archives: tables in, the same tables out with what Rung says; stopped, resumed, spread over processes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document

from bot import bulk, tables
from bot.cli import main
from classifier.dataset import TRAINING_DATA, read_cases
from classifier.registry import Registry

TEXTS = [case.text for case in read_cases([TRAINING_DATA])[:150]]
GARDEN = (
    "Neighbours run a food bank in a garage and hand out the food themselves, with no help from the council."
)


def classify(path: Path, models: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["classify", str(path), "--models", str(models), "--jobs", "1", *more])
    return result.exit_code, result.output


def write_csv(path: Path, texts: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "Summary", "year"])
        writer.writerows([f"{i:05}", text, "2019"] for i, text in enumerate(texts))
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_csv_comes_back_with_its_columns_and_ours_and_bad_rows_are_named(
    models: Path, tmp_path: Path
) -> None:
    hostile = '=HYPERLINK("http://evil.example","x") ' + GARDEN
    path = write_csv(tmp_path / "old.csv", [GARDEN, "", hostile, "Hi there"])
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f'4,"{GARDEN}",2020,one,two\n')
    code, said = classify(path, models)
    assert code == 0, said
    rows = read_csv(tmp_path / "old-rung.csv")
    assert [row["id"] for row in rows] == ["00000", "00001", "00002", "00003", "4"]
    assert rows[0]["rung_engagement"] == "self_help"
    assert rows[0]["Summary"] == GARDEN
    assert [row["rung_error"] for row in rows] == ["", "no text", "", "", "2 cells more than columns"]
    assert rows[2]["Summary"] == "'" + hostile
    assert tables.alive(rows[2]["Summary"]) == hostile
    assert rows[3]["rung_look"].startswith("no description")
    assert "row 2: no text" in said
    assert "row 5: 2 cells more than columns" in said
    page = (tmp_path / "old-rung.html").read_text("utf-8")
    assert "3 of 5 rows read" in page
    assert "no text" in page
    assert not list(tmp_path.glob(".old-rung*"))
    again, refused = classify(path, models)
    assert again == 1
    assert "exists already" in refused


def test_every_form_of_table_is_read(models: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Nr", "Description"])
    book.active.append([7, GARDEN])
    book.active.append([8, "=1+1 " + GARDEN])
    book.active["B3"].data_type = "s"
    book.save(tmp_path / "sheet.xlsx")
    lines = [json.dumps({"id": 1, "text": GARDEN, "tags": ["a"]}), "{broken", json.dumps({"id": 2})]
    (tmp_path / "lines.jsonl").write_text("\n".join(lines), "utf-8")
    folder = tmp_path / "papers"
    folder.mkdir()
    document = Document()
    document.add_paragraph(GARDEN)
    document.save(str(folder / "a.docx"))
    (folder / "b.txt").write_text(GARDEN, "utf-8")
    (folder / "c.pdf").write_bytes(b"no pdf")
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        day = [
            {
                "type": "message",
                "user": "U1",
                "ts": "1.1",
                "text": f"{GARDEN} R&amp;D <https://a.example|here>",
            },
            {"type": "message", "subtype": "channel_join", "user": "U1", "ts": "1.2", "text": "joined"},
            {"type": "message", "bot_id": "B1", "ts": "1.3", "text": GARDEN},
        ]
        archive.writestr("general/2024-01-02.json", json.dumps(day))
        archive.writestr("users.json", "[]")
    semicolons = tmp_path / "german.csv"
    semicolons.write_bytes(f"Nr;Beschreibung\n1;{GARDEN} Füße; so\n".replace("; so", "").encode("cp1252"))
    for name in ("sheet.xlsx", "lines.jsonl", "papers", "export.zip", "german.csv"):
        code, said = classify(tmp_path / name, models)
        assert code == 0, (name, said)
    sheet = openpyxl.load_workbook(tmp_path / "sheet-rung.xlsx").worksheets[0]
    values = list(sheet.iter_rows(values_only=True))
    assert values[1][:2] == ("7", GARDEN)
    assert values[2][1] == "'=1+1 " + GARDEN
    assert sheet["B3"].data_type == "s"
    out = [json.loads(line) for line in (tmp_path / "lines-rung.jsonl").read_text("utf-8").splitlines()]
    assert [one["rung_error"] for one in out] == ["", "not JSON", "no text"]
    assert out[0]["tags"] == '["a"]'
    papers = read_csv(tmp_path / "papers-rung.csv")
    assert [(one["file"], one["rung_error"]) for one in papers] == [
        ("a.docx", ""),
        ("b.txt", ""),
        ("c.pdf", "the document is broken"),
    ]
    exported = read_csv(tmp_path / "export-rung.csv")
    assert [one["text"] for one in exported] == [f"{GARDEN} R&D here"]
    assert "Füße" in read_csv(tmp_path / "german-rung.csv")[0]["Beschreibung"]


def test_the_text_column_is_found_or_asked_for(models: Path, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text(f'id,Notes,Remarks\n1,"{GARDEN}","{GARDEN} And so on."\n', "utf-8")
    code, said = classify(path, models)
    assert code == 1
    assert "--column: id, Notes, Remarks" in said
    assert classify(path, models, "--column", "notes")[0] == 0
    code, said = classify(path, models, "--column", "no", "--force")
    assert code == 1
    assert "There is no column 'no'" in said
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert "has no heading" in classify(empty, models)[1]
    (tmp_path / "bad.xlsx").write_bytes(b"PK nothing")
    assert "damaged" in classify(tmp_path / "bad.xlsx", models)[1]


def test_a_run_that_was_killed_goes_on_and_ends_in_the_same_bytes(models: Path, tmp_path: Path) -> None:
    whole, cut = write_csv(tmp_path / "whole.csv", TEXTS * 3), write_csv(tmp_path / "cut.csv", TEXTS * 3)
    assert classify(whole, models)[0] == 0
    command = [sys.executable, "-m", "bot", "classify", str(cut), "--models", str(models), "--jobs", "1"]
    part = tmp_path / ".cut-rung.csv.part"
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=Path(__file__).parent.parent)
    while not part.exists() or part.read_bytes().count(b"\n") < 100:
        time.sleep(0.02)
        assert first.poll() is None
    first.kill()
    first.wait()
    with part.open("ab") as stream:
        stream.write(b'[9, {"half')  # as a full disk leaves it
    kept = part.read_bytes().count(b"\n") - 1
    second = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=Path(__file__).parent.parent)
    seen = part.read_bytes().count(b"\n") - 1
    while seen <= kept and second.poll() is None:
        time.sleep(0.02)
        seen = part.read_bytes().count(b"\n") - 1 if part.exists() else seen
    second.send_signal(signal.SIGINT)
    told = second.communicate(timeout=60)[1].decode()
    assert second.returncode == 130
    assert "The same command goes on from there" in told
    assert part.read_bytes().count(b"\n") - 1 > kept
    assert classify(cut, models)[0] == 0
    assert (tmp_path / "cut-rung.csv").read_bytes() == (tmp_path / "whole-rung.csv").read_bytes()


def test_processes_and_a_cluster_give_the_same_and_a_killed_worker_loses_nothing(
    models: Path, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    path = write_csv(tmp_path / "many.csv", TEXTS * 4)
    table, version = tables.open_table(path), Registry(models).current() or ""

    def result(name: str, work: bulk.Work, progress: bulk.Progress = lambda _: True) -> bytes:
        to = tmp_path / name
        assert bulk.run(table, "Summary", to, work, progress) is not None
        return to.read_bytes()

    one = result("one.csv", bulk.Work(models, version))
    assert result("two.csv", bulk.Work(models, version, jobs=2)) == one
    local = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    )
    with local as cluster:
        killed: list[int] = []

        def kill_one(done: int) -> bool:
            if not killed:
                worker = next(iter(cluster.workers.values()))
                killed.append(worker.process.process.pid if hasattr(worker, "process") else worker.pid)
                os.kill(killed[0], signal.SIGKILL)
            return True

        spread = result("dask.csv", bulk.Work(models, version, dask=cluster.scheduler_address), kill_one)
    assert killed
    assert spread == one
    with pytest.raises(tables.TableError, match="No Dask scheduler"):
        result("none.csv", bulk.Work(models, version, dask="tcp://127.0.0.1:1"))
    shutil.rmtree(tmp_path)


def test_what_could_be_a_formula_is_inert_and_leads_back() -> None:
    for value in ("=1", "+1", "-1", "@a", "\tx", "\r=1", "＝1", "'=1", "''", "plain", "", "'", "it's"):
        assert tables.alive(tables.inert(value)) == value
        assert not tables.inert(value).startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
