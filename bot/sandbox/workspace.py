"""The state of the workspace: people, channels, messages. Safe to use from any thread; knows no HTTP."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import defaults
from bot.sandbox.clock import Clock
from bot.sandbox.defaults import Settings
from bot.sandbox.errors import SlackError
from bot.sandbox.text import Names

Json = dict[str, Any]


@dataclass(frozen=True)
class User:
    """A person or the bot."""

    id: str
    name: str
    real_name: str
    title: str
    role: str
    tz: str = "Europe/London"
    is_bot: bool = False
    flags: dict[str, bool] = field(default_factory=dict)  # `is_restricted` and the like


@dataclass
class Channel:
    """A channel (`channel`), private channel (`group`) or direct message with the bot (`im`)."""

    id: str
    name: str
    kind: str
    members: set[str]
    topic: str = ""
    person: str | None = None
    archived: bool = False


@dataclass(eq=False)
class Message:
    """A message; the object stays the same while it is edited, so a test may keep it."""

    channel: str
    ts: str
    text: str
    user: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    only_to: str | None = None
    metadata: Json | None = None
    edited: Json | None = None
    client_msg_id: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    deleted: bool = False

    @property
    def is_ephemeral(self) -> bool:
        """Whether one person alone sees it."""
        return self.only_to is not None

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread and not in the channel."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(frozen=True)
class Change:
    """Something that happened; `before` is the message as it was."""

    kind: str
    channel: str | None = None
    message: Message | None = None
    before: Json | None = None
    user: str | None = None
    facts: Json = field(default_factory=dict)


Watcher = Callable[[Change], None]


class Workspace:
    """Everything that exists, and whoever wants to hear of changes."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self._messages: dict[str, dict[str, Message]] = {}
        self._watchers: list[Watcher] = []
        self._seed()

    def _seed(self) -> None:
        bot = User(
            defaults.BOT_USER, self.settings.bot_name, self.settings.bot_name, "App", "bot", is_bot=True
        )
        self.users[bot.id] = bot
        for one in self.settings.people:
            self.users[one.user_id] = User(one.user_id, one.name, one.real_name, one.title, one.role, one.tz)
            self._open(Channel(one.dm, one.name, "im", {one.user_id, bot.id}, person=one.user_id))
        people = {one.user_id for one in self.settings.people}
        for seed in self.settings.channels:
            members = people | ({bot.id} if seed.with_bot else set())
            kind = "group" if seed.private else "channel"
            self._open(Channel(seed.channel_id, seed.name, kind, members, seed.topic))

    def _open(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self._messages[channel.id] = {}

    # Changes

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Hear of every change; the answer ends it. Watchers are called inside the lock: be quick."""
        with self.lock:
            self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def tell(self, change: Change) -> None:
        """Tell everybody of a change, and wake whoever waits."""
        with self.lock:
            for watcher in list(self._watchers):
                watcher(change)
            self.changed.notify_all()

    @contextmanager
    def waiting(self) -> Iterator[threading.Condition]:
        """The condition that every change wakes."""
        with self.changed:
            yield self.changed

    # Looking

    def user(self, user_id: str) -> User:
        """A user by id."""
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def person(self, who: str) -> User:
        """A person by role, name or id."""
        for user in self.users.values():
            if who in (user.id, user.role, user.name):
                return user
        raise SlackError("user_not_found")

    def channel(self, ref: str) -> Channel:
        """A channel by id or name; a user id means the direct message with that person."""
        wanted = ref.removeprefix("#")
        for channel in self.channels.values():
            if wanted == channel.id or (channel.kind != "im" and wanted == channel.name):
                return channel
        return self.dm(ref)

    def dm(self, user_id: str) -> Channel:
        """The direct message between the bot and a person."""
        for channel in self.channels.values():
            if channel.person == user_id:
                return channel
        raise SlackError("channel_not_found")

    def message(self, channel: str, ts: str) -> Message:
        """A message by channel and time stamp."""
        found = self._messages.get(channel, {}).get(ts)
        if found is None or found.deleted:
            raise SlackError("message_not_found")
        return found

    def messages(
        self, channel: str, thread_ts: str | None = None, *, viewer: str | None = None
    ) -> list[Message]:
        """Messages in order: those of the channel itself, or parent and replies of one thread.

        Ephemeral ones are included for their `viewer`; without a viewer all of them are.
        """
        with self.lock:
            everything = sorted(self._messages[channel].values(), key=lambda one: one.ts)
            seen = [
                one
                for one in everything
                if not one.deleted and (viewer is None or one.only_to in (None, viewer))
            ]
        if thread_ts is None:
            return [one for one in seen if not one.is_reply or one.subtype == "thread_broadcast"]
        return [one for one in seen if thread_ts in (one.ts, one.thread_ts)]

    def replies(self, parent: Message) -> list[Message]:
        """The replies to a message that everybody sees."""
        thread = self.messages(parent.channel, parent.ts)
        return [one for one in thread if one.is_reply and not one.is_ephemeral]

    def every_message(self) -> list[Message]:
        """Every message of the workspace, deleted ones left out."""
        with self.lock:
            return [one for held in self._messages.values() for one in held.values() if not one.deleted]

    def name_of(self, some_id: str) -> str:
        """The name behind a user or channel id, or the id."""
        known = self.users.get(some_id) or self.channels.get(some_id)
        return known.name if known else some_id

    def names(self) -> Names:
        """What `@Name` and `#channel` stand for in typed text."""
        users = {user.name: user.id for user in self.users.values()}
        open_channels = [one for one in self.channels.values() if one.kind != "im"]
        return Names(users, {one.name: one.id for one in open_channels})

    # Doing

    def post(self, message: Message) -> Message:
        """Add a message, with block and action ids filled in."""
        with self.lock:
            fill_ids(message.blocks)
            self._messages[message.channel][message.ts] = message
            kind = "ephemeral" if message.is_ephemeral else "posted"
            self.tell(Change(kind, message.channel, message, user=message.user))
        return message

    def edit(self, message: Message, before: Json, **parts: Any) -> None:
        """Change parts of a message; `before` is its JSON as it was."""
        fill_ids(parts.get("blocks", []))  # before anybody can see them
        with self.lock:
            for name, value in parts.items():
                setattr(message, name, value)
            self.tell(Change("changed", message.channel, message, before))

    def remove(self, message: Message, before: Json) -> None:
        """Delete a message."""
        with self.lock:
            message.deleted = True
            self.tell(Change("deleted", message.channel, message, before))

    def react(self, message: Message, name: str, user: str, *, add: bool) -> None:
        """Add or take back an emoji reaction."""
        with self.lock:
            people = message.reactions.setdefault(name, [])
            if add == (user in people):
                raise SlackError("already_reacted" if add else "no_reaction")
            (people.append if add else people.remove)(user)
            if not people:
                del message.reactions[name]
            kind = "reaction_added" if add else "reaction_removed"
            self.tell(Change(kind, message.channel, message, user=user, facts={"reaction": name}))

    def join(self, channel: Channel, user: str, inviter: str | None = None) -> None:
        """Let somebody, or the bot, into a channel."""
        with self.lock:
            channel.members.add(user)
            self.tell(Change("joined", channel.id, user=user, facts={"inviter": inviter}))

    def leave(self, channel: Channel, user: str) -> None:
        """Take somebody, or the bot, out of a channel."""
        with self.lock:
            channel.members.discard(user)
            self.tell(Change("left", channel.id, user=user))

    def archive(self, channel: Channel, by: str) -> None:
        """Close a channel for good."""
        with self.lock:
            channel.archived = True
            self.tell(Change("archived", channel.id, user=by))

    def rename(self, channel: Channel, name: str) -> None:
        """Give a channel another name."""
        with self.lock:
            channel.name = name
            self.tell(Change("renamed", channel.id))


def fill_ids(blocks: list[Json]) -> None:
    """Give blocks and elements without an id one, as Slack does."""
    for block in blocks:
        block.setdefault("block_id", _short_id())
        parts = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
        for part in parts if block["type"] != "rich_text" else []:
            if part and part.get("type") not in ("image", "plain_text", "mrkdwn", "card"):
                part.setdefault("action_id", _short_id())
        fill_ids(
            block.get("child_blocks", []) + (block.get("elements", []) if block["type"] == "carousel" else [])
        )
        for button in block.get("actions", []) if block["type"] == "card" else []:
            button.setdefault("action_id", _short_id())


def _short_id() -> str:
    return uuid.uuid4().hex[:5]
