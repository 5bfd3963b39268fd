"""What the operator has: doctor, manifest, logs, figures, health, backup, secrets, several workspaces."""

from __future__ import annotations

import ast
import json
import logging
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import yaml
from click.testing import CliRunner

from bot import app as bot_app
from bot import observe
from bot.backup import BackupError, backup, restore
from bot.cli import main
from bot.doctor import examine
from bot.ids import Callback
from bot.manifest import FREE, NEEDS, SCOPES
from bot.sandbox import Sandbox
from bot.sandbox.defaults import Settings as Workspace
from bot.settings import Settings, SettingsError, read_settings
from bot.store import Store
from bot.views import doors as doors_view
from tests.bots import SURE, Bot, reply_to
from tests.conftest import ROOT

MANIFEST = yaml.safe_load((ROOT / "manifest.yaml").read_text())


def used_methods() -> set[str]:
    """Web API methods that the bot's code calls, by the names of the client's functions."""
    found = set()
    for path in (ROOT / "bot").rglob("*.py"):
        if "sandbox" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and "client" in node.value.id
            ):
                parts = node.attr.split("_")
                if parts[0] in ("chat", "views", "conversations", "users", "usergroups", "files", "auth"):
                    found.add(node.attr)
            word = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if word.split(".")[0] in ("agents", "assistant") and word.count(".") >= 2:
                found.add(word)
    return found


