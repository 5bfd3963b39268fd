"""Turning what happens in the workspace into the events that Slack would send to the bot."""

import threading
from typing import Any

from bot.sandbox import defaults, payloads
from bot.sandbox.delivery import Deliverer, Delivery
from bot.sandbox.files import Files
from bot.sandbox.workspace import Change, Channel, Workspace

Json = dict[str, Any]


class Events:
    """Watches the workspace. Events of a person's deed are sent while he waits, others in the background."""

    def __init__(self, workspace: Workspace, files: Files, deliverer: Deliverer) -> None:
        self.workspace, self.files, self.deliverer = workspace, files, deliverer
        self._mine = threading.local()
        workspace.watch(self._on_change)

    def collect(self) -> None:
        """From now on keep this thread's events back."""
        self._mine.held = []

    def flush(self) -> list[Delivery]:
        """Send the events kept back, in order, and answer with them."""
        held: list[Delivery] = self._mine.held
        self._mine.held = None
        for delivery in held:
            self.deliverer.send_event(delivery)
        return held

    def emit(self, event: Json) -> None:
        """Send an event to the bot, if its app subscribed to it."""
        if not self.deliverer.connected or not self._subscribed(event):
            return
        delivery = Delivery("event", payloads.event_callback(event))
        held = getattr(self._mine, "held", None)
        if held is not None:
            held.append(delivery)
        else:
            self.deliverer.pool.submit(self.deliverer.send_event, delivery)

    def _subscribed(self, event: Json) -> bool:
        name = event["type"]
        if name == "message":
            kinds = {"im": "message.im", "channel": "message.channels", "group": "message.groups"}
            name = kinds[event["channel_type"]]
        return name in self.workspace.settings.events

    def _on_change(self, change: Change) -> None:
        if change.channel is None or change.kind == "ephemeral":
            return
        channel = self.workspace.channels[change.channel]
        if defaults.BOT_USER in channel.members or change.kind in ("joined", "left"):
            for event in self._of(change, channel):
                self.emit(event)

    def _of(self, change: Change, channel: Channel) -> list[Json]:
        if change.kind == "posted":
            return self._posted(change, channel)
        stamp = {"event_ts": self.workspace.clock.ts()}
        if change.kind in ("changed", "deleted"):
            return [self._altered(change, channel) | stamp]
        event: Json = {"channel": channel.id, "user": change.user, **stamp}
        if change.kind in ("joined", "left"):
            name = "member_joined_channel" if change.kind == "joined" else "member_left_channel"
            kind = "G" if channel.kind == "group" else "C"
            return [{"type": name, **event, "channel_type": kind, **change.facts}]
        if change.kind == "archived":
            return [{"type": "channel_archive", **event}]
        if change.kind == "renamed":
            return [{"type": "channel_rename", "channel": {"id": channel.id, "name": channel.name}, **stamp}]
        return []

    def _posted(self, change: Change, channel: Channel) -> list[Json]:
        message = change.message
        if message is None:
            return []
        body = payloads.message(self.workspace, self.files, message)
        where = {"channel": channel.id, "event_ts": message.ts}
        if message.files and not message.subtype and not message.bot_id:
            body["subtype"] = "file_share"
        events = [body | where | {"channel_type": payloads.channel_type(channel)}]
        # In a direct message a mention is an ordinary message; in a channel there are two events.
        mentioned = f"<@{defaults.BOT_USER}>" in message.text and channel.kind != "im"
        if mentioned and not message.bot_id:
            aside = {key: value for key, value in body.items() if key != "subtype"}
            events.insert(0, aside | where | {"type": "app_mention"})
        return events

    def _altered(self, change: Change, channel: Channel) -> Json:
        message = change.message
        if message is None:
            return {}
        event: Json = {
            "type": "message",
            "channel": channel.id,
            "channel_type": payloads.channel_type(channel),
            "ts": self.workspace.clock.ts(),
            "previous_message": change.before,
            "hidden": True,
        }
        if change.kind == "deleted":
            return event | {"subtype": "message_deleted", "deleted_ts": message.ts}
        now = payloads.message(self.workspace, self.files, message)
        return event | {"subtype": "message_changed", "message": now}
