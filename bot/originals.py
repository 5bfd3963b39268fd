"""Fetching what an event does not carry: the message above a mention, and text files."""

from __future__ import annotations

import logging
import urllib.request
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient

from bot.intake import decode
from bot.store import Message

logger = logging.getLogger(__name__)
MOST_BYTES = 1_000_000
_SECONDS = 10


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Keeps the token from following a redirect to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def is_text(file: dict[str, Any]) -> bool:
    """Whether a file of an event is plain text, as a long paste that Slack made a snippet is."""
    return file.get("mode") == "snippet" or str(file.get("mimetype", "")).startswith("text/plain")


def original(client: WebClient, message: Message) -> tuple[str, str]:
    """Author and text of a message, with forwarded messages and text files read in."""
    found = client.conversations_replies(
        channel=message.channel,
        ts=message.thread_ts,
        oldest=message.message_ts,
        latest=message.message_ts,
        inclusive=True,
    )["messages"]
    at: dict[str, Any] = next((one for one in found if one["ts"] == message.message_ts), {})
    parts = [decode(at.get("text") or "")]
    parts += [decode(part.get("text", "")) for part in at.get("attachments", []) if part.get("is_share")]
    parts += [_download(client, file) for file in at.get("files", []) if is_text(file)]
    return at.get("user", message.author), "\n".join(part for part in parts if part).strip()


def _download(client: WebClient, file: dict[str, Any]) -> str:
    """The text of a file, cut at `MOST_BYTES`; empty where Slack does not give it."""
    address = file.get("url_private_download") or file["url_private"]
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {client.token}"})
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=_SECONDS) as answer:
            # Without the scope Slack answers 200 and a login page.
            if "html" in answer.headers.get("Content-Type", ""):
                logger.warning("file_refused id=%s: is the scope files:read missing?", file.get("id"))
                return ""
            return str(answer.read(MOST_BYTES).decode("utf-8", "replace"))
    except (OSError, HTTPException) as error:
        logger.warning("file_failed id=%s error=%s", file.get("id"), type(error).__name__)
        return ""
