"""Modals and Home tabs: each person's stack of views, and Slack's rules for changing them."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import defaults, inputs
from bot.sandbox.errors import SlackError
from bot.sandbox.workspace import Change, Workspace, fill_ids

Json = dict[str, Any]
STACK = 3  # M:views.push `push_limit_reached`


@dataclass(eq=False)
class View:
    """A modal or a Home tab as one person sees it.

    `state` holds what the inputs hold. An input that is shown keeps what it holds when the view is
    updated: a changed `initial_value` is ignored unless the block has a new id (slackapi/bolt-python#1064).
    """

    id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    state: Json = field(default_factory=dict)
    open: bool = True

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        """What the bot calls it."""
        return str(self.body.get("callback_id", ""))

    @property
    def title(self) -> str:
        """Its title; empty for a Home tab."""
        return str(self.body.get("title", {}).get("text", ""))

    def to_slack(self) -> Json:
        """The view object (docs.slack.dev/reference/interaction-payloads/view-interactions-payload)."""
        fixed: Json = {
            "id": self.id,
            "team_id": defaults.TEAM_ID,
            "app_id": defaults.APP_ID,
            "app_installed_team_id": defaults.TEAM_ID,
            "bot_id": defaults.BOT_ID,
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "state": {"values": self.state},
        }
        empty: Json = {
            "title": None,
            "submit": None,
            "close": None,
            "callback_id": "",
            "external_id": "",
            "private_metadata": "",
            "clear_on_close": False,
            "notify_on_close": False,
        }
        return {**empty, **self.body, **fixed}


class Views:
    """Every view of the workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        """The modals a person has open, the top one last."""
        return list(self._stacks.get(user, []))

    def home(self, user: str) -> View | None:
        """The Home tab published for a person."""
        return self._homes.get(user)

    def get(self, view_id: str) -> View:
        """An open modal or a Home tab by id."""
        everything = [view for stack in self._stacks.values() for view in stack]
        for view in [*everything, *self._homes.values()]:
            if view.id == view_id:
                return view
        raise SlackError("not_found")

    def by_external_id(self, external_id: str) -> View:
        """An open modal by the id the bot gave it."""
        for stack in self._stacks.values():
            for view in stack:
                if view.body.get("external_id") == external_id:
                    return view
        raise SlackError("not_found")

    def open(self, user: str, body: Json) -> View:
        """Open a modal; it replaces whatever the person had open."""
        with self._workspace.lock:
            self._check_external_id(body)
            for view in self._stacks.get(user, []):
                view.open = False
            view = self._new(user, body)
            self._stacks[user] = [view]
            self._tell("view", user)
        return view

    def push(self, user: str, body: Json) -> View:
        """Put a modal on top of the open one; three at most."""
        with self._workspace.lock:
            stack = self._stacks.get(user, [])
            if not stack:
                raise SlackError("not_found")
            if len(stack) >= STACK:
                raise SlackError("push_limit_reached")
            self._check_external_id(body)
            view = self._new(user, body, root=stack[0].id, previous=stack[-1].id)
            stack.append(view)
            self._tell("view", user)
        return view

    def update(self, view: View, body: Json, hash_: str | None = None) -> View:
        """Change a modal in place."""
        with self._workspace.lock:
            _check_hash(view, hash_)
            if view.body["type"] != body["type"]:
                raise SlackError(
                    "invalid_arguments", ["view type cannot be changed [json-pointer:/view/type]"]
                )
            self._fill(view, body)
            self._tell("view", view.user)
        return view

    def publish(self, user: str, body: Json, hash_: str | None = None) -> View:
        """Show a Home tab."""
        with self._workspace.lock:
            view = self._homes.get(user)
            if view is None:
                view = self._homes[user] = self._new(user, body)
            else:
                _check_hash(view, hash_)
                self._fill(view, body)
            self._tell("home", user)
        return view

    def close(self, view: View, *, everything: bool = False) -> list[View]:
        """Close a modal, or the whole stack; answers with the closed ones."""
        with self._workspace.lock:
            stack = self._stacks.get(view.user, [])
            start = 0 if everything or view not in stack else stack.index(view)
            closed = stack[start:]
            del stack[start:]
            for one in closed:
                one.open = False
            self._tell("view", view.user)
        return closed

    def _new(self, user: str, body: Json, root: str | None = None, previous: str | None = None) -> View:
        view_id = "V" + secrets.token_hex(5).upper()
        view = View(view_id, user, {}, "", root or view_id, previous)
        self._fill(view, body)
        return view

    def _fill(self, view: View, body: Json) -> None:
        fill_ids(body["blocks"])
        view.body = body
        view.hash = f"{int(self._workspace.clock.now())}.{secrets.token_hex(4)}"
        view.state = inputs.state_of(body["blocks"], view.state)

    def _check_external_id(self, body: Json) -> None:
        external_id = body.get("external_id")
        open_ids = {one.body.get("external_id") for stack in self._stacks.values() for one in stack}
        if external_id and external_id in open_ids:
            raise SlackError("duplicate_external_id")

    def _tell(self, kind: str, user: str) -> None:
        self._workspace.tell(Change(kind, user=user))


def _check_hash(view: View, hash_: str | None) -> None:
    if hash_ and hash_ != view.hash:
        raise SlackError("hash_conflict")
