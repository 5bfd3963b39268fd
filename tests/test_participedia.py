"""An export of Participedia: mapped, tried without writing, shifted rows found, "not" told from blank."""

from __future__ import annotations

import csv
from pathlib import Path

from click.testing import CliRunner

from bot.cli import main
from bot.participedia import NOT_ON_IT, convert
from tests.test_bulk import GARDEN, classify, read_csv

HEADING = "id,type,title,description,body,approaches,organizer_types,public_spectrum,open_limited,colour,url"
ROWS = (
    [
        "11",
        "case",
        "A",
        GARDEN,
        "<p>More of <b>it</b>.</p>",
        '["coproduction_form"]',
        "{local}",
        "collaborate",
        "open",
        "x",
        "u",
    ],
    ["12", "case", "B", GARDEN, "", "consultation,protest", "local,community", "not", "", "x", "u"],
    ["13", "case", "C", GARDEN, "", "protest", '["activist","social"]', "", "NA", "x", "u"],
    ["14", "case", "D", GARDEN, "", "", "", "https://example.org", "open", "x", "u"],
    ["E", "15", "case", GARDEN, "", "", "", "", "", "x", "u"],
    ["16", "case", "F", "", "", "", "", "inform", "", "x", "u"],
)


def write(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADING.split(","))
        writer.writerows(ROWS)
    return path


def test_a_dry_run_says_all_and_writes_nothing(tmp_path: Path) -> None:
    source = write(tmp_path / "p.csv")
    said = CliRunner().invoke(main, ["participedia", str(source), "--dry-run"])
    assert said.exit_code == 0, said.output
    assert "3 of 6 rows would come in" in said.output
    assert "Columns left: colour." in said.output
    assert f"collaborate 1, {NOT_ON_IT} 1, nothing ticked 1" in said.output
    assert "row 4: values are shifted: public_spectrum is “https://example.org”" in said.output
    assert "row 5: values are shifted: the id is “E”" in said.output
    assert "row 6: no text" in said.output
    assert list(tmp_path.iterdir()) == [source]


def test_what_comes_in_is_classified_beside_its_hints(models: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "p.csv")
    assert len(convert(source, tmp_path / "cases.csv").faults) == 3
    rows = read_csv(tmp_path / "cases.csv")
    assert [(r["hint_engagement"], r["hint_pathway"], r["spectrum"]) for r in rows] == [
        ("co_production", "inside_out", "collaborate"),
        ("", "", NOT_ON_IT),
        ("self_help", "outside_in", ""),
    ]
    assert rows[0]["text"].splitlines()[0] == GARDEN
    assert "<" not in rows[0]["text"]
    code, said = classify(tmp_path / "cases.csv", models)
    assert code == 0, said
    assert [row["id"] for row in read_csv(tmp_path / "cases-rung.csv")] == ["11", "12", "13"]


def test_another_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", "utf-8")
    said = CliRunner().invoke(main, ["participedia", str(tmp_path / "x.csv")])
    assert said.exit_code == 1
    assert "is no export of Participedia" in said.output
