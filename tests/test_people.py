"""Guests, colleagues, and channels that change."""

from __future__ import annotations

import pytest

from bot import roles
from bot.sandbox import Sandbox
from bot.views import doors as doors_view
from tests.bots import SURE, Bot, labels, question, reply_to

TEAM = "T0SANDBOX"


@pytest.fixture(autouse=True)
def _forget_who_is_who() -> None:
    roles._guests.clear()


@pytest.fixture(params=["is_restricted", "is_ultra_restricted", "is_stranger"])
def guest(slack: Sandbox, request: pytest.FixtureRequest) -> Sandbox:
    slack.workspace.user("U0RILEY").flags[request.param] = True
    return slack


def test_a_guest_sees_his_own_cases_and_nobody_elses(guest: Sandbox, bot: Bot) -> None:
    sam, riley = guest.person("Sam"), guest.person("Riley")
    bot.services.reviews.set_role(TEAM, "U0RILEY", "admin", "U0MORGAN", bot.now())
    others = reply_to(guest, sam.mention("engagement", f"{SURE} It is public."))
    guest.wait_for(lambda: bot.services.facts.page(TEAM, "U0SAM")[1] == 1)
    riley.click(others, "Details")
    guest.wait_for(lambda: guest.ephemerals("Riley"))
    assert guest.text_of(guest.ephemerals("Riley")[-1]) == doors_view.NOT_FOR_GUESTS
    assert riley.modal is None
    for words in ("queue", "summary", "subscribe", "models", "forget @Sam"):
        count = len(guest.ephemerals("Riley"))
        riley.slash("engagement", f"/rung {words}")
        guest.wait_for(lambda count=count: len(guest.ephemerals("Riley")) > count)
        assert guest.text_of(guest.ephemerals("Riley")[-1]) in (
            doors_view.NOT_FOR_GUESTS,
            doors_view.NOT_ALLOWED.replace("`", ""),
        )
    riley.open_home()
    home = guest.wait_for(lambda: riley.home)
    assert "Review queue" not in guest.text_of(home)
    assert "food bank" not in guest.text_of(home)
    mine = reply_to(guest, riley.dm(SURE))
    riley.click(mine, "Details")
    guest.wait_for(lambda: riley.modal)


def test_a_question_is_handed_to_a_colleague_whose_answer_lands(slack: Sandbox, bot: Bot) -> None:
    sam, riley = slack.person("Sam"), slack.person("Riley")
    message = sam.dm(SURE)
    reply = reply_to(slack, message)
    slack.wait_for(lambda: bot.store.case(TEAM, 1).reply_ts)
    sam.click(reply, labels(reply)[0])
    slack.wait_for(lambda: question(reply))
    key = question(reply)
    sam.click(reply, "Ask a colleague")
    form = slack.wait_for(lambda: sam.modal)
    assert sam.submit(form, {"Who can answer it?": "U0RILEY"}) is None
    asked = slack.wait_for(
        lambda: [m for m in slack.messages("D0RILEY") if "asks you one question" in m.text]
    )[0]
    assert "food bank" in slack.text_of(asked)
    morgan = slack.person("Morgan")
    morgan.press(asked, *_button(asked, 2))  # somebody it was not handed to
    slack.wait_for(lambda: slack.ephemerals("Morgan"))
    assert bot.store.answers(TEAM, 1) == {}
    riley.press(asked, *_button(asked, 2))
    slack.wait_for(lambda: bot.store.answers(TEAM, 1) == {key: "2"})
    assert [step.person for step in bot.store.history(TEAM, 1)] == ["U0RILEY"]
    slack.wait_for(lambda: "Thank you" in slack.text_of(asked))
    slack.wait_for(
        lambda: [m for m in slack.replies(message) if "Riley" in slack.text_of(m) or "U0RILEY" in m.text]
    )
    slack.wait_for(lambda: question(reply) != key)


def _button(message: object, index: int) -> tuple[dict[str, object], dict[str, object]]:
    rows = [block for block in message.blocks if block["type"] == "actions"]  # type: ignore[attr-defined]
    return rows[index], rows[index]["elements"][0]


def test_a_channel_with_a_new_id_keeps_its_cases(slack: Sandbox, bot: Bot) -> None:
    reply_to(slack, slack.person("Sam").mention("engagement", SURE))
    event = {
        "type": "channel_id_changed",
        "old_channel_id": "C0ENGAGEMENT",
        "new_channel_id": "C0NEW",
        "event_ts": "1.1",
    }
    slack.sent(lambda: slack.events.emit(event))
    slack.wait_for(lambda: bot.store.case(TEAM, 1).message.channel == "C0NEW")


def test_a_subscription_sleeps_when_its_channel_is_archived_and_its_owner_hears_it_once(
    slack: Sandbox, bot: Bot
) -> None:
    kept = {
        "channel": "C0ENGAGEMENT",
        "weekday": 0,
        "hour": 9,
        "tz": "UTC",
        "scope": "channel",
        "include": "",
    }
    bot.services.subscriptions.add(TEAM, "U0SAM", bot.now(), **kept)
    event = {"type": "channel_archive", "channel": "C0ENGAGEMENT", "user": "U0SAM", "event_ts": "1.1"}
    for _ in range(2):
        slack.sent(lambda: slack.events.emit(event))
    slack.wait_for(lambda: bot.services.subscriptions.active() == [])
    told = slack.wait_for(lambda: slack.messages("D0SAM"))
    assert len(told) == 1
