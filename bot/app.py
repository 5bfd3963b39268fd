"""The Bolt app and its two doors: Slack's HTTP requests, and Socket Mode."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette.handler import to_starlette_response
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler, ServerErrorRetryHandler
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.listeners import register
from bot.services import Services
from bot.settings import Settings

_LISTENERS = 24  # at once; Bolt's own 5 let a button wait past Slack's 3 seconds behind slow uploads


def create_app(settings: Settings, services: Services) -> App:
    """The bot, ready for requests from either door."""
    client = WebClient(token=settings.bot_token.get_secret_value(), base_url=settings.api_url)
    client.retry_handlers += [RateLimitErrorRetryHandler(2), ServerErrorRetryHandler(2)]
    # A request with a bad signature is logged with its whole body at INFO: people's texts stay out of logs.
    logging.getLogger("slack_bolt.RequestVerification").setLevel(logging.WARNING)
    app = App(
        client=client,
        # Socket Mode has no signatures to check; Bolt wants a secret all the same.
        signing_secret=settings.signing_secret.get_secret_value() or "none",
        listener_executor=ThreadPoolExecutor(_LISTENERS, thread_name_prefix="listener"),
    )
    register(app, services)
    return app


def _bolt_request(raw: str, headers: Headers) -> BoltRequest:
    """A request as Bolt wants it.

    Bolt takes a slash command whose text has the letters "payload" in it for an interaction, and finds it
    empty. Written as "%70ayload" it reads the same and is let through; the signature is over the raw body.
    """
    is_command = not raw.startswith(("payload=", "{"))
    body = raw.replace("payload", "%70ayload") if is_command else raw
    request = BoltRequest(body=body, headers=dict(headers.items()))
    request.raw_body = raw
    return request


def socket(app: App, settings: Settings) -> SocketModeHandler:
    """The Socket Mode door; `connect()` opens it, `close()` shuts it."""
    return SocketModeHandler(app, settings.app_token.get_secret_value())


def web(app: App, door: SocketModeHandler | None = None) -> Starlette:
    """Health at `/healthz` and `/readyz`; Slack's requests at `/slack/events` unless a socket takes them."""

    async def events(request: Request) -> Response:
        try:
            asked = _bolt_request((await request.body()).decode(), request.headers)
            return to_starlette_response(await run_in_threadpool(app.dispatch, asked))
        except (ValueError, AttributeError, TypeError):
            # Bolt reads the body before it checks the signature: malformed JSON from anybody ends here.
            return PlainTextResponse("This is no request from Slack.", 400)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_: Request) -> Response:
        ready = door is None or door.client.is_connected()
        return PlainTextResponse("ready" if ready else "not connected to Slack", 200 if ready else 503)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if door is not None:
            door.connect()  # type: ignore[no-untyped-call]
        yield
        if door is not None:
            door.close()  # type: ignore[no-untyped-call]

    routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
    if door is None:
        routes.append(Route("/slack/events", events, methods=["POST"]))
    return Starlette(routes=routes, lifespan=lifespan)
