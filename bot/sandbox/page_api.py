"""What the page asks for: the state one person may see, and deeds in that person's name."""

import asyncio
import time
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox import defaults, inputs
from bot.sandbox.errors import SlackError
from bot.sandbox.person import Person
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.views import View
from bot.sandbox.workspace import Message

Json = dict[str, Any]
PAGE = Path(str(files("bot.sandbox") / "page"))
_LONG_POLL = 20.0
_UPLOAD_BYTES = 20_000_000


def page_routes(sandbox: Sandbox) -> list[Route | Mount]:
    """The addresses of the page."""
    page = _Page(sandbox)
    return [
        Route("/", page.index),
        Route("/page/state", page.state),
        Route("/page/do", page.do, methods=["POST"]),
        Route("/page/upload", page.upload, methods=["POST"]),
        Route("/page/file/{file_id}", page.file),
        Mount("/page", StaticFiles(directory=PAGE)),
    ]


class _Page:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def index(self, _: Request) -> Response:
        return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-store"})

    async def file(self, request: Request) -> Response:
        try:
            file = self.sandbox.files.get(request.path_params["file_id"])
        except SlackError as error:
            return PlainTextResponse(error.code, 404)
        # Nothing that was uploaded may run as part of the page.
        headers = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
        return Response(file.content or b"", media_type=file.mimetype, headers=headers)

    async def state(self, request: Request) -> Response:
        after = int(request.query_params.get("after", "-1"))
        end = time.monotonic() + _LONG_POLL
        stopped = self.sandbox.deliverer.stopped
        while self.sandbox.version <= after and time.monotonic() < end and not stopped.is_set():
            await asyncio.sleep(0.03)
        if self.sandbox.version <= after:
            return JSONResponse({"version": after, "same": True})
        try:
            person = self.sandbox.person(request.query_params.get("as", defaults.SAM))
        except SlackError as error:
            return JSONResponse(error.body(), 404)
        return JSONResponse(await run_in_threadpool(state_for, self.sandbox, person))

    async def do(self, request: Request) -> Response:
        given = await request.json()
        return JSONResponse(await run_in_threadpool(self._do, given))

    def _do(self, given: Json) -> Json:
        try:
            person = self.sandbox.person(given["as"])
            return {"ok": True, **(_DEEDS[given["do"]](self.sandbox, person, given) or {})}
        except SlackError as error:
            return {**error.body(), "error": error.code}
        except LookupError as error:
            return {"ok": False, "error": f"There is no {error}."}

    async def upload(self, request: Request) -> Response:
        form = await request.form(max_files=10, max_part_size=_UPLOAD_BYTES)
        person = self.sandbox.person(str(form["as"]))
        channel, text = str(form["channel"]), str(form.get("text") or "")
        thread = _message(self.sandbox, channel, str(form.get("thread_ts") or ""))
        for part in form.getlist("file"):
            if isinstance(part, UploadFile):
                content = await part.read()
                send = partial(person.upload, channel, part.filename or "file", content, text, thread=thread)
                await run_in_threadpool(send, snippet=form.get("snippet") == "1")
                text = ""
        return JSONResponse({"ok": True})


def state_for(sandbox: Sandbox, person: Person) -> Json:
    """Everything one person may see."""
    workspace = sandbox.workspace
    with workspace.lock:
        mine = [c for c in workspace.channels.values() if person.id in c.members and c.kind != "im"]
        mine.append(workspace.dm(person.id))
        modal, home = person.modal, person.home
        return {
            "version": sandbox.version,
            "team": defaults.TEAM_NAME,
            "me": person.id,
            "bot": defaults.BOT_USER,
            "hint": sandbox.settings.hint,
            "people": [
                {
                    "id": user.id,
                    "name": user.name,
                    "real_name": user.real_name,
                    "title": user.title,
                    "role": user.role,
                    "is_bot": user.is_bot,
                }
                for user in workspace.users.values()
            ],
            "channels": [
                {
                    "id": c.id,
                    "name": sandbox.settings.bot_name if c.kind == "im" else c.name,
                    "kind": c.kind,
                    "topic": c.topic,
                    "member": True,
                    "bot_member": defaults.BOT_USER in c.members,
                    "archived": c.archived,
                }
                for c in mine
            ],
            "groups": [{"id": key, "handle": value[0]} for key, value in sandbox.settings.groups.items()],
            "commands": [vars(one) for one in sandbox.settings.commands],
            "shortcuts": [vars(one) for one in sandbox.settings.shortcuts],
            "messages": {c.id: _messages(sandbox, c.id, person.id) for c in mine},
            "modal": modal.to_slack() if modal else None,
            "home": home.to_slack() if home else None,
            "notices": sandbox.notices.get(person.id, [])[-5:],
            "bot_running": sandbox.deliverer.connected,
        }


