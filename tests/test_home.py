"""The Home tab, its search, and the facts beneath."""

from __future__ import annotations

from bot.facts import words
from bot.sandbox import Sandbox
from bot.store import Message
from tests.bots import SURE, Bot, reply_to
from tests.test_summary import fact, insert

TEAM = "T0SANDBOX"


def test_home_shows_ones_own_cases_searches_public_ones_and_never_others_private_ones(
    slack: Sandbox, bot: Bot
) -> None:
    insert(
        bot.store,
        [fact(n, author="U0SAM") for n in range(1, 21)]
        + [fact(31, author="U0RILEY"), fact(32, author="U0RILEY", privacy="im", channel="D9")],
    )
    sam = slack.person("Sam")
    sam.open_home()
    home = slack.wait_for(lambda: sam.home)
    assert "Your cases: 20" in slack.text_of(home)
    for _ in range(2):
        before = slack.text_of(home)
        sam.click(home, "Older")
        slack.wait_for(lambda before=before: slack.text_of(home) != before)
    assert "[Older]" not in slack.text_of(home)
    for wanted, count in (("garden", 21), ("word31", 1), ("word32", 0), ('" OR *', 0)):
        found, total = bot.services.facts.page(TEAM, "U0SAM", search=wanted, mine=False)
        assert total == count, (wanted, found)
    block = next(b for b in home.blocks if b.get("dispatch_action"))
    sam.press(home, block, block["element"], "word31")
    slack.wait_for(lambda: "Found: 1" in slack.text_of(home))


def test_resume_brings_the_next_question_to_its_thread(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    reply = reply_to(slack, sam.dm(SURE))
    slack.wait_for(lambda: bot.store.case(TEAM, 1).reply_ts)
    sam.open_home()
    home = slack.wait_for(lambda: sam.home)
    sam.click(home, "Go on")
    slack.wait_for(lambda: "Stop for now" in slack.text_of(reply))
    assert "open it" in slack.text_of(slack.wait_for(lambda: sam.modal))


def test_search_words_are_words_and_no_commands() -> None:
    assert words('a "b" NOT c* (d)') == '"a"* "b"* "NOT"* "c*"* "(d)"*'
    assert words(' " ') == ""


def test_a_fact_follows_answers_and_reviews(bot: Bot) -> None:
    message = Message(TEAM, "C1", "1.1", "1.1", "U1", "U1", SURE)
    case_id, _ = bot.store.keep(message, bot.now())
    bot.store.record(bot.store.case(TEAM, case_id), bot.assessor.assess(SURE), bot.now())
    bot.store.answer(TEAM, case_id, {"engagement": "3", "reach": "3"}, "U1", bot.now())
    bot.services.facts.refresh(bot.store.case(TEAM, case_id), "public")
    ((found, begin),), _ = bot.services.facts.page(TEAM, "U1")
    assert (found.engagement, found.settled_by, found.low, found.privacy) == (
        "co_production",
        "person",
        8,
        "public",
    )
    assert SURE.startswith(begin)
