"""The real Bolt app over signed HTTP requests, with the real store and model.

A recorder stands in for Slack's Web API.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from starlette.testclient import TestClient

from bot.app import create_app, web
from bot.listeners.paste import finish_due
from bot.services import Services
from bot.settings import Settings
from bot.store import Message, Store
from classifier.assess import Assessor
from classifier.quality import next_criteria
from classifier.taxonomy import taxonomy

SECRET = "s3cret"
BOOK = taxonomy()
TEXT = (
    "Neighbours run a food bank in a garage and hand out the food themselves, with no help from the council."
)


class Recorder:
    """Notes every call to the Web API or to a response URL, and answers that it went well."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.changed = threading.Condition()
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                is_json = (self.headers.get("Content-Type") or "").startswith("application/json")
                data = json.loads(body) if is_json else {k: v[0] for k, v in parse_qs(body).items()}
                with recorder.changed:
                    recorder.calls.append((self.path.rsplit("/", 1)[-1], data))
                    recorder.changed.notify_all()
                answer = {
                    "ok": True,
                    "ts": "9.9",
                    "user_id": "UBOT",
                    "bot_id": "BBOT",
                    "team_id": "T1",
                    "bot_user_id": "UBOT",
                }
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, name: str) -> list[dict[str, Any]]:
        return [data for called, data in self.calls if called == name]

    def wait(self, name: str, count: int) -> dict[str, Any]:
        """The `count`-th call of that name, waited for."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.of(name)) >= count, timeout=10), self.calls
        return self.of(name)[count - 1]


class Slack:
    """Sends what Slack would send, signed."""

    def __init__(self, client: TestClient, recorder: Recorder) -> None:
        self.client, self.recorder = client, recorder

    def post(self, body: str, kind: str) -> int:
        now = str(int(time.time()))
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=body) or ""
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature}
        return self.client.post("/slack/events", content=body.encode(), headers=headers).status_code

    def event(self, event_id: str = "E1", **event: Any) -> int:
        whole = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "ts": "1.1", **event}
        return self.post(
            json.dumps({"type": "event_callback", "team_id": "T1", "event_id": event_id, "event": whole}),
            "application/json",
        )

    def press(self, action: dict[str, Any], user: str = "U1") -> dict[str, Any]:
        """Press, and return the answer to the press."""
        count = len(self.recorder.of("response"))
        payload = {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": user},
            "actions": [{"type": "button", "block_id": "b", **action}],
            "response_url": self.recorder.url + "response",
        }
        body = urlencode({"payload": json.dumps(payload)})
        assert self.post(body, "application/x-www-form-urlencoded") == 200
        return self.recorder.wait("response", count + 1)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    made = Recorder()
    yield made
    made.server.shutdown()


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "rung.db"


@pytest.fixture
def slack(recorder: Recorder, store_path: Path, assessor: Assessor) -> Slack:
    return start(recorder, store_path, assessor)


def start(recorder: Recorder, store_path: Path, assessor: Assessor) -> Slack:
    settings = Settings(bot_token="xoxb-test", signing_secret=SECRET, api_url=recorder.url, store=store_path)  # type: ignore[arg-type]
    services = Services(Store(store_path), assessor.assess, lambda: datetime(2026, 11, 25, tzinfo=UTC), BOOK)
    return Slack(TestClient(web(create_app(settings, services))), recorder)


def buttons(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What can be pressed in a message, by what stands on it."""
    blocks = message["blocks"]
    blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    rows = [
        e
        for block in blocks
        if block["type"] == "actions"
        for e in block["elements"]
        if e["type"] == "button"
    ]
    return {e["text"]["text"]: {"action_id": e["action_id"], "value": e["value"]} for e in rows}


def test_a_description_is_answered_in_its_thread(slack: Slack, recorder: Recorder) -> None:
    assert slack.event(text=TEXT) == 200
    reply = recorder.wait("chat.postMessage", 1)
    assert (reply["channel"], reply["thread_ts"]) == ("D1", "1.1")
    assert "Self-help" in reply["text"]
    assert any(label.startswith("Answer ") for label in buttons(reply))


def test_the_same_event_three_times_gets_one_reply(slack: Slack, recorder: Recorder) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda _: slack.event(text=TEXT), range(3))) == [200, 200, 200]
    recorder.wait("chat.postMessage", 1)
    slack.event(event_id="E2", ts="2.2", text=TEXT)
    recorder.wait("chat.postMessage", 2)
    assert [data["thread_ts"] for data in recorder.of("chat.postMessage")] == ["1.1", "2.2"]


def test_what_was_kept_before_a_crash_is_answered_once_at_the_next_start(
    slack: Slack, recorder: Recorder, store_path: Path, assessor: Assessor
) -> None:
    services = Services(Store(store_path), assessor.assess, lambda: datetime(2026, 11, 25, tzinfo=UTC), BOOK)
    services.store.keep(Message("T1", "D1", "7.7", "7.7", "U1", TEXT), services.now())
    client = WebClient(token="xoxb-test", base_url=recorder.url)
    finish_due(services, client)
    finish_due(services, client)
    slack.event("E7", ts="7.7", text=TEXT)  # Slack sends it again: it is answered already
    slack.event("E8", ts="8.8", text=TEXT)
    recorder.wait("chat.postMessage", 2)
    assert [data["thread_ts"] for data in recorder.of("chat.postMessage")] == ["7.7", "8.8"]


