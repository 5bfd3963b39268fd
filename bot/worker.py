"""What is done by the clock: answer what is due. Jobs are claimed in the store, so two workers do no harm."""

from __future__ import annotations

import logging
import threading

from slack_sdk import WebClient

from bot import replies
from bot.services import Services

logger = logging.getLogger(__name__)
EVERY_SECONDS = 20.0


def tick(services: Services, client: WebClient) -> None:
    """Do once what is due."""
    replies.answer_due(services, client)


def run(services: Services, client: WebClient, stopped: threading.Event) -> None:
    """Tick until stopped."""
    while True:
        try:
            tick(services, client)
        except Exception:  # one bad tick must not end the worker; the next one tries again
            logger.exception("tick_failed")
        if stopped.wait(EVERY_SECONDS):
            return
