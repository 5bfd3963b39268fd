"""Reviewing in Slack: roles, queue, *Save and next*, two opinions, history, what the author reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot import review
from bot.roles import Role, role_of
from bot.sandbox import Sandbox
from bot.sandbox.views import View
from bot.sandbox.workspace import Message
from bot.views import doors
from bot.views.review import EMPTY
from classifier.assessment import Assessment
from tests.bots import SURE, Bot, reply_to

TEAM = "T0SANDBOX"


@pytest.fixture
def team(bot: Bot) -> Bot:
    """Riley reviews, Morgan administers, the model is never sure."""
    assess = bot.assessor.assess

    def unsure(text: str) -> Assessment:
        made = assess(text)
        return replace(made, engagement=replace(made.engagement, abstain=True))

    bot.services.__dict__["assess"] = unsure
    bot.services.reviews.set_role(TEAM, "U0RILEY", "reviewer", "U0MORGAN", bot.now())
    return bot


def paste(slack: Sandbox, count: int = 1) -> list[Message]:
    messages = []
    for number in range(count):
        messages.append(slack.person("Sam").dm(f"{SURE} Since then {number + 2} winters have passed."))
        reply_to(slack, messages[-1])
    return messages


def open_next(slack: Sandbox, person: str) -> View:
    who = slack.person(person)
    count = len(slack.ephemerals(person))
    who.slash("engagement", "/rung queue")
    slack.wait_for(lambda: len(slack.ephemerals(person)) > count)
    who.click(slack.ephemerals(person)[-1], "Review the next one")
    return slack.wait_for(lambda: who.modal)


def labels(engagement: str, pathway: str = "inside_out", **more: Any) -> dict[str, Any]:
    return {"Type": engagement, "Pathway": pathway, "Who benefits": "group", **more}


def test_staff_may_not_review_nor_retrain_nor_by_an_old_button(slack: Sandbox, team: Bot) -> None:
    paste(slack)
    sam, riley = slack.person("Sam"), slack.person("Riley")
    for words in ("queue", "models", "retrain", "reviewers add @Sam"):
        count = len(slack.ephemerals("Sam"))
        sam.slash("engagement", f"/rung {words}")
        slack.wait_for(lambda count=count: len(slack.ephemerals("Sam")) > count)
        assert slack.text_of(slack.ephemerals("Sam")[-1]).startswith("That is for reviewers and admins.")
    form = open_next(slack, "Riley")
    team.services.reviews.set_role(TEAM, "U0RILEY", None, "U0MORGAN", team.now())
    assert riley.submit(form, labels("consultation")) == {"engagement": doors.NOT_ALLOWED}
    assert team.services.reviews.of_case(TEAM, 1) == []


def test_admins_add_and_remove_people_and_groups(slack: Sandbox, team: Bot) -> None:
    morgan, client = slack.person("Morgan"), team.app.client
    morgan.slash("engagement", "/rung reviewers add @Sam")
    slack.wait_for(lambda: role_of(team.services, client, TEAM, "U0SAM") is Role.REVIEWER)
    morgan.slash("engagement", "/rung reviewers remove @Sam")
    slack.wait_for(lambda: role_of(team.services, client, TEAM, "U0SAM") is Role.STAFF)
    team.services.reviews.set_role(TEAM, "U0RILEY", None, "U0MORGAN", team.now())
    morgan.slash("engagement", "/rung reviewers add @reviewers")
    slack.wait_for(lambda: role_of(team.services, client, TEAM, "U0RILEY") is Role.REVIEWER)
    morgan.slash("engagement", "/rung queu")
    slack.wait_for(lambda: "Did you mean /rung queue?" in slack.text_of(slack.ephemerals("Morgan")[-1]))


def test_save_and_next_in_four_clicks_tells_the_author_and_mends_the_answer(
    slack: Sandbox, team: Bot
) -> None:
    first, second = paste(slack, 2)
    form = open_next(slack, "Riley")
    riley = slack.person("Riley")
    assert "2 waiting. Here because the model was not sure" in slack.text_of(form)
    held = int(form.body["private_metadata"].split(":")[0])
    wrong = labels("consultation", **{"Words that decide it": "not in the text"})
    assert riley.submit(form, wrong) == {"span": "These words are not in the text. Copy them from it."}
    right = labels("consultation", **{"Words that decide it": "food bank", "Comment": "They <ask>."})
    assert riley.submit(form, right) is None
    assert riley.modal is form  # the next case, in the same form
    assert form.body["private_metadata"].split(":")[0] != str(held)
    kept = team.services.reviews.of_case(TEAM, held)
    assert [(one.labels, one.span, one.person) for one in kept] == [
        (("consultation", "inside_out"), "food bank", "U0RILEY")
    ]
    if review.verdict(kept, held).needed:
        return  # this case is in the part that two people read
    message = first if held == 1 else second
    told = slack.wait_for(
        lambda: [m for m in slack.replies(message) if "A reviewer has read" in slack.text_of(m)]
    )
    assert "consultation, inside-out" in slack.text_of(told[0])
    assert "They <ask>." in slack.text_of(told[0])
    answer = slack.replies(message)[0]
    slack.wait_for(lambda: "This is consultation (settled)" in slack.text_of(answer))


def test_two_reviewers_get_two_cases_and_at_the_end_it_says_so(slack: Sandbox, team: Bot) -> None:
    team.services.reviews.set_role(TEAM, "U0SAM", "reviewer", "U0MORGAN", team.now())
    paste(slack, 2)
    forms = [open_next(slack, person) for person in ("Riley", "Sam")]
    cases = {form.body["private_metadata"].split(":")[0] for form in forms}
    assert cases == {"1", "2"}
    for person, form in zip(("Riley", "Sam"), forms, strict=True):
        assert slack.person(person).submit(form, labels("information")) is None
    while "waiting" in slack.text_of(forms[0]):  # what two people are to read comes to the other
        slack.person("Riley").submit(forms[0], labels("information"))
    assert EMPTY in slack.text_of(forms[0])


def test_two_that_differ_are_both_kept_and_a_third_decides(slack: Sandbox, team: Bot) -> None:
    for person in ("U0SAM", "U0MORGAN"):
        team.services.reviews.set_role(TEAM, person, "reviewer", "U0MORGAN", team.now())
    paste(slack)
    opinions = {"Riley": "consultation", "Sam": "participation", "Morgan": "participation"}
    riley, sam = open_next(slack, "Riley"), None
    team.services.reviews.settle(TEAM, 1, lambda _: False, team.now())  # Sam has the same case open
    sam = open_next(slack, "Sam")
    slack.person("Riley").submit(riley, labels(opinions["Riley"]))
    slack.person("Sam").submit(sam, labels(opinions["Sam"]))
    assert len(team.services.reviews.of_case(TEAM, 1)) == 2
    assert "again" in team.services.reviews.reasons(TEAM, 1)
    form = open_next(slack, "Morgan")
    assert "Another reviewer said" not in slack.text_of(form)  # blind until he has answered
    slack.person("Morgan").submit(form, labels(opinions["Morgan"]))
    found = review.verdict(team.services.reviews.of_case(TEAM, 1), 1)
    assert found.standing is not None
    assert found.standing.engagement == "participation"
    assert team.services.reviews.waiting(TEAM) == []


def test_a_review_is_revised_and_undone_with_its_history(slack: Sandbox, team: Bot) -> None:
    paste(slack)
    riley = slack.person("Riley")
    riley.submit(open_next(slack, "Riley"), labels("consultation"))
    riley.close(slack.wait_for(lambda: riley.modal))
    riley.slash("engagement", "/rung reviews")
    mine = slack.wait_for(lambda: [m for m in slack.ephemerals("Riley") if "Revise" in slack.text_of(m)])[-1]
    riley.click(mine, "Revise")
    form = slack.wait_for(lambda: riley.modal)
    assert form.state["engagement"]["engagement"]["selected_option"]["value"] == "consultation"
    riley.submit(form, labels("self_help"))
    riley.click(mine, "Undo")
    slack.wait_for(lambda: team.services.reviews.of_case(TEAM, 1) == [])
    steps = [(s.action, s.engagement, s.pathway, s.current) for s in team.services.reviews.history(TEAM, 1)]
    assert steps == [
        ("save", "consultation", "inside_out", False),
        ("revise", "self_help", "outside_in", False),  # the codebook ties its pathway
        ("undo", "self_help", "outside_in", True),
    ]
    assert len(team.services.reviews.waiting(TEAM)) == 1


def test_not_right_comes_into_the_queue_at_once_and_first(slack: Sandbox, team: Bot) -> None:
    _, message = paste(slack, 2)
    sam = slack.person("Sam")
    sam.click(reply_to(slack, message), "Not right?")
    sam.submit(slack.wait_for(lambda: sam.modal), {"Type": "consultation"})
    assert "author" in team.services.reviews.reasons(TEAM, 2)
    first = review.order(team.services.reviews.waiting(TEAM), team.now())[0]
    assert (first.case, first.reasons) == (2, ("unsure", "author"))
    slack.person("Riley").open_home()
    assert "2 waiting" in slack.text_of(slack.wait_for(lambda: slack.person("Riley").home))


def test_a_blind_share_sees_no_labels(slack: Sandbox, team: Bot) -> None:
    count = next(n for n in range(1, 30) if review.share("blind", f"{n}:U0RILEY", review.BLIND_SHARE))
    paste(slack, count)
    for entry in team.services.reviews.waiting(TEAM):
        if entry.case != count:
            team.services.reviews.settle(TEAM, entry.case, lambda _: True, team.now())
    form = open_next(slack, "Riley")
    assert "The model says" not in slack.text_of(form)
    assert form.state["engagement"]["engagement"]["selected_option"] is None
    slack.person("Riley").submit(form, labels("consultation"))
    assert team.services.reviews.of_case(TEAM, count)[0].blind
