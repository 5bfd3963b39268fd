"""A table dropped into Slack: progress in the thread, the result in reply, nothing kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import archive_job, worker
from bot.sandbox import Sandbox
from bot.sandbox.workspace import Message
from classifier.assess import Assessor
from classifier.dataset import TRAINING_DATA, read_cases
from tests.bots import SURE, Bot, reply_to

TEXTS = [case.text for case in read_cases([TRAINING_DATA])[:70]]


@pytest.fixture
def bot(slack: Sandbox, tmp_path: Path, assessor: Assessor, models: Path) -> Iterator[Bot]:
    running = Bot(slack, tmp_path / "rung.db", assessor, "http", models)
    yield running
    running.stop()


def table(texts: list[str], name: str = "Description") -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", name])
    writer.writerows([f"{i:03}", text] for i, text in enumerate(texts))
    return out.getvalue().encode()


def files_in(slack: Sandbox, message: Message) -> dict[str, bytes]:
    ids = [one for reply in slack.replies(message) for one in reply.files]
    return {slack.files.get(one).name: slack.files.get(one).content or b"" for one in ids}


def test_a_table_comes_back_with_ours_beside_it_once_and_nothing_is_kept(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    message = sam.upload("", "old cases.csv", table([*TEXTS, "", SURE]))
    first = reply_to(slack, message)
    assert "row by row" in slack.text_of(first)
    worker.archives(bot.services, bot.clients)
    assert "71 of 72 rows read" in slack.text_of(first)
    assert "row 71: no text" in slack.text_of(first)
    assert "/" not in slack.text_of(first).replace("row 71", "")
    found = files_in(slack, message)
    assert set(found) == {"rung.csv", "rung.html"}
    rows = list(csv.DictReader(io.StringIO(found["rung.csv"].decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [f"{i:03}" for i in range(72)]
    assert rows[71]["rung_engagement"] == "self_help"
    # The same event again, and a second worker, change nothing.
    slack.deliver_again(next(one for one in slack.deliveries if one.kind == "event"), 2)
    worker.archives(bot.services, bot.clients)
    assert len(files_in(slack, message)) == 2
    assert not list(bot.path.parent.glob(".rung.db.archive*"))
    assert SURE.encode() not in bot.path.read_bytes()


def test_a_table_in_a_channel_and_one_without_a_text_column(slack: Sandbox, bot: Bot) -> None:
    riley = slack.person("Riley")
    mention = riley.upload("engagement", "a.csv", table([SURE]), "@Rung")
    unclear = riley.upload("", "b.csv", b"a,b\n1,2\n")
    broken = riley.upload("", "c.xlsx", b"PK no book")
    for message in (mention, unclear, broken):
        reply_to(slack, message)
    worker.archives(bot.services, bot.clients)
    assert "1 of 1 rows read" in slack.text_of(slack.replies(mention)[0])
    assert "Name it `description`" in slack.replies(unclear)[0].text
    assert "damaged" in slack.text_of(slack.replies(broken)[0])
    assert [len(slack.replies(message)) for message in (unclear, broken)] == [1, 1]


def test_a_worker_that_died_is_followed_by_one_that_ends_it(slack: Sandbox, bot: Bot) -> None:
    message = slack.person("Sam").upload("", "d.csv", table(TEXTS))
    reply_to(slack, message)
    job = bot.services.jobs.claim(f"{archive_job.KIND}-*", bot.now())
    assert job is not None  # and its worker is gone
    slack.wait_for(lambda: (bot.services.jobs.get(job.id) or job).message_ts)
    worker.archives(bot.services, bot.clients)
    assert files_in(slack, message) == {}
    before = bot.now
    bot.now = lambda: before() + timedelta(minutes=2)
    worker.archives(bot.services, bot.clients)
    assert set(files_in(slack, message)) == {"rung.csv", "rung.html"}
    assert len([one for one in slack.replies(message) if not one.files]) == 1
