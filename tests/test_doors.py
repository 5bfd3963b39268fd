"""`/rung`, the form, the message shortcut, the Home tab, and what nothing answers."""

from __future__ import annotations

from bot.sandbox import Sandbox
from bot.views import doors as view
from tests.bots import SURE, Bot, reply_to


def test_help_in_one_screen_and_unknown_words(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    for text, start in (("/rung help", "What I do:"), ("/rung payload <!channel>", "I do not know “payload")):
        count = len(slack.ephemerals("Sam"))
        assert sam.slash("random", text).ok
        slack.wait_for(lambda count=count: len(slack.ephemerals("Sam")) > count)
        shown = slack.ephemerals("Sam")[-1]
        assert slack.text_of(shown).startswith(start)
        assert "<!channel>" not in shown.text


def test_the_form_takes_a_long_text_and_answers_in_the_direct_message(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    sam.slash("engagement", "/rung")
    form = slack.wait_for(lambda: sam.modal)
    long = f"{'The strategy names many aims for the years to come. ' * 200}{SURE}"
    assert sam.submit(form, {"Description of the initiative": long}) is None
    posted = slack.wait_for(lambda: slack.workspace.messages("D0SAM"))[0]
    reply_to(slack, posted)
    case = bot.store.find("T0SANDBOX", "D0SAM", posted.ts)
    assert case is not None
    assert (case.message.text, case.message.author) == (long, "U0SAM")


def test_a_form_that_slack_does_not_take_stays_open_with_its_text(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    sam.slash("engagement", "/rung")
    form = slack.wait_for(lambda: sam.modal)
    slack.fail_next("chat.postMessage", times=1, status=400)
    assert sam.submit(form, {"text": SURE}) == {"text": view.NOT_TAKEN}
    assert sam.modal is form
    assert sam.submit(form) is None


def test_the_shortcut_reads_a_message_and_says_where_the_answer_is(slack: Sandbox, bot: Bot) -> None:
    message = slack.person("Riley").post("engagement", SURE)
    for count, words in ((1, view.READ), (2, view.READ_BEFORE)):
        slack.person("Sam").shortcut("classify_message", message)
        slack.wait_for(lambda count=count: len(slack.ephemerals("Sam")) == count)
        assert slack.text_of(slack.ephemerals("Sam")[-1]) == words
    assert len(slack.replies(message)) == 1


def test_the_shortcut_where_rung_is_not_let_in_says_how(slack: Sandbox, bot: Bot, request: object) -> None:
    message = slack.person("Riley").post("random", SURE)
    slack.person("Sam").shortcut("classify_message", message)
    slack.wait_for(lambda: slack.ephemerals("Sam"))
    assert "/invite @Rung" in slack.text_of(slack.ephemerals("Sam")[0])
    assert [call.answer["error"] for call in slack.refused()] == ["not_in_channel"]
    slack._calls.clear()


def test_the_home_tab_shows_the_way(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    sam.open_home()
    home = slack.wait_for(lambda: sam.home)
    sam.click(home, "Classify a description")
    assert slack.wait_for(lambda: sam.modal).title == "Classify a description"


def test_a_button_of_an_older_version_is_answered(slack: Sandbox, bot: Bot) -> None:
    message = reply_to(slack, slack.person("Sam").dm(SURE))
    for block in message.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == "details":
                element["action_id"] = "gone_since_2025"
    delivery = slack.person("Sam").click(message, "Details")
    assert delivery is not None
    assert delivery.ok
    slack.wait_for(lambda: slack.ephemerals("Sam"))
    assert slack.text_of(slack.ephemerals("Sam")[0]) == view.STALE
