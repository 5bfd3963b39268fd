"""The Bolt app and the HTTP door to it."""

from __future__ import annotations

import logging

from slack_bolt import App
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler, ServerErrorRetryHandler
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.listeners import register
from bot.services import Services
from bot.settings import Settings


def create_app(settings: Settings, services: Services) -> App:
    """The bot, ready for requests from either door."""
    client = WebClient(token=settings.bot_token.get_secret_value(), base_url=settings.api_url)
    client.retry_handlers += [RateLimitErrorRetryHandler(2), ServerErrorRetryHandler(2)]
    # A request with a bad signature is logged with its whole body at INFO: people's texts stay out of logs.
    logging.getLogger("slack_bolt.RequestVerification").setLevel(logging.WARNING)
    app = App(client=client, signing_secret=settings.signing_secret.get_secret_value())
    register(app, services)
    return app


def web(app: App) -> Starlette:
    """The HTTP door: Slack's requests at `/slack/events`, health at `/healthz`."""
    handler = SlackRequestHandler(app)

    async def events(request: Request) -> Response:
        try:
            return await handler.handle(request)
        except (ValueError, AttributeError, TypeError):
            # Bolt reads the body before it checks the signature: malformed JSON from anybody ends here.
            return PlainTextResponse("This is no request from Slack.", 400)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"]), Route("/healthz", healthz)])
