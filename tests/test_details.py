"""*Details* and *Not right?*."""

from __future__ import annotations

from bot.sandbox import Sandbox
from bot.sandbox.views import View
from bot.sandbox.workspace import Message
from bot.views.correction import SAME
from tests.bots import BOOK, SURE, Bot, reply_to


def opened(slack: Sandbox, person: str, reply: Message, what: str) -> View:
    slack.person(person).click(reply, what)
    return slack.wait_for(lambda: slack.person(person).modal)


def image(view: View) -> str:
    return next((block["alt_text"] for block in view.blocks if block["type"] == "image"), "")


def test_details_say_how_sure_why_not_the_runner_up_and_what_is_alike(slack: Sandbox, bot: Bot) -> None:
    reply = reply_to(slack, slack.person("Sam").dm(SURE))
    view = opened(slack, "Sam", reply, "Details")
    assessment = bot.store.case("T0SANDBOX", 1).assessment
    assert assessment is not None
    shown = slack.text_of(view)
    for head in (assessment.engagement, assessment.pathway):
        pair = BOOK.pair_of(head.label, head.runner_up)
        assert pair is not None
        assert pair.rule in shown
    assert len(assessment.similar) == 3
    for case in assessment.similar:
        assert case.id in shown
        assert case.because in shown
    for scale in BOOK.crosswalk:
        assert scale.source in shown
    alt = slack.wait_for(lambda: image(view))
    for label in [*BOOK.engagement.values(), *BOOK.pathway.values()]:
        assert label.name.lower() in alt.lower()


def test_a_picture_that_slack_refuses_leaves_the_bars_in_words(slack: Sandbox, bot: Bot) -> None:
    slack.fail_next("files.getUploadURLExternal", times=9, status=400)
    reply = reply_to(slack, slack.person("Sam").dm(SURE))
    view = opened(slack, "Sam", reply, "Details")
    assert "█" in slack.text_of(view)
    slack.person("Sam").close(view)
    assert slack.person("Sam").modal is None


def test_the_pair_question_in_the_details_settles_the_label(slack: Sandbox, bot: Bot) -> None:
    reply = reply_to(slack, slack.person("Sam").dm(SURE))
    view = opened(slack, "Sam", reply, "Details")
    slack.wait_for(lambda: image(view))
    settle = [
        element
        for block in view.blocks
        for element in block.get("elements", [])
        if element.get("action_id", "").startswith("settle_")
    ]
    if not settle:  # a model that is this sure asks nothing; *Not right?* is the way then
        return
    label = settle[0]["value"].split(":")[2]
    slack.person("Sam").click(view, settle[0]["action_id"])
    name = (BOOK.engagement.get(label) or BOOK.pathway[label]).name.lower()
    slack.wait_for(lambda: f"{name} (settled)" in slack.text_of(reply))
    slack.wait_for(lambda: f"Settled: {name}." in slack.text_of(view))


def test_not_right_keeps_label_and_reason_and_says_so(slack: Sandbox, bot: Bot) -> None:
    reply = reply_to(slack, slack.person("Sam").mention("engagement", SURE))
    riley = slack.person("Riley")  # anybody who reads it may say so
    form = opened(slack, "Riley", reply, "Not right?")
    assert riley.submit(form) == {"engagement": SAME}
    assert riley.modal is form
    assert (
        riley.submit(form, {"Type": "consultation", "Pathway": "inside_out", "Why?": " The council <asks>. "})
        is None
    )
    assert riley.modal is None
    kept = bot.store.corrections("T0SANDBOX", 1)
    assert [(c.engagement, c.pathway, c.reason, c.person) for c in kept] == [
        ("consultation", "inside_out", "The council <asks>.", "U0RILEY")
    ]
    slack.wait_for(lambda: slack.ephemerals("Riley"))
    assert "consultation, inside-out" in slack.text_of(slack.ephemerals("Riley")[0])
    again = opened(slack, "Riley", reply, "Not right?")
    assert riley.submit(again, {"Why?": "The phrase is about another project."}) is None
    assert len(bot.store.corrections("T0SANDBOX", 1)) == 2