def test_events_that_nothing_wants_are_acknowledged(slack: Slack) -> None:
    assert slack.event(type="channel_rename") == 200
    assert slack.event(type="reaction_added") == 200


def test_a_mention_and_its_twin_message_get_one_reply(slack: Slack, recorder: Recorder) -> None:
    for event_id, kind in (("E1", "app_mention"), ("E2", "message")):
        slack.event(event_id, type=kind, channel="C1", channel_type="channel", text=f"<@UBOT> {TEXT}")
    slack.event("E3", ts="3.3", text=TEXT)
    recorder.wait("chat.postMessage", 2)
    assert [data["channel"] for data in recorder.of("chat.postMessage")] == ["C1", "D1"]


def next_open(message: dict[str, Any]) -> str:
    return str(buttons(message)["Don't know"]["value"]).split(":")[1]


def test_the_follow_up_by_clicks_alone_through_a_restart_to_the_exact_score(
    slack: Slack, recorder: Recorder, store_path: Path, assessor: Assessor
) -> None:
    slack.event(text=TEXT)
    reply = recorder.wait("chat.postMessage", 1)
    message = slack.press(next(b for label, b in buttons(reply).items() if label.startswith("Answer ")))
    asked = []
    while "Don't know" in buttons(message):
        question = next_open(message)
        asked.append(question)
        if len(asked) == 5:  # the bot is restarted; the button on screen still works
            slack = start(recorder, store_path, assessor)
        answers = [b for b in buttons(message).values() if b["action_id"].startswith("answer_")]
        message = slack.press(answers[1])
    criteria = [question for question in asked if question in BOOK.criterion]
    assert criteria == next_criteria(BOOK, {})
    # twelve answers of 1: 12 of 36 points
    assert message["text"].startswith("At least 33 of 100. Intensity of engagement: 33 (between 33 and 33).")
    assert message["replace_original"] is True


def test_back_and_change_and_stop(slack: Slack, recorder: Recorder) -> None:
    slack.event(text=TEXT)
    message = slack.press(next(b for label, b in buttons(recorder.wait("chat.postMessage", 1)).items()))
    first = next_open(message)
    message = slack.press(buttons(message)["Don't know"])
    message = slack.press(buttons(message)["Back"])
    assert next_open(message) == first
    card = slack.press(buttons(message)["Stop for now"])
    assert card["text"].startswith("At least 0 of 100, could reach 100.")
    assert next_open(slack.press(buttons(card)["Go on"])) != first


def test_only_the_author_answers_and_an_unknown_case_is_said_kindly(slack: Slack, recorder: Recorder) -> None:
    slack.event(text=TEXT)
    (press,) = buttons(recorder.wait("chat.postMessage", 1)).values()
    other = slack.press(press, user="U2")
    assert other["response_type"] == "ephemeral"
    assert other["text"].startswith("Only the person who pasted")
    for value in ("999:next", "", "x:y:z"):
        assert slack.press({"action_id": "show", "value": value})["text"].startswith(
            "This description is no longer"
        )


HOSTILE = [
    "<!channel> " * 50,
    "&amp;" * 3000,
    "😀👩🏽‍🌾" * 200,
    "\u202e" + TEXT,
    "`" * 5000,
    "\x00" + TEXT,
    "word " * 8000,
]


@pytest.mark.parametrize(
    "text", [*HOSTILE, "", "hello", "Bonjour, nous avons lancé un conseil de quartier pour tous."]
)
def test_any_text_gets_one_short_answer_that_pings_nobody(
    slack: Slack, recorder: Recorder, text: str
) -> None:
    assert slack.event(text=text + " &lt;!channel&gt; &lt;@U2&gt;") == 200
    reply = recorder.wait("chat.postMessage", 1)
    assert "<!channel>" not in reply["text"]
    assert "<@U2>" not in reply["text"]
    assert len(reply["text"]) < 4000
    blocks = reply["blocks"] if isinstance(reply["blocks"], list) else json.loads(reply["blocks"])
    assert len(json.dumps(blocks)) < 12_000
    mrkdwn = [b["text"]["text"] for b in blocks if b["type"] == "section"]
    assert not any("<" in words for words in mrkdwn)


def test_bots_edits_joins_and_channel_talk_are_acknowledged_and_left_alone(
    slack: Slack, recorder: Recorder
) -> None:
    quiet: list[dict[str, Any]] = [
        {"bot_id": "B2", "text": TEXT},
        {"subtype": "message_changed", "text": TEXT},
        {"subtype": "channel_join", "text": TEXT},
        {"channel_type": "channel", "channel": "C1", "text": TEXT},
        {"thread_ts": "0.5", "text": TEXT},
    ]
    for number, event in enumerate(quiet):
        assert slack.event(f"E{number}", ts=f"{number}.1", **event) == 200
    slack.event("E9", ts="9.1", text=TEXT)
    recorder.wait("chat.postMessage", 1)
    assert [data["thread_ts"] for data in recorder.of("chat.postMessage")] == ["9.1"]


@pytest.mark.parametrize("body", ["{", "[1]", "null", "payload=null", "payload={", ""])
def test_what_slack_did_not_send_is_refused_without_a_trace(slack: Slack, body: str) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        answer = slack.client.post("/slack/events", content=body, headers={"Content-Type": kind})
        assert answer.status_code in (400, 401)
        assert "Traceback" not in answer.text
