"""The real bot beside the stand-in for Slack: one store file, one model, either door."""

from __future__ import annotations

import socket as sockets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from slack_sdk import WebClient

from bot import app as bot_app
from bot.redaction import redact
from bot.sandbox import Sandbox
from bot.sandbox.workspace import Message
from bot.services import Services
from bot.settings import Settings
from bot.store import Store
from classifier.assess import Assessor
from classifier.dataset import TRAINING_DATA
from classifier.taxonomy import taxonomy

BOOK = taxonomy()
SURE = (
    "Neighbours run a food bank in a garage and hand out the food themselves, with no help from the council. "
    "They founded it after the factory closed."
)
QUALITY = "Answer 12 questions"


class Bot:
    """One running bot. `restart` is a new process's worth of objects on the same store file."""

    def __init__(
        self,
        slack: Sandbox,
        store: Path,
        assessor: Assessor,
        door: str,
        models: Path | None = None,
        base: Path | None = None,
    ) -> None:
        self.slack, self.path, self.assessor, self.door = slack, store, assessor, door
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.assess = assessor.assess
        self.models = models or Path("models")
        self.base = (base,) if base else (TRAINING_DATA,)
        self.start()

    def start(self) -> None:
        self.settings = Settings.model_validate(
            {
                "bot_token": self.slack.bot_token,
                "app_token": self.slack.app_token if self.door == "socket" else "",
                "signing_secret": self.slack.signing_secret,
                "api_url": self.slack.api_url,
                "store": self.path,
            }
        )
        self.store = Store(self.path)
        self.services = Services(
            self.store,
            self.assess,
            redact,
            lambda: self.now(),
            BOOK,
            self.models,
            self.base,
            frozenset({"U0MORGAN"}),
        )
        self.app = bot_app.create_app(self.settings, self.services)
        door = bot_app.socket(self.app, self.settings) if self.door == "socket" else None
        with sockets.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = uvicorn.Config(
            bot_app.web(self.app, self.services, door), host="127.0.0.1", port=self.port, log_level="error"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{self.port}"
        self.slack.connect_http(None if door else f"{self.url}/slack/events")
        if door:
            self.slack.wait_for(lambda: self.slack.deliverer.sockets)

    def clients(self, _: str) -> WebClient:
        """The client of a workspace, as the worker asks for it."""
        return self.app.client

    def stop(self) -> None:
        self.slack.connect_http(None)
        self.server.should_exit = True
        self.thread.join(10)

    def restart(self) -> None:
        self.stop()
        self.start()


def reply_to(slack: Sandbox, message: Message) -> Message:
    """The bot's first reply in the thread of a message, waited for."""
    return slack.wait_for(lambda: slack.replies(message))[0]


def labels(place: Message) -> list[str]:
    """What stands on the buttons of a message."""
    return [
        element["text"]["text"]
        for block in place.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]


def question(place: Message) -> str:
    """Which question a message asks, by the value its *Don't know* carries; "" where it asks none."""
    for block in place.blocks:
        for element in block.get("elements", []):
            if element.get("type") == "button" and element["text"]["text"] == "Don't know":
                return str(element["value"]).split(":")[1]
    return ""
