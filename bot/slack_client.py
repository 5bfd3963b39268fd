"""The client of Slack's Web API: waits when Slack says so, tries again what can be tried again without harm.

A post that failed may have been posted all the same (5xx, a connection that broke): it is not sent again
blindly, or people would read it twice. Who posts looks first whether it is there.
"""

from __future__ import annotations

from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest

_POSTS = ("chat.postMessage", "chat.postEphemeral")


def make(token: str | None, base_url: str) -> WebClient:
    """A client with the retries above."""
    handlers = [_OnLostConnection(), RateLimitErrorRetryHandler(2), _OnServerError(2)]
    return WebClient(token=token, base_url=base_url, retry_handlers=handlers)


def may_have_happened(error: Exception) -> bool:
    """Whether a call that failed so may have been done all the same."""
    if isinstance(error, SlackApiError):
        return int(getattr(error.response, "status_code", 200) or 200) >= 500
    refused = isinstance(error, URLError) and isinstance(error.reason, ConnectionRefusedError)
    return isinstance(error, OSError) and not refused


class _OnServerError(ServerErrorRetryHandler):
    def _can_retry(self, *, request: HttpRequest, **others: Any) -> bool:
        return not _is_post(request) and super()._can_retry(request=request, **others)


class _OnLostConnection(ConnectionErrorRetryHandler):
    def _can_retry(self, *, request: HttpRequest, **others: Any) -> bool:
        harmless = not _is_post(request) or not may_have_happened(others.get("error") or OSError())
        return harmless and super()._can_retry(request=request, **others)


def _is_post(request: HttpRequest) -> bool:
    return request.url.rsplit("/", 1)[-1].split("?")[0] in _POSTS
