"""What a person of the workspace can do, as on Slack's screen. Tests and the page act through this."""

from typing import TYPE_CHECKING, Any

from bot.sandbox import inputs, payloads
from bot.sandbox.delivery import Ack, Delivery
from bot.sandbox.errors import SlackError
from bot.sandbox.text import typed
from bot.sandbox.views import View
from bot.sandbox.workspace import Channel, Message, User

if TYPE_CHECKING:
    from bot.sandbox.sandbox import Sandbox

Json = dict[str, Any]
Place = Message | View


class Person:
    """Acts as one user. Every deed returns when the bot has acknowledged it, or failed to."""

    def __init__(self, sandbox: "Sandbox", user: User) -> None:
        self.sandbox, self.user = sandbox, user
        self.id = user.id

    # Writing

    def dm(self, text: str, thread: Message | None = None) -> Message:
        """Write to the bot alone."""
        return self._write(self.sandbox.workspace.dm(self.id), text, thread)

    def post(self, channel: str, text: str, thread: Message | None = None) -> Message:
        """Write in a channel; `@Rung` becomes a mention."""
        return self._write(self.sandbox.workspace.channel(channel), text, thread)

    def mention(self, channel: str, text: str, thread: Message | None = None) -> Message:
        """Write to the bot in a channel."""
        return self.post(channel, f"@{self.sandbox.settings.bot_name} {text}".strip(), thread)

    def upload(
        self,
        channel: str,
        name: str,
        content: bytes,
        text: str = "",
        *,
        thread: Message | None = None,
        snippet: bool = False,
    ) -> Message:
        """Share a file; `channel` is a name, or "" for the direct message with the bot."""
        place = self.sandbox.workspace.channel(channel) if channel else self.sandbox.workspace.dm(self.id)
        file = self.sandbox.files.add(self.id, name, content, "text" if snippet else None)
        file.channels.add(place.id)
        return self._write(place, text, thread, [file.id])

    def _write(
        self, channel: Channel, text: str, thread: Message | None, files: list[str] | None = None
    ) -> Message:
        if channel.archived:
            raise SlackError("is_archived")
        if self.id not in channel.members:
            raise SlackError("not_in_channel")
        encoded = typed(text, self.sandbox.workspace.names())
        message = Message(
            channel=channel.id,
            ts=self.sandbox.clock.ts(),
            text=encoded.text,
            user=self.id,
            blocks=encoded.blocks,
            files=files or [],
            thread_ts=(thread.thread_ts or thread.ts) if thread else None,
        )
        self.sandbox.sent(lambda: self.sandbox.workspace.post(message))
        return message

    def edit(self, message: Message, text: str) -> None:
        """Change one's own message."""
        self._own(message)
        encoded = typed(text, self.sandbox.workspace.names())
        edited = {"user": self.id, "ts": self.sandbox.clock.ts()}
        before = self._json(message)
        parts: Json = {"text": encoded.text, "blocks": encoded.blocks, "edited": edited}
        self.sandbox.sent(lambda: self.sandbox.workspace.edit(message, before, **parts))

    def delete(self, message: Message) -> None:
        """Take one's own message away."""
        self._own(message)
        before = self._json(message)
        self.sandbox.sent(lambda: self.sandbox.workspace.remove(message, before))

    def react(self, message: Message, name: str) -> None:
        """Add an emoji reaction, or take it back."""
        add = self.id not in message.reactions.get(name, [])
        self.sandbox.sent(lambda: self.sandbox.workspace.react(message, name, self.id, add=add))

    def _own(self, message: Message) -> None:
        if message.user != self.id:
            raise SlackError("cant_update_message")

    def _json(self, message: Message) -> Json:
        return payloads.message(self.sandbox.workspace, self.sandbox.files, message)

    # Pressing

    def click(self, place: Place, what: str) -> Delivery | None:
        """Press a button, by the words on it or its action id."""
        block, element = inputs.find(place.blocks, what)
        return self.press(place, block, element)

    def select(self, place: Place, which: str, choice: Any) -> Delivery | None:
        """Choose in a menu, by the words or the value of the option."""
        block, element = inputs.find(place.blocks, which)
        return self.press(place, block, element, choice)

    def press(self, place: Place, block: Json, element: Json, value: Any = None) -> Delivery | None:
        """Use an element. Inputs of a form only keep the value; the bot hears of the rest."""
        if isinstance(place, View) and value is not None and element["type"] != "overflow":
            held = place.state.setdefault(block["block_id"], {})
            held[element["action_id"]] = inputs.holding(element, value)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return None
        trigger = self.sandbox.triggers.issue(self.id, place.id if isinstance(place, View) else None)
        body = payloads.interaction("block_actions", self.user, trigger)
        body["actions"] = [_action(block, element, value, self.sandbox.clock.ts())]
        if isinstance(place, View):
            body |= payloads.in_view(place)
        else:
            body |= payloads.in_message(self.sandbox.workspace, self.sandbox.files, place)
            body["response_url"] = self.sandbox.response_urls.issue(
                self.id, place.channel, place.ts, place.thread_ts
            )
        return self._interact(body)

    def submit(self, view: View, values: Json | None = None) -> dict[str, str] | None:
        """Send a form. `values`: label, block id or action id → value. Returns the errors shown, if any."""
        for which, value in (values or {}).items():
            block, element = inputs.find(view.blocks, which)
            held = view.state.setdefault(block["block_id"], {})
            held[element["action_id"]] = inputs.holding(element, value)
        refused = inputs.refusals(view.blocks, view.state)
        if refused:
            return refused
        body = payloads.interaction(
            "view_submission", self.user, self.sandbox.triggers.issue(self.id, view.id)
        )
        delivery = self._interact(body | {"view": view.to_slack(), "response_urls": []})
        ack = delivery.acks[-1]
        return self._answered(view, ack) if ack.ok else {"": "no answer"}

    def _answered(self, view: View, ack: Ack) -> dict[str, str] | None:
        """What the bot's answer to a form does (docs.slack.dev/surfaces/modals)."""
        answer = ack.body if isinstance(ack.body, dict) else {}
        action = answer.get("response_action")
        if action == "errors":
            return dict(answer["errors"])
        if action in ("update", "push"):
            self.sandbox.check_view(answer["view"])
            views = self.sandbox.views
            views.update(view, answer["view"]) if action == "update" else views.push(self.id, answer["view"])
        else:
            self.sandbox.views.close(view, everything=action == "clear")
        return None

    def close(self, view: View) -> None:
        """Close a form."""
        for closed in self.sandbox.views.close(view):
            if closed.body.get("notify_on_close"):
                body = payloads.interaction("view_closed", self.user, "")
                self._interact(body | {"view": closed.to_slack(), "is_cleared": False})

    # Looking

    @property
    def modal(self) -> View | None:
        """The form that is open, the top one of a stack."""
        stack = self.sandbox.views.stack(self.id)
        return stack[-1] if stack else None

    @property
    def home(self) -> View | None:
        """The Home tab as published for this person."""
        return self.sandbox.views.home(self.id)

    # Other doors

    def open_home(self, tab: str = "home") -> None:
        """Open the bot's Home or Messages tab."""
        home = self.home
        event = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": self.sandbox.workspace.dm(self.id).id,
            "tab": tab,
            "event_ts": self.sandbox.clock.ts(),
            **({"view": home.to_slack()} if home and tab == "home" else {}),
        }
        self.sandbox.sent(lambda: self.sandbox.events.emit(event))

    def slash(self, channel: str, text: str) -> Delivery:
        """Send a slash command, `/rung help`."""
        command, _, rest = text.strip().partition(" ")
        if command not in {one.command for one in self.sandbox.settings.commands}:
            raise SlackError(f"{command} is not a valid command.")
        place = self.sandbox.workspace.channel(channel) if channel else self.sandbox.workspace.dm(self.id)
        body = {
            "command": command,
            "text": self._escaped(rest.strip()),
            "trigger_id": self.sandbox.triggers.issue(self.id),
            "response_url": self.sandbox.response_urls.issue(self.id, place.id),
            **payloads.command(self.user, place),
        }
        delivery = Delivery("command", body)
        ack = self.sandbox.deliver(delivery, self.id)
        if ack.ok and ack.body:
            answer = ack.body if isinstance(ack.body, dict) else {"text": str(ack.body)}
            self.sandbox.answer_in(place.id, self.id, answer)
        return delivery

    def _escaped(self, text: str) -> str:
        """A command's text as Slack sends it when the app asks for escaped names (`should_escape`)."""
        encoded = typed(text, self.sandbox.workspace.names()).text
        for group_id, (handle, _) in self.sandbox.settings.groups.items():
            encoded = encoded.replace(f"@{handle}", f"<!subteam^{group_id}|@{handle}>")
        return encoded

    def shortcut(self, callback_id: str, message: Message | None = None) -> Delivery:
        """Use a shortcut, on a message or from anywhere."""
        kind = "message_action" if message else "shortcut"
        body = payloads.interaction(kind, self.user, self.sandbox.triggers.issue(self.id))
        body |= {"callback_id": callback_id, "action_ts": self.sandbox.clock.ts()}
        if message:
            body["message_ts"] = message.ts
            body["message"] = self._json(message)
            body["channel"] = {"id": message.channel, "name": self.sandbox.workspace.name_of(message.channel)}
            thread = message.thread_ts
            body["response_url"] = self.sandbox.response_urls.issue(self.id, message.channel, None, thread)
        return self._interact(body)

    def _interact(self, body: Json) -> Delivery:
        delivery = Delivery("interactive", body)
        self.sandbox.deliver(delivery, self.id)
        return delivery


def _action(block: Json, element: Json, value: Any, ts: str) -> Json:
    """One entry of `actions` (docs.slack.dev/reference/interaction-payloads/block_actions-payload)."""
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": ts,
    }
    if element["type"] == "button":
        kept: Json = {key: element[key] for key in ("text", "value", "style") if key in element}
        return action | kept
    if element["type"] == "overflow":
        return action | {"selected_option": inputs.option(element, value)}
    return action | inputs.holding(element, value)
