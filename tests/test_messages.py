"""Every message the bot can show: its buttons lead somewhere, its whole is said in words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot import followup
from bot.ids import Callback
from bot.reviews import Review
from bot.sandbox import limits
from bot.sandbox.errors import SlackError
from bot.store import Message, StoredCase
from bot.views import assessment as assessment_view
from bot.views import correction, details, doors
from bot.views import followup as followup_view
from bot.views import review as review_view
from bot.views.parts import Reply
from classifier.assess import Assessor
from classifier.assessment import Assessment, Evidence
from tests.bots import BOOK, SURE, Bot

Json = dict[str, Any]
LONGEST = "w" * 500


def variants(assessor: Assessor) -> list[Assessment]:
    """Assessments of every kind: each label asserted and not, with suggestions, no description."""
    sure = assessor.assess(SURE)
    made = [assessor.assess(text) for text in ("", "hello", "thanks", "What is it?", "too short a text")]
    found = {key: Evidence(3, LONGEST, 0, 1) for key in BOOK.criterion}
    for label in BOOK.engagement:
        chances = dict.fromkeys(BOOK.engagement, 0.1) | {label: 0.5}
        for abstain in (True, False):
            head = replace(sure.engagement, label=label, abstain=abstain, probabilities=chances)
            made.append(replace(sure, engagement=head, modes=tuple(BOOK.mode), criteria=found))
    for label in BOOK.pathway:
        chances = dict.fromkeys(BOOK.pathway, 0.25) | {label: 0.5}
        made.append(
            replace(sure, pathway=replace(sure.pathway, label=label, abstain=True, probabilities=chances))
        )
    return made


def replies(assessment: Assessment) -> list[Reply]:
    case = StoredCase(1, Message("T1", "C1", "1.1", "1.1", "U1", "U1", SURE), assessment)
    shown = [assessment_view.render(BOOK, case)]
    if not assessment.is_description:
        return shown
    for answers in (
        {},
        {"reach": "2"},
        dict.fromkeys(BOOK.criterion, "1"),
        {"engagement": "3", "pathway": "0"},
    ):
        now = followup.standing(BOOK, assessment, answers)
        shown.append(followup_view.card(BOOK, case, answers, now))
        shown.append(assessment_view.render(BOOK, case, answers))
        for key in [*BOOK.criterion, *BOOK.settling, followup.CONFIRM]:
            shown.append(followup_view.question(BOOK, case, answers, now, key, "reach"))
    return shown


def views(assessment: Assessment) -> list[Json]:
    case = StoredCase(1, Message("T1", "C1", "1.1", "1.1", "U1", "U1", SURE), assessment)
    made = [doors.form(), correction.render(BOOK, case, assessment)]
    review = Review(
        1, "U1", "consultation", "unclear", "group", (), "", "so <!here>", False, "x", "y", "2026"
    )
    for blind in (True, False):
        form = {"blind": blind, "left": 3, "before": None if blind else review, "others": [review]}
        made.append(review_view.form(BOOK, case, assessment, list(review_view.WHY), **form))  # type: ignore[arg-type]
    for image in (None, "F1"):
        made.append(details.render(BOOK, case, assessment, {}, image=image, may_settle=True))
    return made


def check(call: Any, *arguments: Any) -> list[str]:
    """Faults that Slack would find."""
    try:
        call(*arguments)
    except SlackError as error:
        return [error.code, *error.messages]
    return []


def test_everything_shown_is_within_slacks_limits_and_said_in_words(assessor: Assessor) -> None:
    for assessment in variants(assessor):
        for reply in replies(assessment):
            assert check(limits.check_message_blocks, reply.blocks, lambda _: True) == []
            assert 0 < len(reply.text) < 4000
            assert "*" not in reply.text
            said = " ".join(reply.text.split())
            for block in reply.blocks:
                if block["type"] == "section":  # what is read on screen is in the words for those who hear it
                    line = block["text"]["text"].split("\n")[0].replace("*", "").replace(" (suggested)", "")
                    assert line[:60] in said
        for view in views(assessment) if assessment.is_description else []:
            assert check(limits.check_view, view, lambda _: True) == []


def test_every_button_and_form_has_a_listener(bot: Bot, assessor: Assessor) -> None:
    app = bot.app
    stale = re.compile("stale|<lambda>")
    for assessment in variants(assessor):
        blocks = [block for reply in replies(assessment) for block in reply.blocks]
        blocks += (
            [b for view in views(assessment) for b in view["blocks"]] if assessment.is_description else []
        )
        for element in pressable(blocks):
            payload = {"type": "block_actions", "actions": [{**element, "block_id": "b"}]}
            assert not stale.search(listener_of(app, payload)), element["action_id"]
    for callback in (Callback.CORRECTION, Callback.DESCRIPTION, Callback.REVIEW):
        payload = {"type": "view_submission", "view": {"type": "modal", "callback_id": callback}}
        assert not stale.search(listener_of(app, payload))


def pressable(blocks: list[Json]) -> list[Json]:
    elements = [e for block in blocks if block["type"] == "actions" for e in block["elements"]]
    elements += [block["accessory"] for block in blocks if "accessory" in block]
    return list({element["action_id"]: element for element in elements}.values())


def listener_of(app: Any, payload: Json) -> str:
    """Name of the first listener that Bolt would take."""
    from slack_bolt import BoltRequest, BoltResponse

    request = BoltRequest(body=payload, mode="socket_mode")
    for listener in app._listeners:
        if listener.matches(req=request, resp=BoltResponse(status=404)):
            function = listener.ack_function
            return getattr(function, "__name__", "") or str(function.func.__name__)
    return "stale"
