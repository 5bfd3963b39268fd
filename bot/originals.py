"""Fetching what an event does not carry: the message above a mention, a linked or forwarded one, files."""

from __future__ import annotations

import logging
import re
import urllib.request
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import documents
from bot.intake import Original, decode
from bot.store import Message

logger = logging.getLogger(__name__)
_SECONDS = 10
_LINK = re.compile(r"https://[\w.-]+/archives/([CDG]\w+)/p(\d{10})(\d{6})(?:\?\S*?thread_ts=(\d+\.\d+)\S*)?")
_FEW = 12  # words beside a link to a message; with more, the text itself is meant


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Keeps the token from following a redirect to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def must_fetch(message: dict[str, Any]) -> bool:
    """Whether a message's text is not all in its event: a document, a forwarded message, or a link to one."""
    text = decode(message.get("text") or "")
    return (
        any(_readable(file) for file in message.get("files", []))
        or any(part.get("is_share") for part in message.get("attachments", []))
        or _linked(text) is not None
    )


def _readable(file: dict[str, Any]) -> bool:
    if file.get("file_access") == "check_file_info":  # of a shared channel; what it is must be asked
        return True
    return documents.is_readable(
        str(file.get("name") or ""), str(file.get("mimetype") or ""), str(file.get("mode") or "")
    )


def _linked(text: str) -> re.Match[str] | None:
    found = _LINK.search(text)
    return found if found and len(_LINK.sub("", text).split()) < _FEW else None


def original(client: WebClient, message: Message) -> Original:
    """Author and text of a message, with files, forwarded and linked messages read in."""
    at = _message(client, message.channel, message.message_ts, message.thread_ts)
    if at is None:
        return Original(message.author, "", "message_gone")
    text = decode(at.get("text") or "")
    link = _linked(text)
    if link is not None:
        return _follow(client, message, link)
    parts = [text] + [
        decode(part.get("text", "")) for part in at.get("attachments", []) if part.get("is_share")
    ]
    problem = ""
    for file in at.get("files", []):
        if _readable(file):
            try:
                parts.append(document(client, file))
            except documents.Unreadable as error:
                problem = f"file_{error}"
                logger.warning("file_unreadable id=%s why=%s", file.get("id"), error)
    return Original(
        at.get("user", message.author), "\n".join(part for part in parts if part).strip(), problem
    )


def _message(client: WebClient, channel: str, ts: str, thread_ts: str) -> dict[str, Any] | None:
    found = client.conversations_replies(channel=channel, ts=thread_ts, oldest=ts, latest=ts, inclusive=True)
    return next((one for one in found["messages"] if one["ts"] == ts), None)


def _follow(client: WebClient, asked: Message, link: re.Match[str]) -> Original:
    """The linked message, if the person who asks may read it: a bot must not read out private channels."""
    channel, ts = link[1], f"{link[2]}.{link[3]}"
    try:
        if not _may_read(client, channel, asked.asker):
            return Original(asked.author, "", "link_closed")
        at = _message(client, channel, ts, link[4] or ts)
    except SlackApiError as error:
        logger.info("link_closed error=%s", error.response["error"])
        return Original(asked.author, "", "link_closed")
    if at is None:
        return Original(asked.author, "", "message_gone")
    return Original(asked.author, decode(at.get("text") or "").strip())


def _may_read(client: WebClient, channel: str, person: str) -> bool:
    found = client.conversations_info(channel=channel)["channel"]
    if not (found.get("is_private") or found.get("is_im") or found.get("is_mpim")):
        return True
    pages = client.conversations_members(channel=channel, limit=200)
    return any(person in page["members"] for page in pages)


def document(client: WebClient, file: dict[str, Any]) -> str:
    """The text of a shared file.

    Raises:
        Unreadable: with the reason, `refused` where Slack does not give it.
    """
    if file.get("file_access") == "check_file_info":
        file = client.files_info(file=str(file["id"]))["file"]
    if int(file.get("size") or 0) > documents.MOST_BYTES:
        raise documents.Unreadable("too_large")
    return documents.read(str(file.get("name") or ""), download(client, file, documents.MOST_BYTES))


def download(client: WebClient, file: dict[str, Any], most_bytes: int) -> bytes:
    """The bytes of a shared file.

    Raises:
        Unreadable: `refused` where Slack does not give it.
    """
    address = file.get("url_private_download") or file["url_private"]
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {client.token}"})
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=_SECONDS) as answer:
            # Without the scope Slack answers 200 and a login page; a page that somebody shared is a file.
            is_page = "html" in answer.headers.get("Content-Type", "")
            if is_page and not str(file.get("name") or "").lower().endswith((".html", ".htm")):
                logger.warning("file_refused id=%s: is the scope files:read missing?", file.get("id"))
                raise documents.Unreadable("refused")
            return bytes(answer.read(most_bytes + 1))
    except (OSError, HTTPException) as error:
        logger.warning("file_failed id=%s error=%s", file.get("id"), type(error).__name__)
        raise documents.Unreadable("refused") from error
