"""The whole follow-up by clicks, from the answer to the score card, over the real doors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot.followup import CONFIRM
from bot.listeners.answers import NOT_YOURS
from bot.listeners.pressed import GONE
from bot.sandbox import Sandbox
from bot.sandbox.workspace import Message
from bot.views.followup import READ
from classifier.assessment import Assessment, Evidence
from classifier.quality import next_criteria, raises
from tests.bots import BOOK, SURE, Bot, labels, question, reply_to


def click(slack: Sandbox, person: str, place: Message, what: str) -> None:
    """Press, and wait until the message has changed."""
    before = slack.text_of(place)
    slack.person(person).click(place, what)
    slack.wait_for(lambda: slack.text_of(place) != before)


def certain(assessment: Assessment) -> Assessment:
    """The same assessment, asserted: these tests are about the questions behind the labels."""
    return replace(
        assessment,
        engagement=replace(assessment.engagement, abstain=False),
        pathway=replace(assessment.pathway, abstain=False),
        criteria={},
    )


@pytest.fixture
def sure(bot: Bot) -> Bot:
    """A bot whose model asserts; everything else is the real thing."""
    assess = bot.assessor.assess
    bot.services.__dict__["assess"] = lambda text: certain(assess(text))
    return bot


def begin(slack: Sandbox, person: str = "Sam") -> Message:
    reply = reply_to(slack, slack.person(person).dm(SURE))
    click(slack, person, reply, "Answer 12 questions")
    return reply


def picture(slack: Sandbox, reply: Message) -> str:
    """Alt text of the one picture in the thread."""
    thread = slack.workspace.messages(reply.channel, reply.thread_ts)
    files = [file for message in thread for file in message.files]
    return slack.files.get(files[0]).alt_text if len(files) == 1 else ""


@pytest.mark.parametrize("bot", ["http", "socket"], indirect=True)
def test_all_questions_by_clicks_to_the_exact_score_in_one_message(slack: Sandbox, sure: Bot) -> None:
    reply = begin(slack)
    asked = []
    while key := question(reply):
        asked.append(key)
        done = len(asked) - 1
        assert f"{done} of 12 answered. Score: at least {round(100 * done / 36)} of 100" in slack.text_of(
            reply
        )
        if done == 5:  # a new process goes on at the same question
            sure.restart()
        click(slack, "Sam", reply, "answer_1")
    assert asked == next_criteria(BOOK, {})
    shown = slack.text_of(reply).splitlines()
    assert shown[0] == "At least 33 of 100."
    assert shown[2:5] == ["Intensity of engagement: 33.", "Process coherence: 33.", "Results achieved: 33."]
    best = raises(BOOK, dict.fromkeys(BOOK.criterion, 1))[0]
    assert (
        f"What would raise it most: {BOOK.criterion[best.criterion].name.lower()} (+6). {best.tip}"
        in shown[5]
    )
    assert len(shown) <= 12
    alt = slack.wait_for(lambda: picture(slack, reply))
    assert alt.startswith("Score card. At least 33 of 100, at most 33. Intensity of engagement: 33.")
    assert len([m for m in slack.workspace.messages(reply.channel, reply.thread_ts) if m.bot_id]) == 2


def test_back_dont_know_stop_go_on_and_change(slack: Sandbox, sure: Bot) -> None:
    reply = begin(slack)
    order = next_criteria(BOOK, {})
    assert "Back" not in labels(reply)
    click(slack, "Sam", reply, "answer_3")
    assert question(reply) == order[1]
    click(slack, "Sam", reply, "Don't know")
    click(slack, "Sam", reply, "Back")
    assert question(reply) == order[1]
    click(slack, "Sam", reply, "Back")
    assert question(reply) == order[0]
    assert labels(reply)[3].startswith("✓ ")
    click(slack, "Sam", reply, "Stop for now")
    # one criterion at 3 of 3: 3 of 36 points are sure
    assert slack.text_of(reply).startswith("At least 8 of 100, could reach 100.")
    slack.wait_for(lambda: picture(slack, reply))
    click(slack, "Sam", reply, "Go on")
    assert question(reply) == order[2]
    click(slack, "Sam", reply, "Stop for now")
    before = slack.text_of(reply)
    slack.person("Sam").select(
        reply,
        "Change an answer",
        BOOK.criterion[order[0]].question[:74] + "…"
        if len(BOOK.criterion[order[0]].question) > 75
        else BOOK.criterion[order[0]].question,
    )
    slack.wait_for(lambda: slack.text_of(reply) != before)
    assert question(reply) == order[0]
    click(slack, "Sam", reply, "answer_0")
    click(slack, "Sam", reply, "Stop for now")
    assert slack.text_of(reply).startswith("At least 0 of 100, could reach 92.")
    steps = [(s.question, s.value, s.current) for s in sure.store.history("T0SANDBOX", 1)]
    assert steps == [(order[0], "3", False), (order[1], "dont_know", True), (order[0], "0", True)]
    slack.wait_for(lambda: "at most 92" in picture(slack, reply))


def test_what_the_text_suggests_is_confirmed_or_changed_and_not_asked_again(slack: Sandbox, bot: Bot) -> None:
    assess = bot.assessor.assess
    start = SURE.index("They founded")
    found = {
        "continuity": Evidence(2, SURE[start:], start, len(SURE)),
        "influence": Evidence(3, SURE[:20], 0, 20),
    }
    bot.services.__dict__["assess"] = lambda text: replace(certain(assess(text)), criteria=found)
    reply = begin(slack)
    shown = slack.text_of(reply)
    assert READ in shown
    assert shown.count("(suggested)") == 2
    assert SURE[start:] in shown
    # suggested ratings move nothing that counts as sure
    assert "0 of 12 answered. Score: at least 0 of 100, at most 100." in shown
    slack.person("Sam").click(reply, "show_influence")
    slack.wait_for(lambda: question(reply) == "influence")
    click(slack, "Sam", reply, "answer_1")
    assert slack.text_of(reply).count("(suggested)") == 1
    click(slack, "Sam", reply, "All right")
    assert bot.store.answers("T0SANDBOX", 1) == {"influence": "1", "continuity": "2"}
    assert question(reply) == next_criteria(BOOK, {"influence": 1, "continuity": 2})[0]
    assert CONFIRM not in question(reply)


def test_two_people_at_once_in_two_threads_keep_apart(slack: Sandbox, sure: Bot) -> None:
    replies = {"Sam": begin(slack, "Sam"), "Riley": begin(slack, "Riley")}

    def go(person: str, choice: str) -> None:
        while question(replies[person]):
            click(slack, person, replies[person], choice)

    with ThreadPoolExecutor(2) as people:
        done = [people.submit(go, *pair) for pair in (("Sam", "answer_3"), ("Riley", "answer_0"))]
    for one in done:
        one.result()
    assert slack.text_of(replies["Sam"]).startswith("At least 100 of 100.")
    assert slack.text_of(replies["Riley"]).startswith("At least 0 of 100.")


def test_only_who_asked_answers_and_a_double_click_counts_once(slack: Sandbox, sure: Bot) -> None:
    reply = reply_to(slack, slack.person("Sam").mention("engagement", SURE))
    slack.person("Riley").click(reply, "Answer 12 questions")
    slack.wait_for(lambda: slack.ephemerals("Riley"))
    assert slack.text_of(slack.ephemerals("Riley")[0]) == NOT_YOURS
    click(slack, "Sam", reply, "Answer 12 questions")
    delivery = slack.person("Sam").click(reply, "answer_2")
    assert delivery is not None
    slack.deliver_again(delivery, 2)
    slack.wait_for(lambda: sure.store.answers("T0SANDBOX", 1))
    assert len(sure.store.history("T0SANDBOX", 1)) == 1


def test_a_press_on_what_is_gone_is_said_kindly(slack: Sandbox, sure: Bot) -> None:
    reply = begin(slack)
    for block in reply.blocks:
        for element in block.get("elements", []):
            if element.get("type") == "button":
                element["value"] = "999:next"
    slack.person("Sam").click(reply, "Stop for now")
    slack.wait_for(lambda: slack.ephemerals("Sam"))
    assert slack.text_of(slack.ephemerals("Sam")[0]) == GONE


def test_a_settled_label_stands_in_the_answer_and_leads_on(slack: Sandbox, bot: Bot) -> None:
    assess = bot.assessor.assess

    def unsure(text: str) -> Assessment:
        made = certain(assess(text))
        chances = dict.fromkeys(made.engagement.probabilities, 0.0) | {
            "self_help": 0.55,
            "co_production": 0.45,
        }
        return replace(
            made, engagement=replace(made.engagement, abstain=True, label="self_help", probabilities=chances)
        )

    bot.services.__dict__["assess"] = unsure
    reply = reply_to(slack, slack.person("Sam").dm(SURE))
    pair = BOOK.pair_of("self_help", "co_production")
    assert pair is not None
    assert question(reply) == "engagement"
    assert pair.question in slack.text_of(reply)
    click(slack, "Sam", reply, "Neither of these")
    assert labels(reply)[:6] == [option.text for option in BOOK.settling["engagement"].answers]
    click(slack, "Sam", reply, "answer_3")
    assert "Co-production" in slack.text_of(reply)
    assert question(reply) in BOOK.criterion
    click(slack, "Sam", reply, "Stop for now")
    click(slack, "Sam", reply, "Show the labels")
    assert "co-production (settled)" in slack.text_of(reply)


def test_people_without_a_part_are_not_scored(slack: Sandbox, bot: Bot) -> None:
    assess = bot.assessor.assess

    def nothing(text: str) -> Assessment:
        made = certain(assess(text))
        return replace(made, engagement=replace(made.engagement, label="out_of_scope"))

    bot.services.__dict__["assess"] = nothing
    reply = reply_to(slack, slack.person("Sam").dm(SURE))
    assert labels(reply) == ["Details", "Not right?"]
