"""A table dropped into Slack: classified by the worker in a process of its own, the result posted in the thread.

The table and its result lie beside the store while that takes, so that another worker can go on after a
crash, and are deleted at the end: nothing of them is kept.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import bulk, documents, tables
from bot.bulk_cli import LAST_WORDS
from bot.jobs import Job
from bot.originals import download
from bot.services import Services

logger = logging.getLogger(__name__)
KIND = "archive"
ENDINGS = (".csv", ".tsv", ".xlsx")
MOST_BYTES = 50_000_000
_EVERY = 3.0  # seconds between two looks at how far it is
_SLACK = "Slack did not give me the file. Drop it again."


def is_table(file: dict[str, Any]) -> bool:
    """Whether a shared file is a table by its name."""
    return str(file.get("name") or "").lower().endswith(ENDINGS)


def ask(services: Services, body: dict[str, Any]) -> Callable[[WebClient], object] | None:
    """Keep the tables of an event as jobs, each once; None where the message brings anything but tables.

    Returns what is still to be said of them.
    """
    event = body["event"]
    files = event.get("files") or []
    if not files or not all(is_table(file) for file in files):
        return None
    thread = event.get("thread_ts") or event["ts"]
    asked = []
    for file in files:
        kind = f"{KIND}-{thread}-{file['id']}"
        if not any(services.jobs.latest(kind, state) for state in ("done", "failed", "cancelled")):
            asked.append(
                services.jobs.ask(body["team_id"], kind, event["user"], event["channel"], services.now())
            )
    return partial(_promise, services, [number for number in asked if number is not None], thread)


def _promise(services: Services, numbers: list[int], thread: str, client: WebClient) -> None:
    for number in numbers:
        job = services.jobs.get(number)
        if job is not None and not job.message_ts:
            _Progress(services, client, job, thread)(
                "I read this table row by row and tell you here how far I am."
            )


def run(services: Services, client: WebClient, job: Job) -> None:
    """Do one job to its end, going on where a worker that died left it."""
    _, thread, file_id = job.kind.split("-", 2)
    home = services.store.path.with_name(f".{services.store.path.name}.archive-{job.id}")
    say = _Progress(services, client, job, thread)
    try:
        home.mkdir(mode=0o700, exist_ok=True)
        table = _fetched(client, home, file_id)
        column = bulk.text_column(tables.open_table(table))
        if column is None:
            raise tables.TableError(
                "I could not tell which column holds the descriptions. Name it `description` in the first "
                "row, and drop the file here again."
            )
        words = _classified(services, table, column, say)
        for result in sorted(home.glob("*-rung.*"), reverse=True):
            _post(client, job.channel, thread, result)
        say(
            f"{words}\nThe column `rung_look` says which rows deserve a person's look, and why. I keep no copy."
        )
        services.jobs.end(job.id, "done")
    except (tables.TableError, documents.Unreadable, SlackApiError) as error:
        words = str(error) if isinstance(error, tables.TableError) else _SLACK
        say(words)
        services.jobs.end(job.id, "failed", type(error).__name__)
    shutil.rmtree(home, ignore_errors=True)


class _Progress:
    """One message in the thread, changed in place; each word of it is a sign of life as well."""

    def __init__(self, services: Services, client: WebClient, job: Job, thread: str) -> None:
        self.services, self.client, self.job, self.thread = services, client, job, thread
        self.words = ""

    def __call__(self, words: str) -> None:
        self.services.jobs.beat(self.job.id, "", self.services.now())
        if words == self.words:
            return
        self.words = words
        now = self.services.jobs.get(self.job.id)
        try:
            if now is not None and now.message_ts:
                self.client.chat_update(channel=self.job.channel, ts=now.message_ts, text=words)
                return
            posted = self.client.chat_postMessage(channel=self.job.channel, thread_ts=self.thread, text=words)
            self.services.jobs.shown_in(self.job.id, str(posted["ts"]))
        except (SlackApiError, OSError) as error:
            logger.warning("progress_not_shown job=%s error=%s", self.job.id, type(error).__name__)


def _fetched(client: WebClient, home: Path, file_id: str) -> Path:
    """The table as a file, from Slack unless it lies there already."""
    there = next((one for one in home.glob("table.*") if one.suffix in ENDINGS), None)
    if there is not None:
        return there
    file = client.files_info(file=file_id)["file"]
    if int(file.get("size") or 0) > MOST_BYTES:
        raise tables.TableError(
            f"This file is larger than {MOST_BYTES // 1_000_000} MB. Split it, or use `rung classify` in a terminal."
        )
    table = home / f"table{PurePath(str(file['name'])).suffix.lower()}"
    draft = table.with_suffix(".draft")
    draft.write_bytes(download(client, file, MOST_BYTES))
    return draft.rename(table)


def _classified(services: Services, table: Path, column: str, say: _Progress) -> str:
    """Run the command in a process of its own; returns its words on the whole."""
    result = table.with_name(f"{table.stem}-rung.{'xlsx' if table.suffix == '.xlsx' else 'csv'}")
    part = result.with_name(f".{result.name}.part")
    total = tables.open_table(table).count()
    command = [sys.executable, "-m", "bot", "classify", str(table), "--column", column, "--out", str(result)]
    command += ["--force", "--jobs", "1", "--attached", "--models", str(services.models)]
    log = table.with_name("log")
    with (
        log.open("w") as words,
        log.with_suffix(".err").open("w") as errors,
        # It ends when this pipe does: with this worker, however that ends.
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=words, stderr=errors) as process,
    ):
        began, first = time.monotonic(), _rows(part)
        while process.poll() is None:
            say(_how_far(_rows(part), total, first, time.monotonic() - began))
            with suppress(subprocess.TimeoutExpired):
                process.wait(_EVERY)
    if process.returncode != 0:
        raise tables.TableError(
            "This file could not be read. Save it as CSV (UTF-8), and drop it here again."
        )
    lines = log.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith(LAST_WORDS))


def _rows(part: Path) -> int:
    try:
        with part.open("rb") as stream:
            return max(0, sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b"")) - 1)
    except FileNotFoundError:
        return 0


def _how_far(done: int, total: int, first: int, seconds: float) -> str:
    if done <= first:
        return f"I am reading {total:,} rows. I will say here how far I am."
    left = (total - done) * seconds / (done - first)
    time_left = "less than a minute" if left < 60 else f"about {round(left / 60)} min"
    return f"{done:,} of {total:,} rows read, {time_left} left."


def _post(client: WebClient, channel: str, thread: str, result: Path) -> None:
    client.files_upload_v2(
        file=str(result),
        filename=result.name.replace("table-", ""),
        title="Summary" if result.suffix == ".html" else "Your rows, with what I say of each",
        channel=channel,
        thread_ts=thread,
    )
