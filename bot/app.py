"""The Bolt app and its two doors: Slack's HTTP requests, and Socket Mode."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette.handler import to_starlette_response
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store.sqlite3 import SQLite3InstallationStore
from slack_sdk.oauth.state_store.sqlite3 import SQLite3OAuthStateStore
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot import observe, slack_client
from bot.listeners import register
from bot.manifest import SCOPES
from bot.replies import Clients
from bot.services import Services
from bot.settings import Settings
from classifier.registry import RegistryError

_MOST_BYTES = (
    10_000_000  # of a request; Slack's largest are views of 250 kB and messages of 40,000 characters
)
_LISTENERS = 24  # at once; Bolt's own 5 let a button wait past Slack's 3 seconds behind slow uploads


def create_app(settings: Settings, services: Services) -> App:
    """The bot, ready for requests from either door."""
    client = slack_client.make(settings.bot_token.get_secret_value() or None, settings.api_url)
    # A request with a bad signature is logged with its whole body at INFO: people's texts stay out of logs.
    logging.getLogger("slack_bolt.RequestVerification").setLevel(logging.WARNING)
    app = App(
        client=client,
        oauth_flow=_installing(settings, client) if settings.many_workspaces else None,
        # Socket Mode has no signatures to check; Bolt wants a secret all the same.
        signing_secret=settings.signing_secret.get_secret_value() or "none",
        listener_executor=ThreadPoolExecutor(_LISTENERS, thread_name_prefix="listener"),
    )
    register(app, services)
    return app


def _installing(settings: Settings, client: WebClient) -> OAuthFlow:
    """Installation by workspaces themselves; their tokens are kept in the store's own file."""
    database, number = str(settings.store), settings.client_id
    return OAuthFlow(
        client=client,
        settings=OAuthSettings(
            client_id=number,
            client_secret=settings.client_secret.get_secret_value(),
            scopes=SCOPES,
            installation_store=SQLite3InstallationStore(database=database, client_id=number),
            state_store=SQLite3OAuthStateStore(database=database, expiration_seconds=600),
        ),
    )


def clients_of(app: App, settings: Settings) -> Clients:
    """The client of each workspace: with its own token where workspaces install the app by themselves."""
    if not settings.many_workspaces:
        return lambda _: app.client

    def client(team_id: str) -> WebClient:
        found = app.installation_store
        bot = found.find_bot(enterprise_id=None, team_id=team_id) if found else None
        return slack_client.make(bot.bot_token if bot else None, settings.api_url)

    return client


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


def finish(app: App, seconds: float) -> None:
    """Wait until the listeners that run have ended, for so long at most."""
    pool = app.listener_runner.listener_executor
    waiter = threading.Thread(target=pool.shutdown, kwargs={"wait": True}, daemon=True)
    waiter.start()
    waiter.join(seconds)


def web(app: App, services: Services, door: SocketModeHandler | None = None) -> Starlette:
    """Health at `/healthz` and `/readyz`, figures at `/metrics`, Slack at `/slack/events` unless by a socket."""

    async def events(request: Request) -> Response:
        began = time.perf_counter()
        try:
            if int(request.headers.get("content-length") or 0) > _MOST_BYTES:
                return PlainTextResponse("This is too large to be from Slack.", 413)
            asked = _bolt_request((await request.body()).decode(), request.headers)
            answer = to_starlette_response(await run_in_threadpool(app.dispatch, asked))
            observe.ACK_SECONDS.observe(time.perf_counter() - began)
            return answer
        except (ValueError, AttributeError, TypeError, KeyError):
            # Bolt reads the body before it checks the signature, and trusts its shape: what has another ends here.
            return PlainTextResponse("This is no request from Slack.", 400)

    def installing(step: Callable[[BoltRequest], BoltResponse]) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            asked = BoltRequest(body="", query=str(request.url.query), headers=dict(request.headers.items()))
            return to_starlette_response(await run_in_threadpool(step, asked))

        return page

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_: Request) -> Response:
        if door is not None and not door.client.is_connected():
            return PlainTextResponse("not connected to Slack", 503)
        try:
            await run_in_threadpool(services.store.teams)
            await run_in_threadpool(services.labels)
        except (sqlite3.Error, RegistryError) as error:
            return PlainTextResponse(f"store or model: {type(error).__name__}", 503)
        return PlainTextResponse("ready")

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if door is not None:
            door.connect()  # type: ignore[no-untyped-call]
        yield
        if door is not None:
            door.close()  # type: ignore[no-untyped-call]

    routes = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
    if door is None:
        routes.append(Route("/slack/events", events, methods=["POST"]))
    if app.oauth_flow is not None:
        routes.append(Route(app.oauth_flow.install_path, installing(app.oauth_flow.handle_installation)))
        routes.append(Route(app.oauth_flow.redirect_uri_path, installing(app.oauth_flow.handle_callback)))
    return Starlette(routes=routes, lifespan=lifespan)
