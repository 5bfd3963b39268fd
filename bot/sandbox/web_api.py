"""Slack's Web API, the methods a bot of this kind uses: chat, conversations, users, reactions, views.

Each takes the arguments of the call and answers what Slack would, or raises `SlackError` with Slack's code.
"""

import json
from collections.abc import Callable
from typing import Any

from bot.sandbox import defaults, limits, payloads
from bot.sandbox.errors import SlackError
from bot.sandbox.files import Files
from bot.sandbox.tickets import Triggers
from bot.sandbox.views import View, Views
from bot.sandbox.workspace import Channel, Message, Workspace

Json = dict[str, Any]
Method = Callable[[Json], Json]
_JSON_ARGUMENTS = ("blocks", "attachments", "view", "metadata", "files", "user_ids", "prompts", "outputs")


class WebApi:
    """Methods by name; `files` adds its own."""

    def __init__(self, workspace: Workspace, files: Files, views: Views, triggers: Triggers) -> None:
        self.workspace, self.files, self.views, self.triggers = workspace, files, views, triggers
        self.methods: dict[str, Method] = {
            "auth.test": self._auth_test,
            "team.info": lambda _: {"team": {"id": defaults.TEAM_ID, "name": defaults.TEAM_NAME}},
            "bots.info": lambda _: {
                "bot": {"id": defaults.BOT_ID, "app_id": defaults.APP_ID, "name": "Rung"}
            },
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.getPermalink": self._permalink,
            "conversations.info": lambda a: {"channel": payloads.channel_object(self._channel(a))},
            "conversations.open": self._open_dm,
            "conversations.list": self._list_channels,
            "conversations.members": lambda a: {"members": sorted(self._channel(a).members)},
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.join": self._join,
            "users.info": lambda a: {"user": payloads.user_object(workspace.user(a.get("user", "")))},
            "users.list": lambda _: {"members": [payloads.user_object(u) for u in workspace.users.values()]},
            "users.conversations": self._list_channels,
            "usergroups.list": self._groups,
            "usergroups.users.list": self._group_members,
            "reactions.add": lambda a: self._react(a, add=True),
            "reactions.remove": lambda a: self._react(a, add=False),
            "views.open": lambda a: self._view(self._opened(a)),
            "views.push": lambda a: self._view(self._pushed(a)),
            "views.update": lambda a: self._view(self._updated(a)),
            "views.publish": lambda a: self._view(self._published(a)),
            "blocks.validate": self._validate,
        }
        for name in _QUIET:
            self.methods[name] = lambda _: {}

    def call(self, name: str, arguments: Json) -> Json:
        """Answer one call; arguments that come as JSON text are read first.

        Raises:
            SlackError: with the code that Slack would give.
        """
        if name not in self.methods:
            raise SlackError("unknown_method", req_method=name)
        read = {key: _read(key, value) for key, value in arguments.items() if value is not None}
        with self.workspace.lock:
            return {"ok": True, **self.methods[name](read)}

    def _auth_test(self, _: Json) -> Json:
        return {
            "url": f"https://{defaults.TEAM_DOMAIN}.slack.com/",
            "team": defaults.TEAM_NAME,
            "user": "rung",
            "team_id": defaults.TEAM_ID,
            "user_id": defaults.BOT_USER,
            "bot_id": defaults.BOT_ID,
            "is_enterprise_install": False,
        }

    # Messages

    def _post_message(self, a: Json) -> Json:
        channel = self._writable(a)
        self.check_content(a)
        self._check_thread(channel, a.get("thread_ts"))
        text, warnings = a.get("text", ""), []
        if len(text) > limits.TEXT_CUT:
            text, warnings = text[: limits.TEXT_CUT], ["message_truncated"]
        size = limits.TEXT_PART if len(text) > limits.TEXT_SINGLE else max(len(text), 1)
        parts = [text[at : at + size] for at in range(0, len(text), size)] or [""]
        posted, *_ = [self.workspace.post(self.message(channel.id, a | {"text": part})) for part in parts]
        body = payloads.message(self.workspace, self.files, posted, with_metadata=True)
        answer: Json = {"channel": channel.id, "ts": posted.ts, "message": body}
        return answer | ({"response_metadata": {"warnings": warnings}} if warnings else {})

    def _post_ephemeral(self, a: Json) -> Json:
        channel = self._writable(a)
        if a.get("user") not in channel.members:
            raise SlackError("user_not_in_channel")
        self.check_content(a)
        limits.check_text(a.get("text", ""), limits.TEXT_CUT)
        posted = self.workspace.post(self.message(channel.id, a, only_to=a["user"]))
        return {"message_ts": posted.ts}

    def message(self, channel: str, a: Json, only_to: str | None = None) -> Message:
        """A message of the bot, from the arguments of a call."""
        return Message(
            channel=channel,
            ts=self.workspace.clock.ts(),
            text=a.get("text", ""),
            user=defaults.BOT_USER,
            bot_id=defaults.BOT_ID,
            blocks=a.get("blocks") or [],
            attachments=a.get("attachments") or [],
            thread_ts=a.get("thread_ts"),
            metadata=a.get("metadata"),
            only_to=only_to,
        )

    def check_content(self, a: Json) -> None:
        """Refuse a message without content, or one that Slack's limits refuse."""
        if not (a.get("text") or a.get("blocks") or a.get("attachments")):
            raise SlackError("no_text")
        if a.get("blocks"):
            limits.check_message_blocks(a["blocks"], self.files.showable)
        if a.get("metadata"):
            limits.check_metadata(a["metadata"])

    def _update(self, a: Json) -> Json:
        channel = self._writable(a)
        message = self._own(channel, a.get("ts", ""), "cant_update_message")
        self.check_content(a | ({"text": "-"} if a.get("blocks") == [] and "text" not in a else {}))
        limits.check_text(a.get("text", ""), limits.TEXT_PART)
        self.change(message, a)
        return {"channel": channel.id, "ts": message.ts, "text": message.text}

    def change(self, message: Message, a: Json) -> None:
        """Put new content into a message: text without blocks takes the blocks away."""
        before = payloads.message(self.workspace, self.files, message)
        edited = {"user": message.user, "ts": self.workspace.clock.ts()}
        parts: Json = {"text": a.get("text", ""), "blocks": a.get("blocks") or [], "edited": edited}
        parts |= {"metadata": a["metadata"]} if "metadata" in a else {}
        self.workspace.edit(message, before, **parts)

    def _delete(self, a: Json) -> Json:
        channel = self._channel(a)
        message = self._own(channel, a.get("ts", ""), "cant_delete_message")
        self.workspace.remove(message, payloads.message(self.workspace, self.files, message))
        return {"channel": channel.id, "ts": message.ts}

    def _own(self, channel: Channel, ts: str, refusal: str) -> Message:
        message = self.workspace.message(channel.id, ts)
        if message.is_ephemeral:
            raise SlackError("message_not_found")
        if message.bot_id is None:
            raise SlackError(refusal)
        return message

    def _permalink(self, a: Json) -> Json:
        message = self.workspace.message(self._channel(a).id, a.get("message_ts", ""))
        where = f"{message.channel}/p{message.ts.replace('.', '')}"
        return {"permalink": f"https://{defaults.TEAM_DOMAIN}.slack.com/archives/{where}"}

    def _react(self, a: Json, *, add: bool) -> Json:
        message = self.workspace.message(self._channel(a).id, a.get("timestamp", ""))
        self.workspace.react(message, a.get("name", ""), defaults.BOT_USER, add=add)
        return {}

    # Conversations

    def _channel(self, a: Json) -> Channel:
        return self.workspace.channel(str(a.get("channel", "")))

    def _writable(self, a: Json) -> Channel:
        channel = self._channel(a)
        if channel.archived:
            raise SlackError("is_archived")
        if defaults.BOT_USER not in channel.members:
            raise SlackError("not_in_channel" if channel.kind == "channel" else "channel_not_found")
        return channel

    def _check_thread(self, channel: Channel, thread_ts: str | None) -> None:
        if thread_ts:
            try:
                self.workspace.message(channel.id, thread_ts)
            except SlackError as error:
                raise SlackError("thread_not_found") from error

    def _open_dm(self, a: Json) -> Json:
        return {"channel": {"id": self.workspace.dm(str(a.get("users", "")).split(",")[0]).id}}

    def _list_channels(self, _: Json) -> Json:
        return {"channels": [payloads.channel_object(one) for one in self.workspace.channels.values()]}

    def _join(self, a: Json) -> Json:
        channel = self._channel(a)
        self.workspace.join(channel, defaults.BOT_USER)
        return {"channel": payloads.channel_object(channel)}

    def _history(self, a: Json) -> Json:
        return self._page(self.workspace.messages(self._readable(a).id)[::-1], a)

    def _replies(self, a: Json) -> Json:
        channel = self._readable(a)
        try:
            parent = self.workspace.message(channel.id, str(a.get("ts", "")))
        except SlackError as error:
            raise SlackError("thread_not_found") from error
        return self._page(self.workspace.messages(channel.id, parent.thread_ts or parent.ts), a)

    def _readable(self, a: Json) -> Channel:
        channel = self._channel(a)
        if defaults.BOT_USER not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def _page(self, messages: list[Message], a: Json) -> Json:
        oldest, latest = str(a.get("oldest", "0")), str(a.get("latest", "9999999999"))
        inclusive = str(a.get("inclusive", "")).lower() in ("true", "1")
        start, limit = int(a.get("cursor") or 0), int(a.get("limit") or 100)
        fitting = [
            one
            for one in messages
            if not one.is_ephemeral
            and (oldest < one.ts < latest or (inclusive and one.ts in (oldest, latest)))
        ]
        metadata = str(a.get("include_all_metadata", "")).lower() in ("true", "1")
        shown = [
            payloads.message(self.workspace, self.files, one, with_metadata=metadata)
            for one in fitting[start : start + limit]
        ]
        more = start + limit < len(fitting)
        cursor = str(start + limit) if more else ""
        return {"messages": shown, "has_more": more, "response_metadata": {"next_cursor": cursor}}

    def _groups(self, _: Json) -> Json:
        groups = self.workspace.settings.groups.items()
        return {"usergroups": [{"id": key, "handle": handle, "name": handle} for key, (handle, _) in groups]}

    def _group_members(self, a: Json) -> Json:
        found = self.workspace.settings.groups.get(a.get("usergroup", ""))
        if found is None:
            raise SlackError("no_such_subteam")
        return {"users": found[1]}

    # Views

    def _view(self, view: View) -> Json:
        return {"view": view.to_slack()}

    def _checked(self, a: Json, *kinds: str) -> Json:
        view = a.get("view")
        limits.check_view(view, self.files.showable)
        checked: Json = view if isinstance(view, dict) else {}
        limits.check_chosen(checked["type"], *kinds)
        return checked

    def _opened(self, a: Json) -> View:
        view = self._checked(a, "modal")
        return self.views.open(self.triggers.redeem(a.get("trigger_id", "")).user, view)

    def _pushed(self, a: Json) -> View:
        view = self._checked(a, "modal")
        return self.views.push(self.triggers.redeem(a.get("trigger_id", "")).user, view)

    def _updated(self, a: Json) -> View:
        view = self._checked(a, "modal", "home")
        if a.get("view_id"):
            return self.views.update(self.views.get(a["view_id"]), view, a.get("hash"))
        return self.views.update(self.views.by_external_id(a.get("external_id", "")), view, a.get("hash"))

    def _published(self, a: Json) -> View:
        view = self._checked(a, "home")
        return self.views.publish(self.workspace.user(a.get("user_id", "")).id, view, a.get("hash"))

    def _validate(self, a: Json) -> Json:
        report = limits.message_report(a.get("blocks"), self.files.showable)
        if report.faults:
            raise SlackError("invalid_blocks", report.faults)
        return {}


# Accepted and without an effect that the sandbox shows.
_QUIET = (
    "agents.sessions.setStatus",
    "agents.sessions.rename",
    "assistant.threads.setStatus",
    "assistant.threads.setTitle",
    "assistant.threads.setSuggestedPrompts",
    "functions.completeSuccess",
    "functions.completeError",
)


def _read(name: str, value: Any) -> Any:
    """An argument; those that hold JSON may come as text in a form."""
    if name in _JSON_ARGUMENTS and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError as error:
            code = f"invalid_{name}" if name in ("blocks", "attachments") else "invalid_arguments"
            raise SlackError(code + ("_format" if name == "blocks" else "")) from error
    return value
