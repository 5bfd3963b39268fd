"""The Web API's methods for files: upload in three steps, look, delete."""

from typing import Any

from bot.sandbox import defaults
from bot.sandbox.errors import SlackError
from bot.sandbox.files import File
from bot.sandbox.web_api import WebApi
from bot.sandbox.workspace import Message

Json = dict[str, Any]
ALT_TEXT = 1_000  # M:files.getUploadURLExternal


class FileApi:
    """Adds the methods of files to the Web API."""

    def __init__(self, api: WebApi) -> None:
        self.api = api
        api.methods |= {
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete,
            "files.info": lambda a: {"file": api.files.to_slack(api.files.get(a.get("file", "")))},
            "files.delete": self._delete,
        }

    def _upload_url(self, a: Json) -> Json:
        name, length = str(a.get("filename", "")), int(a.get("length") or 0)
        if not name or length <= 0:
            raise SlackError("invalid_arguments", ["missing required field: filename or length"])
        alt_text = str(a.get("alt_txt") or "")
        if len(alt_text) > ALT_TEXT:
            raise SlackError("alt_txt_too_large")
        file, url = self.api.files.reserve(
            defaults.BOT_USER, name, length, alt_text, a.get("snippet_type") or None
        )
        return {"file_id": file.id, "upload_url": url}

    def _complete(self, a: Json) -> Json:
        wanted = a.get("files") or []
        places = [one for one in str(a.get("channels") or a.get("channel_id") or "").split(",") if one]
        channels = [self.api._writable({"channel": one}) for one in places]
        done = [self.api.files.complete(str(one.get("id")), one.get("title")) for one in wanted]
        for channel in channels:
            self.api._check_thread(channel, a.get("thread_ts"))
            self._share(done, channel.id, a)
        return {"files": [self.api.files.to_slack(file) for file in done]}

    def _share(self, files: list[File], channel: str, a: Json) -> None:
        for file in files:
            file.channels.add(channel)
        message = self.api.message(
            channel, {"text": a.get("initial_comment") or "", "thread_ts": a.get("thread_ts")}
        )
        message.files = [file.id for file in files]
        self.api.workspace.post(message)

    def _delete(self, a: Json) -> Json:
        file_id = str(a.get("file", ""))
        self.api.files.delete(file_id)
        for message in self.api.workspace.every_message():
            if file_id in message.files:
                self._without(message, file_id)
        return {}

    def _without(self, message: Message, file_id: str) -> None:
        left = [one for one in message.files if one != file_id]
        if left or message.text or message.blocks:
            self.api.workspace.edit(message, {}, files=left)
        else:
            self.api.workspace.remove(message, {})
