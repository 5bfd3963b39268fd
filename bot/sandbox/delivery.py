"""Sending to the bot as Slack does: signed HTTP requests or Socket Mode envelopes, events with retries."""

import asyncio
import hashlib
import hmac
import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bot.sandbox import defaults
from bot.sandbox.clock import Clock
from bot.sandbox.defaults import Settings

Json = dict[str, Any]
_ENVELOPE = {"event": "events_api", "interactive": "interactive", "command": "slash_commands"}


@dataclass(frozen=True)
class Ack:
    """What the bot answered: HTTP status (None: no answer in time), the body, and why it failed."""

    status: int | None
    body: Any = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether Slack would be content."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(eq=False)
class Delivery:
    """One thing sent to the bot, and what came of each attempt."""

    kind: str
    body: Json
    acks: list[Ack] = field(default_factory=list)

    @property
    def event_id(self) -> str:
        """Slack's id of an event; empty for what is none."""
        return str(self.body.get("event_id", ""))

    @property
    def ok(self) -> bool:
        """Whether an attempt was acknowledged."""
        return any(ack.ok for ack in self.acks)


class Socket:
    """One open Socket Mode connection; `send` may be called from any thread."""

    def __init__(self, send: Callable[[str], Any], loop: asyncio.AbstractEventLoop) -> None:
        self._send, self._loop = send, loop
        self.waiting: dict[str, tuple[threading.Event, list[Any]]] = {}

    def push(self, envelope: Json) -> None:
        """Send without waiting for an acknowledgement."""
        asyncio.run_coroutine_threadsafe(self._send(json.dumps(envelope)), self._loop).result(5)

    def ask(self, envelope: Json, timeout: float) -> Ack:
        """Send and wait for the acknowledgement."""
        arrived: tuple[threading.Event, list[Any]] = (threading.Event(), [])
        self.waiting[envelope["envelope_id"]] = arrived
        try:
            self.push(envelope)
            if not arrived[0].wait(timeout):
                return Ack(None, reason="http_timeout")
            return Ack(200, arrived[1][0])
        except Exception as error:  # the connection may end in many ways; each is a failed attempt
            return Ack(None, reason=f"connection_failed: {type(error).__name__}")
        finally:
            self.waiting.pop(envelope["envelope_id"], None)

    def received(self, text: str) -> None:
        """Take an acknowledgement."""
        answer = json.loads(text)
        arrived = self.waiting.get(answer.get("envelope_id", ""))
        if arrived is not None:
            arrived[1].append(answer.get("payload"))
            arrived[0].set()


class Deliverer:
    """Knows how to reach the bot, and remembers what was sent."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.url: str | None = None
        self.sockets: list[Socket] = []
        self.deliveries: list[Delivery] = []
        self.pool = ThreadPoolExecutor(8, thread_name_prefix="slack")
        self.stopped = threading.Event()

    @property
    def connected(self) -> bool:
        """Whether there is a bot to send to."""
        return self.url is not None or bool(self.sockets)

    def send(self, delivery: Delivery, attempt: int = 0, reason: str = "") -> Ack:
        """Make one attempt."""
        if attempt == 0:
            self.deliveries.append(delivery)
        if self.url is not None:
            ack = self._by_http(self.url, delivery, attempt, reason)
        elif self.sockets:
            ack = self._by_socket(delivery, attempt, reason)
        else:
            ack = Ack(None, reason="connection_failed")
        delivery.acks.append(ack)
        return ack

    def send_event(self, delivery: Delivery) -> Ack:
        """Send an event; failed ones come again, as often as Slack tries."""
        ack = self.send(delivery)
        if not ack.ok:
            self.pool.submit(self._retry, delivery, ack)
        return ack

    def _retry(self, delivery: Delivery, ack: Ack) -> None:
        for number, delay in enumerate(self.settings.retry_delays, start=1):
            if self.stopped.wait(delay):
                return
            ack = self.send(delivery, number, ack.reason or "http_error")
            if ack.ok:
                return

    def _by_http(self, url: str, delivery: Delivery, attempt: int, reason: str) -> Ack:
        if delivery.kind == "event":
            data, kind = json.dumps(delivery.body), "application/json"
        else:
            form = delivery.body if delivery.kind == "command" else {"payload": json.dumps(delivery.body)}
            data, kind = urlencode(form), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, **signature(data)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        request = urllib.request.Request(url, data.encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=self.settings.ack_timeout) as answer:
                return Ack(answer.status, _body(answer.read()))
        except urllib.error.HTTPError as error:
            return Ack(error.code, _body(error.read()), "http_error")
        except TimeoutError:
            return Ack(None, reason="http_timeout")
        except OSError as error:
            timed_out = isinstance(getattr(error, "reason", None), TimeoutError)
            return Ack(None, reason="http_timeout" if timed_out else "connection_failed")

    def _by_socket(self, delivery: Delivery, attempt: int, reason: str) -> Ack:
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": _ENVELOPE[delivery.kind],
            "payload": delivery.body,
            "accepts_response_payload": delivery.kind != "event",
        }
        if delivery.kind == "event":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        # Any of the open connections may get it (docs.slack.dev/apis/events-api/using-socket-mode).
        return random.choice(self.sockets).ask(envelope, self.settings.ack_timeout)

    def hello(self, socket: Socket) -> None:
        """Greet a new connection."""
        info = {"app_id": defaults.APP_ID}
        socket.push({"type": "hello", "num_connections": len(self.sockets), "connection_info": info})

    def stop(self) -> None:
        """End retries and sending."""
        self.stopped.set()
        self.pool.shutdown(wait=False, cancel_futures=True)


def signature(body: str, secret: str = defaults.SIGNING_SECRET) -> dict[str, str]:
    """The two headers that prove a request comes from Slack (version 0)."""
    now = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{now}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={digest}"}


def _body(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "replace")
