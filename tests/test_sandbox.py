"""The stand-in refuses what Slack refuses, with Slack's codes, and sends what Slack sends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox

Json = dict[str, Any]
CHANNEL = "C0ENGAGEMENT"


@pytest.fixture
def client(slack: Sandbox) -> WebClient:
    return WebClient(token=slack.bot_token, base_url=slack.api_url)


@pytest.fixture
def app(slack: Sandbox, client: WebClient) -> Iterator[App]:
    """A bot of three lines, by Socket Mode."""
    app = App(client=client, signing_secret=slack.signing_secret)
    handler = SocketModeHandler(app, slack.app_token)
    handler.connect()
    slack.wait_for(lambda: slack.deliverer.sockets)
    yield app
    handler.close()


def words(text: str = "x") -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def code(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return str(caught.value.response["error"])


def button(**more: Any) -> Json:
    return {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go", **more}


def row(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


@pytest.mark.parametrize(
    "blocks",
    [
        [words()] * 51,
        [words("x" * 3001)],
        [words("")],
        [{"type": "image", "image_url": "https://example.org/x.png"}],
        [{"type": "image", "slack_file": {"id": "F0NONE"}, "alt_text": "x"}],
        [{"type": "image", "image_url": "https://example.org/x.png", "alt_text": "x" * 2001}],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [row(button(text={"type": "plain_text", "text": "x" * 76}))],
        [row(button(value="x" * 2001))],
        [row(button(), button())],
        [row(*[button(action_id=f"a{n}") for n in range(26)])],
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}],
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "colour": "red"}],
        [{"type": "actions", "elements": [{"type": "static_select", "action_id": "a", "options": []}]}],
        [{"type": "carousel-of-dreams"}],
        [{**words(), "block_id": "b"}, {**words(), "block_id": "b"}],
    ],
)
def test_blocks_that_slack_refuses_are_refused(client: WebClient, blocks: list[Json]) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)
    assert caught.value.response["error"] == "invalid_blocks"
    assert "json-pointer:/blocks" in caught.value.response["errors"][0]


def test_blocks_at_the_limit_are_taken(client: WebClient) -> None:
    client.chat_postMessage(channel=CHANNEL, text="x", blocks=[words("x")] * 50)
    client.chat_postMessage(channel=CHANNEL, text="x", blocks=[words("x" * 3000)])
    assert (
        code(client.chat_postMessage, channel=CHANNEL, text="x", blocks=[words("x" * 3000)] * 5)
        == "msg_blocks_too_long"
    )


def test_texts(slack: Sandbox, client: WebClient) -> None:
    assert code(client.chat_postMessage, channel=CHANNEL) == "no_text"
    posted = client.chat_postMessage(channel=CHANNEL, text="x" * 4040)
    assert code(client.chat_update, channel=CHANNEL, ts=posted["ts"], text="x" * 4001) == "msg_too_long"
    count = len(slack.messages("engagement"))
    client.chat_postMessage(channel=CHANNEL, text="x" * 4041)
    assert len(slack.messages("engagement")) == count + 2  # Slack splits it
    assert client.chat_postMessage(channel=CHANNEL, text="x" * 40_001)["response_metadata"]["warnings"] == [
        "message_truncated"
    ]


def test_places(slack: Sandbox, client: WebClient) -> None:
    assert code(client.chat_postMessage, channel="C0RANDOM", text="x") == "not_in_channel"
    assert code(client.chat_postMessage, channel="C0NONE", text="x") == "channel_not_found"
    assert code(client.chat_postMessage, channel=CHANNEL, text="x", thread_ts="1.1") == "thread_not_found"
    slack.workspace.archive(slack.workspace.channel("reviews"), "U0MORGAN")
    assert code(client.chat_postMessage, channel="C0REVIEWS", text="x") == "is_archived"
    said = slack.person("Sam").post("engagement", "mine")
    assert code(client.chat_update, channel=CHANNEL, ts=said.ts, text="x") == "cant_update_message"
    client.chat_postEphemeral(channel=CHANNEL, user="U0SAM", text="psst")
    hidden = slack.ephemerals("Sam")[0]
    assert code(client.chat_update, channel=CHANNEL, ts=hidden.ts, text="x") == "message_not_found"
    bad = WebClient(token="xoxb-wrong", base_url=slack.api_url)
    assert code(bad.auth_test) == "invalid_auth"
    assert code(client.api_call, api_method="chat.shout") == "unknown_method"


VIEW: Json = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [words()]}


def test_views(slack: Sandbox, client: WebClient) -> None:
    def trigger() -> str:
        return slack.triggers.issue("U0SAM")

    used = trigger()
    view = client.views_open(trigger_id=used, view=VIEW)["view"]
    assert code(client.views_open, trigger_id=used, view=VIEW) == "exchanged_trigger_id"
    late = trigger()
    slack.clock.advance(3.1)
    assert code(client.views_open, trigger_id=late, view=VIEW) == "expired_trigger_id"
    client.views_update(view_id=view["id"], view=VIEW, hash=view["hash"])
    assert code(client.views_update, view_id=view["id"], view=VIEW, hash=view["hash"]) == "hash_conflict"
    for _ in range(2):
        client.views_push(trigger_id=trigger(), view=VIEW)
    assert code(client.views_push, trigger_id=trigger(), view=VIEW) == "push_limit_reached"
    title = {"type": "plain_text", "text": "x" * 25}
    assert code(client.views_open, trigger_id=trigger(), view={**VIEW, "title": title}) == "invalid_arguments"
    assert (
        code(client.views_open, trigger_id=trigger(), view={**VIEW, "blocks": [words()] * 101})
        == "invalid_arguments"
    )
    sam = slack.person("Sam")
    assert sam.modal is not None
    sam.close(slack.views.stack("U0SAM")[0])
    assert code(client.views_update, view_id=view["id"], view=VIEW) == "not_found"


def test_a_response_url_works_five_times_for_half_an_hour(slack: Sandbox) -> None:
    url = slack.response_urls.issue("U0SAM", CHANNEL)
    assert [httpx.post(url, json={"text": "x"}).status_code for _ in range(6)] == [200] * 5 + [404]
    old = slack.response_urls.issue("U0SAM", CHANNEL)
    slack.clock.advance(1801)
    assert httpx.post(old, json={"text": "x"}).status_code == 404
    assert len(slack.ephemerals("Sam")) == 5


def test_files_go_up_in_three_steps_are_shown_when_ready_and_go(slack: Sandbox, client: WebClient) -> None:
    parent = slack.person("Sam").post("engagement", "x")
    slack.files.delay = 60
    answer = client.files_upload_v2(
        content=b"\x89PNG", filename="x.png", alt_txt="a picture", channel=CHANNEL, thread_ts=parent.ts
    )
    file_id = answer["files"][0]["id"]
    image = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "x"}
    assert code(client.chat_postMessage, channel=CHANNEL, text="x", blocks=[image]) == "invalid_blocks"
    slack.clock.advance(61)
    client.chat_postMessage(channel=CHANNEL, text="x", blocks=[image])
    shown = slack.replies(parent)[0]
    assert (shown.files, slack.files.get(file_id).alt_text) == ([file_id], "a picture")
    address = client.files_info(file=file_id)["file"]["url_private"]
    assert httpx.get(address).headers["content-type"].startswith("text/html")
    with_token = httpx.get(address, headers={"Authorization": f"Bearer {slack.bot_token}"})
    assert with_token.content == b"\x89PNG"
    client.files_delete(file=file_id)
    assert slack.replies(parent) == []


def test_socket_mode_events_interactions_and_commands(slack: Sandbox, app: App) -> None:
    seen: list[Json] = []
    app.event("message")(lambda body: seen.append(body["event"]))
    app.command("/rung")(lambda ack: ack("pong"))

    @app.action("go")
    def go(ack: Any, body: Json, respond: Any) -> None:
        ack()
        respond(text=f"pressed {body['actions'][0]['value']}", replace_original=True)

    sam = slack.person("Sam")
    sam.post("engagement", "a < b & @Riley #reviews https://example.org 🎉")
    slack.wait_for(lambda: seen)
    assert seen[0]["text"] == "a &lt; b &amp; <@U0RILEY> <#C0REVIEWS|reviews> <https://example.org> :tada:"
    posted = app.client.chat_postMessage(channel=CHANNEL, text="x", blocks=[row(button(value="v"))])
    message = slack.workspace.message(CHANNEL, posted["ts"])
    sam.click(message, "Go")
    slack.wait_for(lambda: message.text == "pressed v")
    assert message.blocks == []  # text without blocks takes the blocks away
    sam.slash("engagement", "/rung ping")
    assert slack.ephemerals("Sam")[-1].text == "pong"
    slack.drop_sockets()
    slack.wait_for(lambda: slack.deliverer.sockets)


def test_an_event_nobody_takes_comes_three_times_more_and_a_deaf_button_is_told(
    slack: Sandbox,
) -> None:
    slack.connect_http("http://127.0.0.1:9/slack/events")
    message = slack.person("Sam").post("engagement", "x")
    delivery = slack.deliveries[0]
    slack.wait_for(lambda: len(delivery.acks) == 4)
    assert [ack.reason for ack in delivery.acks] == ["connection_failed"] * 4
    message.blocks = [{**row(button()), "block_id": "b"}]
    slack.person("Sam").click(message, "Go")
    assert "did not answer" in slack.notices["U0SAM"][0]["text"]


def test_it_listens_to_this_machine_alone(slack: Sandbox) -> None:
    foreign = {"Host": "evil.example"}
    assert httpx.get(f"{slack.url}/page/state", headers=foreign).status_code == 400
    deed = {"as": "U0SAM", "do": "post", "channel": CHANNEL, "text": "x"}
    assert (
        httpx.post(f"{slack.url}/page/do", json=deed, headers={"Origin": "https://evil.example"}).status_code
        == 400
    )
    assert httpx.post(f"{slack.url}/page/do", json=deed).json()["ok"]
    state = httpx.get(f"{slack.url}/page/state?as=U0RILEY").json()
    assert [message["text"] for message in state["messages"][CHANNEL]] == ["x"]
    assert threading.active_count() < 60