def test_the_manifest_asks_for_what_the_code_uses_and_no_more() -> None:
    assert MANIFEST["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    known = {method for methods in NEEDS.values() for method in methods} | set(FREE)
    as_function = {method.replace(".", "_") for method in known} | {
        "".join(f"_{c.lower()}" if c.isupper() else c for c in method).replace(".", "_") for method in known
    }
    upload = {"files_upload_v2"}  # three methods, all listed
    camel = {name.replace("_", "").lower() for name in as_function} | {
        name.replace(".", "").replace("_", "").lower() for name in known
    }
    unknown = {m for m in used_methods() - upload if m.replace("_", "").replace(".", "").lower() not in camel}
    assert unknown == set()
    events = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
    assert events <= known
    shortcuts = {(s["type"], s["callback_id"]) for s in MANIFEST["features"]["shortcuts"]}
    assert shortcuts == {("message", Callback.CLASSIFY_MESSAGE), ("global", Callback.CLASSIFY)}
    assert [c["command"] for c in MANIFEST["features"]["slash_commands"]] == [Callback.COMMAND]
    assert list(MANIFEST["functions"]) == [Callback.STEP]
    prompts = {p["title"]: p["message"] for p in MANIFEST["features"]["agent_view"]["suggested_prompts"]}
    assert prompts == doors_view.PROMPTS
    assert len(MANIFEST["display_information"]["description"]) <= 140


def settings(slack: Sandbox, tmp_path: Path, models: Path, **more: object) -> Settings:
    base = {
        "bot_token": slack.bot_token,
        "app_token": slack.app_token,
        "api_url": slack.api_url,
        "store": tmp_path / "rung.db",
        "models": models,
        "review_channel": "C0REVIEWS",
    }
    return Settings.model_validate(base | more)


def test_the_doctor_finds_nothing_where_all_is_well(slack: Sandbox, tmp_path: Path, models: Path) -> None:
    findings = list(examine(settings(slack, tmp_path, models)))
    assert [one for one in findings if not one.well] == []
    assert {one.name for one in findings} >= {
        "bot token",
        "scopes",
        "clock",
        "door",
        "channel",
        "store",
        "model",
    }


def test_the_doctor_names_what_is_missing_and_how_to_mend_it(tmp_path: Path) -> None:
    with Sandbox(Workspace(scopes=("chat:write",))) as slack:
        (tmp_path / "open.db").touch(mode=0o644)
        os.chmod(tmp_path / "open.db", 0o644)
        faults = settings(
            slack,
            tmp_path,
            tmp_path / "none",
            review_channel="C0RANDOM",
            store=tmp_path / "open.db",
            app_token="xapp-wrong",
        )
        words = {one.name: one.words for one in examine(faults) if not one.well}
        assert "files:read (for files.info)" in words["scopes"]
        assert "reinstall" in words["scopes"]
        assert "/invite @Rung" in words["channel"]
        assert "chmod 600" in words["store"]
        assert "rung train" in words["model"]
        assert "SLACK_APP_TOKEN" in words["door"]
        wrong = settings(slack, tmp_path, tmp_path, bot_token="xoxb-wrong")
        assert "SLACK_BOT_TOKEN" in {one.name: one.words for one in examine(wrong)}["bot token"]


def test_secrets_come_from_files_that_others_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        (tmp_path / name.lower()).write_text("xoxb-secret")
        os.chmod(tmp_path / name.lower(), 0o600)
    monkeypatch.setenv("RUNG_SECRETS", str(tmp_path))
    monkeypatch.setenv("RUNG_STORE", str(tmp_path / "x.db"))
    assert read_settings().bot_token.get_secret_value() == "xoxb-secret"
    os.chmod(tmp_path / "slack_bot_token", 0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_settings()


def test_the_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    Store(tmp_path / "new.db")
    assert (tmp_path / "new.db").stat().st_mode & 0o077 == 0


def test_a_backup_of_a_running_store_comes_back_whole(slack: Sandbox, bot: Bot, tmp_path: Path) -> None:
    reply_to(slack, slack.person("Sam").dm(SURE))
    copy, later = tmp_path / "copy.db", tmp_path / "later.db"
    assert backup(bot.path, copy) == 1
    with pytest.raises(BackupError, match="exists already"):
        backup(bot.path, copy)
    reply_to(slack, slack.person("Sam").dm(SURE + " It has a second fridge."))
    assert backup(bot.path, later) == 2
    with pytest.raises(BackupError, match="--force"):
        restore(copy, bot.path, force=False)
    bot.stop()
    assert restore(copy, bot.path, force=True) == 1
    bot.start()
    assert bot.store.of_person("T0SANDBOX", "U0SAM") == [1]
    assert Store(Path(f"{bot.path}.before")).of_person("T0SANDBOX", "U0SAM") == [1, 2]
    (tmp_path / "broken.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(BackupError):
        restore(tmp_path / "broken.db", bot.path, force=True)


def test_logs_carry_the_case_from_door_to_reply_and_no_words(
    slack: Sandbox, bot: Bot, tmp_path: Path
) -> None:
    root, before = logging.getLogger(), logging.getLogger().handlers
    path = tmp_path / "log"
    try:
        with path.open("w") as stream:
            observe.configure(stream)
            reply_to(slack, slack.person("Sam").dm(f"{SURE} Margaret Oyelaran helps."))
            slack.wait_for(lambda: "replied" in path.read_text() or (stream.flush() or False))
    finally:
        root.handlers = before
        root.setLevel(logging.WARNING)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert any(line["event"].startswith("kept case=1") for line in lines)
    assert any(line["event"].startswith("replied") and line["case"] == 1 for line in lines)
    assert "food bank" not in path.read_text()
    assert "Oyelaran" not in path.read_text()


def test_health_and_figures(slack: Sandbox, bot: Bot) -> None:
    reply_to(slack, slack.person("Sam").dm(SURE))
    assert httpx.get(f"{bot.url}/readyz").text == "ready"
    figures = httpx.get(f"{bot.url}/metrics").text
    assert "rung_reply_seconds_count" in figures
    assert "rung_ack_seconds_bucket" in figures


@pytest.mark.parametrize("content", [b"{", b"[1]", b"null", b"payload=null", b"", b"\xff\xfe", b"payload={"])
def test_what_is_no_request_of_slack_is_refused_without_a_trace(bot: Bot, content: bytes) -> None:
    answer = httpx.post(f"{bot.url}/slack/events", content=content)
    assert answer.status_code in (400, 401)
    assert "Traceback" not in answer.text


def test_a_huge_body_is_refused(bot: Bot) -> None:
    assert httpx.post(f"{bot.url}/slack/events", content=b"x" * 12_000_000).status_code == 413


def test_several_workspaces_install_by_themselves(slack: Sandbox, tmp_path: Path, bot: Bot) -> None:
    many = settings(
        slack, tmp_path, tmp_path, bot_token="", client_id="1.2", client_secret="s", store=bot.path
    )
    many = many.model_copy(update={"signing_secret": bot.settings.signing_secret})
    made = bot_app.create_app(many, bot.services)
    from starlette.testclient import TestClient

    page = TestClient(bot_app.web(made, bot.services)).get("/slack/install")
    assert page.status_code == 200
    assert "client_id=1.2" in page.text
    assert all(scope in page.text for scope in ("chat%3Awrite", "files%3Aread")) or "chat:write" in page.text
    from slack_sdk.oauth.installation_store import Installation

    assert made.installation_store is not None
    for team in ("T1", "T2"):
        made.installation_store.save(
            Installation(
                app_id="A", user_id="U", team_id=team, bot_token=f"xoxb-{team}", bot_id="B", bot_user_id="UB"
            )
        )
    clients = bot_app.clients_of(made, many)
    assert [clients(team).token for team in ("T1", "T2")] == ["xoxb-T1", "xoxb-T2"]
    with sqlite3.connect(bot.path) as db:
        assert db.execute("select count(*) from slack_bots").fetchone()[0] == 2


def test_the_commands_say_what_is_wrong_in_words(tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["backup", str(tmp_path / "c.db"), "--store", str(tmp_path / "none.db")])
    assert run.exit_code == 1
    assert "There is no store" in run.output
    run = CliRunner().invoke(main, ["doctor"], env={"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""})
    assert run.exit_code == 1
    assert "SLACK_BOT_TOKEN" in run.output


def test_serve_stops_gracefully(slack: Sandbox, tmp_path: Path, models: Path) -> None:
    environment = {
        **os.environ,
        **slack.environment,
        "RUNG_STORE": str(tmp_path / "rung.db"),
        "RUNG_MODELS": str(models),
        "PORT": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"], env=environment, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        slack.wait_for(lambda: slack.deliverer.sockets, timeout=30)
        message = slack.person("Sam").dm(SURE)
        reply_to(slack, message)
        began = time.monotonic()
        process.terminate()
        assert process.wait(20) == 0
        assert time.monotonic() - began < 15
    finally:
        process.kill()
    lines = [json.loads(line) for line in (process.stderr.read() if process.stderr else "").splitlines()]
    assert any(line["event"].startswith("replied") for line in lines)
