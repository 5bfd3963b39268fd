"""The addresses: Slack's Web API, uploads, downloads, response URLs, Socket Mode, and the page."""

import asyncio
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox import defaults
from bot.sandbox.delivery import Socket
from bot.sandbox.errors import SlackError
from bot.sandbox.page_api import page_routes
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.workspace import Change

Json = dict[str, Any]
_HOSTS = ("127.0.0.1", "localhost")


class OwnHostOnly:
    """Refuses requests under another name: a website must not reach in by a name for this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check `Host`, and `Origin` where a browser sends one."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = {key.decode().lower(): value.decode("latin-1") for key, value in scope["headers"]}
        host = headers.get("host", "")
        origin = headers.get("origin")
        foreign = host.rsplit(":", 1)[0] not in _HOSTS or (origin and urlsplit(origin).netloc != host)
        if foreign and scope["type"] == "http":
            await PlainTextResponse("Not from here.", 400)(scope, receive, send)
        elif foreign:
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self.app(scope, receive, send)


def create_server(sandbox: Sandbox) -> Starlette:
    """The server of one workspace."""
    slack = _Slack(sandbox)
    routes = [
        Route("/api/{method:path}", slack.api, methods=["GET", "POST"]),
        Route("/upload/v1/{key}", slack.upload, methods=["POST"]),
        Route("/files-pri/{path:path}", slack.download),
        Route("/actions/{key}", slack.respond, methods=["POST"]),
        WebSocketRoute("/link/{ticket}", slack.link),
        *page_routes(sandbox),
    ]
    return Starlette(routes=routes, middleware=[Middleware(OwnHostOnly)])


class _Slack:
    """Slack's own addresses."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._tickets: set[str] = set()

    async def api(self, request: Request) -> Response:
        method = request.path_params["method"]
        arguments = await _arguments(request)
        token = _token(request) or str(arguments.pop("token", ""))
        fault = self.sandbox.fault(method)
        if fault is not None and not fault.after_effect:
            return _failed(fault.status, fault.retry_after)
        if method == "apps.connections.open":
            answer = self._connect(token)
        elif not hmac.compare_digest(token.encode(), defaults.BOT_TOKEN.encode()):
            answer = SlackError("invalid_auth" if token else "not_authed").body()
        else:
            answer = await run_in_threadpool(self.sandbox.call, method, arguments)
        return (
            _failed(fault.status, fault.retry_after)
            if fault is not None
            else JSONResponse(answer, headers=self._headers())
        )

    def _headers(self) -> dict[str, str]:
        return {"x-oauth-scopes": ",".join(self.sandbox.settings.scopes)}

    def _connect(self, token: str) -> Json:
        if not hmac.compare_digest(token.encode(), defaults.APP_TOKEN.encode()):
            return SlackError("invalid_auth").body()
        ticket = f"t{len(self._tickets)}"
        self._tickets.add(ticket)
        return {"ok": True, "url": f"{self.sandbox.url.replace('http', 'ws', 1)}/link/{ticket}"}

    async def upload(self, request: Request) -> Response:
        content = await request.body()
        if request.headers.get("content-type", "").startswith("multipart/"):
            form = await request.form()
            part = next(iter(form.values()), "")
            content = await part.read() if isinstance(part, UploadFile) else bytes(str(part), "utf-8")
        try:
            self.sandbox.files.receive(request.path_params["key"], content)
        except SlackError as error:
            return PlainTextResponse(error.code, 404)
        return PlainTextResponse(f"OK - {len(content)}")

    async def download(self, request: Request) -> Response:
        if _token(request) != defaults.BOT_TOKEN:
            # Slack answers 200 and a login page (slackapi/bolt-js#2585).
            return HTMLResponse("<!DOCTYPE html><title>Sign in</title>")
        try:
            file = self.sandbox.files.get(request.path_params["path"].split("/")[0])
        except SlackError as error:
            return PlainTextResponse(error.code, 404)
        return Response(file.content or b"", media_type=file.mimetype)

    async def respond(self, request: Request) -> Response:
        fault = self.sandbox.fault("response_url")
        if fault is not None:
            return _failed(fault.status, fault.retry_after)
        try:
            await run_in_threadpool(self.sandbox.respond, request.path_params["key"], await request.json())
        except SlackError as error:
            status = 404 if error.code in ("used_url", "expired_url", "invalid_url") else 400
            return JSONResponse(error.body(), status)
        return PlainTextResponse("ok")

    async def link(self, websocket: WebSocket) -> None:
        if websocket.path_params["ticket"] not in self._tickets:
            await websocket.close(1008)
            return
        await websocket.accept()
        socket = Socket(websocket.send_text, asyncio.get_running_loop())
        self._now(self.sandbox.deliverer.sockets.append, socket)
        try:
            await run_in_threadpool(self.sandbox.deliverer.hello, socket)
            while True:
                socket.received(await websocket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._now(self.sandbox.deliverer.sockets.remove, socket)

    def _now(self, change: Callable[[Socket], None], socket: Socket) -> None:
        change(socket)
        self.sandbox.workspace.tell(Change("connection"))


async def _arguments(request: Request) -> Json:
    """Arguments from the address, a form or JSON."""
    arguments: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        given = await request.json()
        return arguments | (given if isinstance(given, dict) else {})
    if request.method == "POST":
        form = await request.form(max_part_size=10_000_000)
        arguments |= {key: value for key, value in form.items() if isinstance(value, str)}
    return arguments


def _token(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _failed(status: int, retry_after: int | None) -> Response:
    if status == 0:
        raise ConnectionResetError("as ordered by a test")
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    body = {"ok": False, "error": "ratelimited" if status == 429 else "internal_error"}
    return JSONResponse(body, status, headers)
