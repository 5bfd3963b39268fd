"""What no other listener wants is acknowledged: Slack retries a 404, and shows people an error."""

from __future__ import annotations

import logging
import re
import secrets
import sqlite3
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltResponse, Respond
from slack_sdk.errors import SlackApiError

from bot import observe
from bot.services import Services
from bot.views import doors as view

logger = logging.getLogger(__name__)
_ANY = re.compile(".*", re.DOTALL)

# A window opens within three seconds of a press, or not at all.
_LATE = ("expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged")


def register(app: App, _: Services) -> None:
    """Bind the last listeners and the one error handler."""
    app.event(_ANY)(lambda: None)
    app.action(_ANY)(on_stale)
    app.view(_ANY)(lambda ack: ack())
    app.view_closed(_ANY)(lambda ack: ack())
    app.shortcut(_ANY)(lambda ack: ack())
    app.command(_ANY)(lambda ack: ack(view.unknown("this command")))
    app.error(on_error)


def on_stale(ack: Ack, body: dict[str, Any], respond: Respond) -> None:
    """Say that a button of an older version does nothing any more."""
    ack()
    if "view" not in body:
        respond(text=view.STALE, replace_original=False, response_type="ephemeral")


def on_error(error: Exception, body: dict[str, Any], context: BoltContext, respond: Respond) -> BoltResponse:
    """Log under a number, without people's words, and tell the person the number.

    What the store did not take before it was acknowledged stays unacknowledged: Slack sends an event
    again, and shows a person that a press did not go through.
    """
    reference = secrets.token_hex(3)
    # A person's text may stand in the message of an exception: its type and place are logged alone.
    code = error.response["error"] if isinstance(error, SlackApiError) else ""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last is not None else ""
    observe.FAILURES.labels(type(error).__name__).inc()
    logger.error("failed reference=%s error=%s %s at %s", reference, type(error).__name__, code, place)
    words = view.LATE if code in _LATE else view.problem(reference)
    try:
        if body.get("response_url"):
            respond(text=words, replace_original=False, response_type="ephemeral")
    except (OSError, ValueError) as failure:  # the address is gone, or none
        logger.warning("not_told reference=%s error=%s", reference, type(failure).__name__)
    unstored = isinstance(error, sqlite3.OperationalError) and context.ack.response is None
    return BoltResponse(status=500 if unstored else 200, body="")
