"""What was pressed, by whom, and the case it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, Respond

from bot.services import Services
from bot.store import NotFound, StoredCase

DROPPED = "The text is no longer kept: its time is over. Paste it again to go on."
GONE = "This description is no longer here. Paste it again to go on."


@dataclass(frozen=True)
class Press:
    """A button or menu: `rest` is what its value carries after the number of the case."""

    team: str
    person: str
    case: str
    rest: tuple[str, ...]
    in_message: bool


def pressed(body: dict[str, Any]) -> Press:
    """Read a press from what Slack sends of it."""
    action = body["actions"][0]
    chosen = action.get("selected_option") or action
    number, *rest = str(chosen.get("value", "")).split(":")
    return Press(body["team"]["id"], body["user"]["id"], number, tuple(rest), "view" not in body)


def found(services: Services, press: Press, respond: Respond, ack: Ack) -> StoredCase | None:
    """The case of a press; where there is none any more, that is acknowledged and the person told so."""
    try:
        case = services.store.case(press.team, int(press.case))
    except (NotFound, ValueError):
        ack()
        if press.in_message:
            respond(text=GONE, replace_original=False, response_type="ephemeral")
        return None
    if case.assessment is None and case.message.text == "" and press.in_message:
        ack()
        respond(text=DROPPED, replace_original=False, response_type="ephemeral")
        return None
    return case
