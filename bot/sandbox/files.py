"""Files: uploads by people and by the bot, and when they are ready to be shown."""

import mimetypes
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.errors import SlackError

Json = dict[str, Any]
PICTURES = {"image/png", "image/jpeg", "image/gif"}  # BK:composition-objects/slack-file-object
PREVIEW = 1_200  # characters before `preview_is_truncated`
TEXT_TYPES = {
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/csv": "csv",
    "application/json": "json",
}
SNIPPET_BYTES = 1_000_000  # M:files.getUploadURLExternal


@dataclass(eq=False)
class File:
    """One file."""

    id: str
    name: str
    title: str
    user: str
    created: float
    mimetype: str
    length: int
    content: bytes | None = None
    alt_text: str = ""
    snippet_type: str | None = None
    ready_at: float | None = None
    channels: set[str] = field(default_factory=set)
    deleted: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is shown as a text snippet."""
        return self.snippet_type is not None or self.mimetype.startswith("text/")


class Files:
    """Every file of the workspace."""

    def __init__(self, clock: Clock, delay: float) -> None:
        self._clock = clock
        self._held: dict[str, File] = {}
        self._uploads: dict[str, str] = {}
        self.delay = delay
        self.base = ""

    def reserve(
        self, user: str, name: str, length: int, alt_text: str = "", snippet_type: str | None = None
    ) -> tuple[File, str]:
        """Room for a file, and the URL that takes its content."""
        if snippet_type is not None and length > SNIPPET_BYTES:
            raise SlackError("snippet_too_large")
        kind = "text/plain" if snippet_type else mimetypes.guess_type(name)[0]
        file = File(
            id="F" + secrets.token_hex(5).upper(),
            name=name,
            title=name,
            user=user,
            created=self._clock.now(),
            mimetype=kind or "application/octet-stream",
            length=length,
            alt_text=alt_text,
            snippet_type=snippet_type,
        )
        self._held[file.id] = file
        key = secrets.token_hex(12)
        self._uploads[key] = file.id
        return file, f"{self.base}/upload/v1/{key}"

    def receive(self, key: str, content: bytes) -> File:
        """Take the content that was announced."""
        if key not in self._uploads:
            raise SlackError("invalid_upload_url")
        file = self._held[self._uploads[key]]
        file.content = content
        return file

    def complete(self, file_id: str, title: str | None = None) -> File:
        """End an upload; the file is ready after the delay."""
        file = self.get(file_id)
        if file.content is None:
            raise SlackError("file_not_found")
        file.title = title or file.name
        file.length = len(file.content)
        file.ready_at = self._clock.now() + self.delay
        return file

    def add(self, user: str, name: str, content: bytes, snippet_type: str | None = None) -> File:
        """A person's upload, ready at once."""
        file, url = self.reserve(user, name, len(content), snippet_type=snippet_type)
        self.receive(url.rsplit("/", 1)[1], content)
        self.complete(file.id)
        file.ready_at = self._clock.now()
        return file

    def get(self, file_id: str) -> File:
        """A file by id."""
        file = self._held.get(file_id)
        if file is None:
            raise SlackError("file_not_found")
        if file.deleted:
            raise SlackError("file_deleted")
        return file

    def delete(self, file_id: str) -> None:
        """Delete a file."""
        file = self.get(file_id)
        file.deleted, file.content = True, None

    def ready(self, file: File) -> bool:
        """Whether it has been processed."""
        return file.ready_at is not None and self._clock.now() >= file.ready_at

    def showable(self, slack_file: Json) -> bool:
        """Whether an image block may show it: a picture, and ready."""
        file = self.by_reference(slack_file)
        return file is not None and self.ready(file) and file.mimetype in PICTURES

    def by_reference(self, slack_file: Json) -> File | None:
        """The file behind a `slack_file` object, by id or by one of its URLs."""
        wanted = slack_file.get("id") or str(slack_file.get("url", "")).removeprefix(self.base)
        for file in self._held.values():
            if not file.deleted and wanted in (file.id, *self._paths(file)):
                return file
        return None

    def _paths(self, file: File) -> tuple[str, str]:
        name = re.sub(r"[^a-z0-9._-]", "_", file.name.lower())  # as Slack writes names in addresses
        return f"/files-pri/{file.id}/{name}", f"/files-pri/{file.id}/download/{name}"

    def to_slack(self, file: File) -> Json:
        """The file object (docs.slack.dev/reference/objects/file-object); bare until the file is ready."""
        private, download = (self.base + path for path in self._paths(file))
        ready = self.ready(file)
        body: Json = {
            "id": file.id,
            "created": int(file.created),
            "timestamp": int(file.created),
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype if ready else "",
            "filetype": _filetype(file) if ready else "",
            "user": file.user,
            "size": file.length,
            "mode": "snippet" if file.is_text else "hosted",
            "editable": file.is_text,
            "is_external": False,
            "is_public": bool(file.channels),
            "public_url_shared": False,
            "url_private": private,
            "url_private_download": download,
            "permalink": f"{self.base}/files/{file.id}",
            "channels": sorted(one for one in file.channels if one.startswith("C")),
            "ims": sorted(one for one in file.channels if one.startswith("D")),
            "groups": [],
            "file_access": "visible",
        }
        if file.alt_text:
            body["alt_txt"] = file.alt_text
        return {**body, **_preview(file)} if ready and file.is_text else body


def _filetype(file: File) -> str:
    if file.is_text:
        return file.snippet_type or TEXT_TYPES.get(file.mimetype, "text")
    return file.name.rpartition(".")[2].lower() or "binary"


def _preview(file: File) -> Json:
    text = (file.content or b"").decode("utf-8", errors="replace")
    return {
        "preview": text[:PREVIEW],
        "preview_is_truncated": len(text) > PREVIEW,
        "lines": text.count("\n") + 1,
    }
