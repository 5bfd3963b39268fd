"""Every listener with malformed payloads: no crash, an acknowledgement, no trace to the person."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.ids import Action, Callback
from bot.sandbox import Sandbox
from bot.sandbox.delivery import signature
from tests.bots import SURE, Bot, reply_to

WORDS = (
    "type user channel ts thread_ts text team team_id event actions value action_id view state values files "
    "private_metadata selected_option blocks message subtype bot_id edited previous_message channel_type "
    "response_url trigger_id callback_id inputs function deleted_ts attachments is_share tab"
)
KEYS = st.sampled_from(WORDS.split(" "))
SHORT = st.text(max_size=30)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**12),
    st.text(max_size=30),
    st.sampled_from(["1:reach:2", "1", "U0SAM"]),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=12,
)
IDS = [*(str(a) for a in Action), *(f"{a}_1" for a in Action), *(str(c) for c in Callback), "nonsense"]


def post(bot: Bot, content: str, kind: str) -> httpx.Response:
    headers = {"content-type": kind, **signature(content)}
    return httpx.post(f"{bot.url}/slack/events", content=content.encode("utf-8", "replace"), headers=headers)


def person() -> dict[str, Any]:
    return {"team": {"id": "T0SANDBOX"}, "user": {"id": "U0SAM"}, "api_app_id": "A0RUNG"}


EVENTS = (
    "message",
    "app_mention",
    "app_home_opened",
    "app_context_changed",
    "channel_id_changed",
    "function_executed",
)
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.refusals
def test_no_payload_brings_a_listener_down(slack: Sandbox, bot: Bot) -> None:
    reply_to(slack, slack.person("Sam").dm(SURE))
    answers: list[httpx.Response] = []

    @FUZZ
    @given(kind=st.sampled_from(EVENTS), more=st.dictionaries(KEYS, JSON, max_size=6))
    def events(kind: str, more: dict[str, Any]) -> None:
        event = {"channel": "D0SAM", "user": "U0SAM", "ts": "1.1", "channel_type": "im", **more, "type": kind}
        body = {"type": "event_callback", "team_id": "T0SANDBOX", "event_id": "E1", "event": event}
        answers.append(post(bot, json.dumps(body), "application/json"))
        assert answers[-1].status_code in (200, 400), body

    @FUZZ
    @given(action=st.sampled_from(IDS), value=JSON, more=st.dictionaries(KEYS, JSON, max_size=4))
    def presses(action: str, value: Any, more: dict[str, Any]) -> None:
        pressed = {"action_id": action, "block_id": "b", "type": "button", "value": value}
        body = {**more, **person(), "type": "block_actions", "actions": [pressed], "trigger_id": "1.2.a"}
        body.pop("view", None)
        payload = urlencode({"payload": json.dumps(body)})
        answers.append(post(bot, payload, "application/x-www-form-urlencoded"))

    @FUZZ
    @given(callback=st.sampled_from(IDS), values=JSON, metadata=st.text(max_size=20))
    def forms(callback: str, values: Any, metadata: str) -> None:
        view = {
            "callback_id": callback,
            "state": {"values": values},
            "private_metadata": metadata,
            "id": "V1",
        }
        body = {**person(), "type": "view_submission", "view": view, "trigger_id": "1.2.a"}
        payload = urlencode({"payload": json.dumps(body)})
        answers.append(post(bot, payload, "application/x-www-form-urlencoded"))

    @FUZZ
    @given(
        text=st.text(max_size=60),
        word=st.sampled_from(["", "help", "forget", "summary", "classify", "reviewers"]),
    )
    def commands(text: str, word: str) -> None:
        command = {"command": "/rung", "text": f"{word} {text}", "team_id": "T0SANDBOX", "user_id": "U0SAM"}
        body = urlencode({**command, "channel_id": "C0ENGAGEMENT", "trigger_id": "1.2.a"}, errors="replace")
        answers.append(post(bot, body, "application/x-www-form-urlencoded"))

    for attack in (events, presses, forms, commands):
        attack()
    bad = [
        (a.status_code, a.text[:200], a.request.content[:600])
        for a in answers
        if a.status_code not in (200, 400)
    ]
    assert bad == []
    assert not any("Traceback" in answer.text for answer in answers)
    time.sleep(0.5)
    # It still works, and what was kept is whole.
    again = slack.person("Sam").dm(f"{SURE} After the storm it runs as before.")
    reply_to(slack, again)
