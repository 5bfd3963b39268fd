"""A text comes in by any door, and one answer goes out."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.delivery import signature
from bot.views.assessment import HELP, IN_THREAD, NOTHING_ABOVE
from classifier.assessment import Assessment
from tests.bots import SURE, Bot, labels, question, reply_to


def settled(bot: Bot, case: int = 1) -> Assessment:
    found = bot.store.case("T0SANDBOX", case).assessment
    assert found is not None
    return found


@pytest.mark.parametrize("bot", ["http", "socket"], indirect=True)
def test_a_description_is_answered_in_its_thread(slack: Sandbox, bot: Bot) -> None:
    message = slack.person("Sam").dm(SURE)
    reply = reply_to(slack, message)
    assert reply.thread_ts == message.ts
    assessment = settled(bot)
    assert assessment.pathway.label == "outside_in"
    shown = slack.text_of(reply)
    assert "Pathway: outside-in: it grew out of the community." in shown
    for phrase in assessment.engagement.because:
        assert SURE[phrase.start : phrase.end] == phrase.text
        assert phrase.text in shown
    assert {"Details", "Not right?"} <= set(labels(reply))


def test_a_mention_in_a_channel_is_two_events_and_one_reply(slack: Sandbox, bot: Bot) -> None:
    message = slack.person("Sam").mention("engagement", SURE)
    reply_to(slack, message)
    kinds = sorted(d.body["event"]["type"] for d in slack.deliveries if d.body["event"]["ts"] == message.ts)
    assert kinds == ["app_mention", "message"]
    after = slack.person("Riley").mention("engagement", SURE)
    reply_to(slack, after)
    assert [len(slack.replies(one)) for one in (message, after)] == [1, 1]


def test_a_mention_under_somebodys_description_reads_that_one(slack: Sandbox, bot: Bot) -> None:
    above = slack.person("Riley").post("engagement", SURE)
    slack.person("Sam").mention("engagement", "what is this?", thread=above)
    reply = slack.wait_for(lambda: [one for one in slack.replies(above) if one.bot_id])[0]
    case = bot.store.case("T0SANDBOX", 1)
    assert (case.message.text, case.message.author, case.message.asker) == (SURE, "U0RILEY", "U0SAM")
    assert "outside-in" in slack.text_of(reply)
    for person in ("Sam", "Riley"):  # who asked and who wrote may both answer
        before = slack.text_of(reply)
        slack.person(person).click(reply, labels(reply)[0])
        slack.wait_for(lambda before=before: slack.text_of(reply) != before)


def test_a_mention_under_an_empty_message_says_what_to_do(slack: Sandbox, bot: Bot) -> None:
    above = slack.person("Riley").post("engagement", "***")
    slack.person("Sam").mention("engagement", "this one please", thread=above)
    reply = slack.wait_for(lambda: [one for one in slack.replies(above) if one.bot_id])[0]
    assert slack.text_of(reply) in (NOTHING_ABOVE, HELP["empty"])


def test_the_same_event_three_times_at_once_and_once_more_gets_one_reply(slack: Sandbox, bot: Bot) -> None:
    message = slack.person("Sam").dm(SURE)
    event = next(d for d in slack.deliveries if d.body["event"]["ts"] == message.ts)
    with ThreadPoolExecutor(3) as pool:
        assert all(
            ack.ok for acks in pool.map(lambda _: slack.deliver_again(event), range(3)) for ack in acks
        )
    reply_to(slack, message)
    other = slack.person("Sam").dm("hello")
    reply_to(slack, other)
    assert len(slack.replies(message)) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hello", "greeting"),
        ("Good morning Rung!", "greeting"),
        ("thanks a lot", "thanks"),
        ("What is co-production?", "question"),
        ("Can you help me with a case?", "question"),
        ("A park group", "too_short"),
        ("We asked people what they want.", "too_short"),
        ("🎉🎉🎉", "empty"),
        ("...", "empty"),
        (
            "Les habitants du quartier ont créé un jardin partagé avec l'aide de la mairie, qui a prêté le "
            "terrain et payé les outils pendant trois ans.",
            "other_language",
        ),
    ],
)
def test_what_is_no_description_gets_one_clear_next_step_and_no_label(
    slack: Sandbox, bot: Bot, text: str, kind: str
) -> None:
    reply = reply_to(slack, slack.person("Sam").dm(text))
    assert slack.text_of(reply) == HELP[kind]
    assert labels(reply) == []


HOSTILE = {
    "pings everybody": f"<!channel> @Morgan {SURE}",
    "forged mention": f"<@U0MORGAN> <!here> <!subteam^S0REVIEWERS> {SURE}",
    "ampersands": f"{SURE} " + "&" * 3000,
    "backticks": "`" * 200 + SURE + "```" * 50,
    "markup": f"*_~{SURE}~_* <https://example.org|click>",
    "only emoji": "😀👩🏽‍🌾" * 400,
    "right to left": f"\u202e{SURE}\u202c",
    "null bytes": SURE.replace(" ", " \x00"),
    "forty thousand": (SURE + " ") * 265,
    "one long word": "a" * 20_000,
    "lone surrogate": "Neighbours \ud800 " + SURE,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gets_one_answer_that_pings_nobody(slack: Sandbox, bot: Bot, name: str) -> None:
    text = HOSTILE[name].encode("utf-8", "replace").decode()
    message = slack.person("Sam").dm(text)
    reply = reply_to(slack, message)
    sent = json.dumps([reply.text, reply.blocks])
    for ping in ("<!", "<@", "<#", "<http"):
        assert ping not in sent
    assert 0 < len(reply.text) < 4000
    kept = bot.store.case("T0SANDBOX", 1)
    assert kept.assessment is not None
    for phrase in kept.assessment.engagement.because:
        assert (kept.message.text or "")[phrase.start : phrase.end] == phrase.text
    assert len(slack.replies(message)) == 1


def test_two_thousand_words_are_read_whole(slack: Sandbox, bot: Bot) -> None:
    filler = "The strategy of the county names many aims for the coming years. " * 160
    reply = reply_to(slack, slack.person("Sam").dm(f"{filler}\n{SURE}"))
    assert labels(reply)
    assert len((bot.store.case("T0SANDBOX", 1).message.text or "").split()) > 1900


def test_a_text_file_and_a_snippet_are_read(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    for snippet in (False, True):
        message = sam.upload("", "case.txt", SURE.encode(), snippet=snippet)
        reply_to(slack, message)
        found = bot.store.find("T0SANDBOX", message.channel, message.ts)
        assert found is not None
        assert found.message.text == SURE


def test_a_short_word_in_the_thread_is_told_the_way_on(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    message = sam.dm(SURE)
    reply_to(slack, message)
    sam.dm("yes, residents", thread=message)
    answer = slack.wait_for(lambda: [one for one in slack.replies(message) if one.bot_id][1:])[0]
    assert slack.text_of(answer) == IN_THREAD


def test_talk_edits_joins_and_other_bots_are_left_alone(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    talk = sam.post("engagement", SURE)
    sam.edit(talk, SURE + " And more.")
    sam.delete(talk)
    slack.workspace.join(slack.workspace.channel("random"), "U0RUNG")
    asked = sam.dm(SURE)
    reply_to(slack, asked)
    slack.wait_for(lambda: all(delivery.acks for delivery in slack.deliveries))
    assert all(delivery.ok for delivery in slack.deliveries)
    posted = slack.calls("chat.postMessage")
    assert [call.arguments["thread_ts"] for call in posted] == [asked.ts]


def test_an_event_that_nothing_wants_is_acknowledged(slack: Sandbox, bot: Bot) -> None:
    slack.workspace.rename(slack.workspace.channel("engagement"), "engaged")
    slack.wait_for(lambda: slack.deliveries and all(delivery.acks for delivery in slack.deliveries))
    assert all(delivery.ok for delivery in slack.deliveries)


@pytest.mark.parametrize("body", ["", "{}", "not json", "[1]", '{"event": 5}', "payload=%7B", "\x00"])
@pytest.mark.parametrize("signed", [True, False])
def test_what_slack_did_not_send_is_refused_calmly(bot: Bot, body: str, signed: bool) -> None:
    headers = {"Content-Type": "application/json", **(signature(body) if signed else {})}
    answer = httpx.post(f"{bot.url}/slack/events", content=body.encode(), headers=headers)
    assert answer.status_code in ((200, 400, 401, 404) if signed else (400, 401))
    assert "Traceback" not in answer.text


def test_when_unsure_it_asks_the_question_that_separates_the_two(slack: Sandbox, bot: Bot) -> None:
    text = "Older people and the library offer reading hours. It is popular in the whole town and around."
    reply = reply_to(slack, slack.person("Sam").dm(text))
    assessment = settled(bot)
    assert assessment.engagement.abstain or assessment.pathway.abstain
    head = "engagement" if assessment.engagement.abstain else "pathway"
    assert question(reply) == head
    assert "I am not sure of" in slack.text_of(reply)
    assert labels(reply)[2:] == ["Neither of these", "Don't know", "Details", "Not right?"]
