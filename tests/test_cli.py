import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from classifier.registry import Registry

TEXT = (
    "Neighbours run a food bank in a garage and hand out the food themselves, with no help from the council."
)
ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared" / "data" / "dev.jsonl"


def run(*arguments: str, stdin: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(arguments), input=stdin)
    return result.exit_code, result.stdout


def test_a_text_from_arguments_file_and_standard_input_is_the_same(models: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(TEXT, "utf-8")
    answers = [
        json.loads(run("classify", "--models", str(models), *where, stdin=stdin)[1])
        for where, stdin in ((TEXT.split(), None), ([str(tmp_path / "note.txt")], None), ([], TEXT))
    ]
    assert [answer.pop("id") for answer in answers] == ["text", str(tmp_path / "note.txt"), "stdin"]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["engagement"]["label"] == "self_help"
    assert answers[0]["model"] == Registry(models).current()


def test_every_line_is_answered_in_order_and_bad_ones_say_why(models: Path) -> None:
    lines = [
        json.dumps({"id": "a", "text": TEXT}),
        "{",
        "[1]",
        json.dumps({"id": 7}),
        json.dumps({"id": "b", "text": ""}),
    ]
    code, out = run("classify", "--jsonl", "--models", str(models), stdin="\n".join(lines))
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer["id"] for answer in answers] == ["a", None, None, 7, "b"]
    assert ["error" in answer for answer in answers] == [False, True, True, True, False]


@pytest.mark.skipif(not REAL.exists(), reason="the real descriptions are not beside this checkout")
def test_every_real_description_is_answered(models: Path) -> None:
    code, out = run("classify", "--jsonl", "--models", str(models), str(REAL))
    assert code == 0
    assert [json.loads(line)["id"] for line in out.splitlines()] == [
        json.loads(line)["id"] for line in REAL.read_text("utf-8").splitlines()
    ]


def test_evaluate_counts_what_it_was_given(models: Path, tmp_path: Path) -> None:
    rows = [
        {"text": TEXT, "engagement": "self_help", "pathway": "outside_in", "level": "group"},
        {"text": TEXT, "engagement": "information", "pathway": "outside_in"},
        {"text": TEXT, "engagement": "information", "pathway": "unclear", "clear": False},
    ]
    path = tmp_path / "truth.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    code, out = run("evaluate", str(path), "--json", "--models", str(models))
    report = json.loads(out)["heads"]
    assert code == 0
    assert (report["engagement"]["cases"], report["level"]["cases"]) == (2, 1)
    assert report["engagement"]["accuracy"]["value"] == 0.5
    assert report["pathway"]["accuracy"]["value"] == 1.0


def test_evaluate_draws_a_report(models: Path, tmp_path: Path) -> None:
    lines = (ROOT / "training_data/cases.jsonl").read_text("utf-8").splitlines()[:12]
    (tmp_path / "labelled.jsonl").write_text("\n".join(lines), "utf-8")
    sheet = tmp_path / "report.png"
    done = CliRunner().invoke(
        main, ["evaluate", str(tmp_path / "labelled.jsonl"), "--report", str(sheet), "--models", str(models)]
    )
    assert done.exit_code == 0, done.output
    assert sheet.read_bytes().startswith(b"\x89PNG")


def test_a_broken_file_of_cases_is_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"text": "x", "engagement": "chat", "pathway": "unclear"}\n', "utf-8")
    result = CliRunner().invoke(main, ["train", str(path), "--models", str(tmp_path)])
    assert result.exit_code == 1
    assert "line 1: there is no engagement type 'chat'" in result.stderr


def test_without_a_model_it_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["classify", TEXT, "--models", str(tmp_path)])
    assert result.exit_code == 1
    assert "rung train" in result.stderr


def test_rollback_needs_an_older_version(models: Path) -> None:
    result = CliRunner().invoke(main, ["rollback", "--models", str(models)])
    assert result.exit_code == 1
    assert "no older version" in result.stderr


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_has_help_that_teaches(command: str) -> None:
    code, out = run(command, "--help")
    assert code == 0
    assert len(out.split()) > 15
