"""The stand-in for Slack as one object: state, rules, server, and the people who act in it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import uvicorn

from bot.sandbox import defaults, limits, reading
from bot.sandbox.clock import Clock
from bot.sandbox.defaults import Settings
from bot.sandbox.delivery import Ack, Deliverer, Delivery
from bot.sandbox.errors import SlackError
from bot.sandbox.events import Events
from bot.sandbox.file_api import FileApi
from bot.sandbox.files import Files
from bot.sandbox.person import Person
from bot.sandbox.tickets import ResponseUrls, Triggers
from bot.sandbox.views import View, Views
from bot.sandbox.web_api import WebApi
from bot.sandbox.workspace import Change, Message, Workspace

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """One call of the bot to the Web API or to a response URL, and its answer."""

    method: str
    arguments: Json
    answer: Json


@dataclass
class Fault:
    """What happens to the next calls of a method instead of what should."""

    method: str
    times: int
    status: int = 500
    retry_after: int | None = None
    after_effect: bool = False


class Sandbox:
    """A small Slack on this machine: `with Sandbox() as slack: …`. Listens on the loopback address alone."""

    bot_token, app_token, signing_secret = defaults.BOT_TOKEN, defaults.APP_TOKEN, defaults.SIGNING_SECRET

    def __init__(self, settings: Settings | None = None, port: int = 0) -> None:
        self.settings = settings or Settings()
        self.clock = Clock()
        self.workspace = Workspace(self.settings, self.clock)
        self.files = Files(self.clock, self.settings.file_delay)
        self.views = Views(self.workspace)
        self.triggers = Triggers(self.clock, self.settings.trigger_life)
        self.response_urls = ResponseUrls(self.clock)
        self.deliverer = Deliverer(self.settings, self.clock)
        self.api = WebApi(self.workspace, self.files, self.views, self.triggers)
        FileApi(self.api)
        self.events = Events(self.workspace, self.files, self.deliverer)
        self.notices: dict[str, list[Json]] = {}
        self.faults: list[Fault] = []
        self._calls: list[Call] = []
        self.version = 0
        self.workspace.watch(self._count)
        self.port = port
        self.url = ""
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    # Life

    def start(self) -> Self:
        """Start the server; `url` and `api_url` are known afterwards."""
        from bot.sandbox.server import create_server  # the server knows the sandbox, not the other way round

        config = uvicorn.Config(
            create_server(self),
            host="127.0.0.1",
            port=self.port,
            log_level="critical",
            ws="websockets-sansio",
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise OSError(f"cannot listen on 127.0.0.1:{self.port}")
            time.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.files.base = self.response_urls.base = self.url
        return self

    def stop(self) -> None:
        """Stop sending and serving."""
        self.deliverer.stop()
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(1)
            self._server.force_exit = True  # an open socket or page does not keep it
            self._thread.join(5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def api_url(self) -> str:
        """Base address of the Web API."""
        return f"{self.url}/api/"

    @property
    def environment(self) -> dict[str, str]:
        """What a bot of its own process needs to connect."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
        }

    def connect_http(self, url: str | None) -> None:
        """Send everything to this address from now on; None: to Socket Mode connections."""
        self.deliverer.url = url
        self.workspace.tell(Change("connection"))

    # Acting

    def person(self, who: str) -> Person:
        """A person by role ("staff"), name ("Sam") or id."""
        return Person(self, self.workspace.person(who))

    def sent(self, do: Callable[[], object]) -> list[Delivery]:
        """Do something and send the events it makes, each to its first acknowledgement or failure."""
        self.events.collect()
        try:
            do()
        finally:
            sent = self.events.flush()
        return sent

    def deliver(self, delivery: Delivery, person: str) -> Ack:
        """Send an interaction; where the bot does not answer, the person is told as Slack tells it."""
        ack = self.deliverer.send(delivery)
        if not ack.ok:
            words = (
                "Rung did not answer in time. Try again."
                if self.deliverer.connected
                else "Rung is not running."
            )
            self.notices.setdefault(person, []).append({"id": f"n{self.version}", "text": words})
            self.workspace.tell(Change("notice", user=person))
        return ack

    def deliver_again(self, delivery: Delivery, times: int = 1) -> list[Ack]:
        """Send the same once more, as Slack does when an answer got lost."""
        return [self.deliverer.send(delivery, attempt=n + 1, reason="http_timeout") for n in range(times)]

    def drop_sockets(self) -> None:
        """End every Socket Mode connection, as Slack does every few hours."""
        for socket in list(self.deliverer.sockets):
            socket.push({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    # The bot's calls

    def call(self, method: str, arguments: Json) -> Json:
        """Answer a call to the Web API and note it."""
        try:
            answer = self.api.call(method, arguments)
        except SlackError as error:
            answer = error.body()
        except (ValueError, TypeError, KeyError) as error:
            answer = SlackError("invalid_arguments", [f"{type(error).__name__}: {error}"]).body()
        self._calls.append(Call(method, arguments, answer))
        return answer

    def fail_next(
        self,
        method: str,
        times: int = 1,
        status: int = 500,
        retry_after: int | None = None,
        after_effect: bool = False,
    ) -> None:
        """Let the next calls of a method fail; status 0 drops the connection. `after_effect`: it was done."""
        self.faults.append(Fault(method, times, status, retry_after, after_effect))

    def fault(self, method: str) -> Fault | None:
        """The fault ordered for this call, used up."""
        for fault in self.faults:
            if fault.method == method and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def fault_left(self, method: str) -> bool:
        """Whether an ordered fault has not happened yet."""
        return any(fault.method == method and fault.times > 0 for fault in self.faults)

    def respond(self, key: str, body: Json) -> None:
        """Answer to a response URL (docs.slack.dev/interactivity/handling-user-interaction)."""
        answer: Json = {"ok": True}
        try:
            ticket = self.response_urls.use(key)
            message = ticket.message_ts and self.workspace.message(ticket.channel, ticket.message_ts)
            if body.get("delete_original") and message:
                self.workspace.remove(message, {})
            elif body.get("replace_original") and message:
                self.api.check_content(body)
                self.api.change(message, body)
            else:
                self.answer_in(ticket.channel, ticket.user, {"thread_ts": ticket.thread_ts, **body})
        except SlackError as error:
            answer = error.body()
            raise
        finally:
            self._calls.append(Call("response_url", body, answer))

    def answer_in(self, channel: str, user: str, body: Json) -> Message:
        """Post the answer to a command or interaction: for the person alone, unless it says otherwise."""
        self.api.check_content(body)
        only_to = None if body.get("response_type") == "in_channel" else user
        return self.workspace.post(self.api.message(channel, body, only_to=only_to))

    def check_view(self, view: Any) -> None:
        """Refuse a view that Slack would refuse."""
        limits.check_view(view, self.files.showable)

    # Looking

    def calls(self, method: str | None = None) -> list[Call]:
        """Every call of the bot, or those of one method."""
        return [call for call in list(self._calls) if method in (None, call.method)]

    def refused(self) -> list[Call]:
        """Calls that Slack would have refused."""
        return [call for call in self.calls() if not call.answer.get("ok")]

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything that was sent to the bot."""
        return list(self.deliverer.deliveries)

    def replies(self, message: Message) -> list[Message]:
        """Replies in the thread of a message, without ephemeral ones."""
        return self.workspace.replies(message)

    def messages(self, channel: str, viewer: str | None = None) -> list[Message]:
        """Messages of a channel, threads left out."""
        return self.workspace.messages(self.workspace.channel(channel).id, viewer=viewer)

    def ephemerals(self, person: str) -> list[Message]:
        """What only this person sees, oldest first."""
        user = self.workspace.person(person).id
        found = [one for one in self.workspace.every_message() if one.only_to == user]
        return sorted(found, key=lambda one: one.ts)

    def text_of(self, place: Message | View) -> str:
        """What stands there for a reader: of blocks, or of the text where there are none."""
        if place.blocks:
            return reading.blocks_text(place.blocks, self.workspace.name_of)
        return reading.mrkdwn(place.text, self.workspace.name_of) if isinstance(place, Message) else ""

    def wait_for(self, ready: Callable[[], T], timeout: float = 10.0) -> T:
        """Wait until `ready` answers something true, and return it.

        Raises:
            TimeoutError: telling the latest messages and the calls that were refused.
        """
        end = time.monotonic() + timeout
        while True:
            found = ready()  # outside the lock: it may call the server, which needs it
            if found:
                return found
            if time.monotonic() > end:
                break
            with self.workspace.waiting() as changed:
                changed.wait(0.05)
        latest = sorted(self.workspace.every_message(), key=lambda one: one.ts)[-4:]
        texts = [f"{self.workspace.name_of(one.user)}: {self.text_of(one)[:300]}" for one in latest]
        refused = [(call.method, call.answer) for call in self.refused()]
        raise TimeoutError(f"waited {timeout} s. Latest messages: {texts}. Refused calls: {refused}")

    def _count(self, _: Change) -> None:
        self.version += 1
