"""Slack fails, the bot dies, the answer goes out once all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import replies
from bot.sandbox import Sandbox
from bot.sandbox.workspace import Message
from tests.bots import SURE, Bot, question, reply_to


@pytest.mark.parametrize("status", [429, 500, 0])
def test_a_call_that_fails_is_tried_again(slack: Sandbox, bot: Bot, status: int) -> None:
    slack.fail_next("chat.postMessage", times=1, status=status, retry_after=0 if status == 429 else None)
    message = slack.person("Sam").dm(SURE)
    reply_to(slack, message)
    assert len(slack.replies(message)) == 1


@pytest.mark.parametrize("status", [500, 503, 0])
def test_an_answer_that_was_posted_though_slack_said_otherwise_is_not_posted_twice(
    slack: Sandbox, bot: Bot, status: int
) -> None:
    slack.fail_next("chat.postMessage", times=1, status=status, after_effect=True)
    message = slack.person("Sam").dm(SURE)
    slack.wait_for(
        lambda: (bot.store.find("T0SANDBOX", message.channel, message.ts) or message).__dict__.get("reply_ts")
    )
    assert len(slack.replies(message)) == 1


def test_an_answer_that_never_left_goes_out_when_slack_is_back(slack: Sandbox, bot: Bot) -> None:
    slack.fail_next("chat.postMessage", times=3, status=500)
    message = slack.person("Sam").dm(SURE)
    slack.wait_for(lambda: not slack.fault_left("chat.postMessage"))
    assert slack.replies(message) == []
    replies.answer_due(bot.services, bot.clients)
    assert slack.replies(message) == []  # the claim is fresh: somebody may be at it
    bot.now = lambda: datetime.now(UTC) + timedelta(seconds=61)
    replies.answer_due(bot.services, bot.clients)
    replies.answer_due(bot.services, bot.clients)
    assert len(slack.replies(message)) == 1


def test_an_answer_that_was_posted_by_a_process_that_died_is_not_posted_twice(
    slack: Sandbox, bot: Bot
) -> None:
    message = slack.person("Sam").dm(SURE)
    reply = reply_to(slack, message)
    slack.wait_for(lambda: bot.store.case("T0SANDBOX", 1).reply_ts)
    with bot.store.transaction() as db:  # as if the process had died between posting and noting it
        db.execute("update cases set reply_ts = null")
    bot.now = lambda: datetime.now(UTC) + timedelta(seconds=61)
    replies.answer_due(bot.services, bot.clients)
    assert slack.replies(message) == [reply]
    assert bot.store.case("T0SANDBOX", 1).reply_ts == reply.ts


def test_a_channel_that_was_closed_meanwhile_is_given_up(slack: Sandbox, bot: Bot) -> None:
    channel = slack.workspace.channel("engagement")
    slack.fail_next("chat.postMessage", times=3, status=500)
    slack.person("Sam").mention("engagement", SURE)
    slack.wait_for(lambda: not slack.fault_left("chat.postMessage"))
    slack.workspace.archive(channel, "U0MORGAN")
    bot.now = lambda: datetime.now(UTC) + timedelta(seconds=61)
    replies.answer_due(bot.services, bot.clients)
    assert [call.answer["error"] for call in slack.refused()] == ["is_archived"]
    bot.now = lambda: datetime.now(UTC) + timedelta(seconds=200)
    assert bot.store.unanswered(bot.now()) == []
    slack._calls.clear()


def test_an_event_that_comes_while_the_bot_is_down_is_answered_when_slack_sends_it_again(
    slack: Sandbox, bot: Bot
) -> None:
    bot.server.should_exit = True
    bot.thread.join(10)
    message = slack.person("Sam").dm(SURE)
    delivery = slack.deliveries[-1]
    slack.wait_for(lambda: len(delivery.acks) == 4)  # the first try and Slack's three
    assert not delivery.ok
    bot.start()
    slack.deliver_again(delivery)
    reply_to(slack, message)


def serve(slack: Sandbox, store: Path, models: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **slack.environment, "RUNG_STORE": str(store), "RUNG_MODELS": str(models)}
    environment["PORT"] = "0"
    process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], env=environment)
    slack.wait_for(lambda: slack.deliverer.sockets, timeout=30)
    return process


def test_a_process_killed_in_the_middle_goes_on_at_the_same_question(
    slack: Sandbox, tmp_path: Path, models: Path
) -> None:
    process = serve(slack, tmp_path / "rung.db", models)
    sam = slack.person("Sam")
    try:
        reply = reply_to(slack, sam.dm(SURE))
        for _ in range(4):
            before = slack.text_of(reply)
            sam.click(reply, first_way(reply))
            slack.wait_for(lambda before=before: slack.text_of(reply) != before)
        asked = question(reply)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        slack.wait_for(lambda: not slack.deliverer.sockets)
        process = serve(slack, tmp_path / "rung.db", models)
        sam.click(reply, "Stop for now")
        slack.wait_for(lambda: "Go on" in slack.text_of(reply))
        sam.click(reply, "Go on")
        slack.wait_for(lambda: question(reply))
        assert question(reply) == asked
    finally:
        process.terminate()
        assert process.wait(15) is not None


def first_way(reply: Message) -> str:
    """An answer where a question is asked, else the way to the questions."""
    ids = [e["action_id"] for b in reply.blocks for e in b.get("elements", []) if "action_id" in e]
    wanted = ("answer_0", "settle_", "show_next")
    return next(one for start in wanted for one in ids if one.startswith(start))