def _messages(sandbox: Sandbox, channel: str, viewer: str) -> list[Json]:
    shown = [
        one
        for one in sandbox.workspace.every_message()
        if one.channel == channel and one.only_to in (None, viewer)
    ]
    return [_shown(sandbox, one) for one in sorted(shown, key=lambda one: one.ts)]


def _shown(sandbox: Sandbox, one: Message) -> Json:
    found = [sandbox.files.get(file_id) for file_id in one.files]
    held = [
        {
            "id": file.id,
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype,
            "alt_txt": file.alt_text,
            "size": file.length,
            "url": f"/page/file/{file.id}",
            "preview": sandbox.files.to_slack(file).get("preview", ""),
        }
        for file in found
    ]
    body: Json = {"ts": one.ts, "user": one.user, "text": one.text, "blocks": one.blocks, "files": held}
    body |= {"attachments": one.attachments, "reactions": one.reactions, "is_bot": one.bot_id is not None}
    for name in ("thread_ts", "only_to", "edited", "subtype"):
        if getattr(one, name):
            body[name] = getattr(one, name)
    return body


def _message(sandbox: Sandbox, channel: str, ts: str) -> Message | None:
    return sandbox.workspace.message(channel, ts) if ts else None


def _place(sandbox: Sandbox, person: Person, a: Json) -> Message | View:
    if a.get("view_id"):
        view = sandbox.views.get(a["view_id"])
        if view.user != person.id:
            raise SlackError("not_found")
        return view
    return sandbox.workspace.message(a["channel"], a["ts"])


def _press(sandbox: Sandbox, person: Person, a: Json) -> None:
    place = _place(sandbox, person, a)
    for block, element in inputs.interactive(place.blocks):
        if (block["block_id"], element["action_id"]) == (a["block_id"], a["action_id"]):
            person.press(place, block, element, a.get("value"))
            return
    raise SlackError("not_found")


def _submit(sandbox: Sandbox, person: Person, a: Json) -> Json:
    view = sandbox.views.get(a["view_id"])
    for block, element in inputs.interactive(view.blocks):
        given = a.get("values", {}).get(block["block_id"], {})
        if element["action_id"] in given:
            held = view.state.setdefault(block["block_id"], {})
            held[element["action_id"]] = inputs.holding(element, given[element["action_id"]])
    errors = person.submit(view)
    return {"ok": not errors, "errors": errors} if errors else {}


def _thread(sandbox: Sandbox, a: Json) -> Message | None:
    return _message(sandbox, a["channel"], str(a.get("thread_ts") or ""))


def _required(sandbox: Sandbox, a: Json) -> Message:
    return sandbox.workspace.message(a["channel"], a["ts"])


def _shortcut(s: Sandbox, p: Person, a: Json) -> None:
    p.shortcut(a["callback_id"], _required(s, a) if a.get("ts") else None)


def _join(s: Sandbox, _: Person, a: Json) -> None:
    s.sent(lambda: s.workspace.join(s.workspace.channel(a["channel"]), a["user"]))


def _post(s: Sandbox, p: Person, a: Json) -> Json:
    return {"ts": p.post(a["channel"], a["text"], _thread(s, a)).ts}


def _slash(_: Sandbox, p: Person, a: Json) -> None:
    p.slash(a["channel"], a["text"])


def _home(_: Sandbox, p: Person, __: Json) -> None:
    p.open_home()


def _tab(_: Sandbox, p: Person, __: Json) -> None:
    p.open_home("messages")


def _edit(s: Sandbox, p: Person, a: Json) -> None:
    p.edit(_required(s, a), a["text"])


def _delete(s: Sandbox, p: Person, a: Json) -> None:
    p.delete(_required(s, a))


def _react(s: Sandbox, p: Person, a: Json) -> None:
    p.react(_required(s, a), a["name"])


def _close(s: Sandbox, p: Person, a: Json) -> None:
    p.close(s.views.get(a["view_id"]))


_DEEDS: dict[str, Any] = {
    "post": _post,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "press": _press,
    "submit": _submit,
    "close": _close,
    "slash": _slash,
    "shortcut": _shortcut,
    "open_home": _home,
    "open_messages": _tab,
    "join": _join,
}
