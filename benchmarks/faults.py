"""The bot killed at random moments while people talk to it, with Slack failing, the disk full and the store locked.

    python benchmarks/faults.py [--quick]

`kill -9` 100 times (3 with `--quick`) during conversations; in between Slack answers 429 and 500 at random, the store
is locked by somebody else for a while, the disk is full, the model is away. Afterwards every acknowledged event must
have exactly one reply, and every acknowledged answer must be in the store. Ends with one line of JSON: `kills`,
`events`, `answers`, `lost`, `twice`.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import serving  # noqa: E402
from bot.cli import free_port  # noqa: E402
from bot.sandbox import Sandbox  # noqa: E402
from bot.sandbox.defaults import PersonSeed  # noqa: E402
from bot.sandbox.defaults import Settings as Workspace  # noqa: E402
from bot.sandbox.workspace import Message  # noqa: E402
from bot.store import Store  # noqa: E402
from classifier.dataset import read_cases  # noqa: E402
from classifier.training import train  # noqa: E402

TEAM = "T0SANDBOX"
PEOPLE = 6


class Bot:
    """The bot as a process that can be killed and started again."""

    def __init__(self, slack: Sandbox, home: Path, port: int) -> None:
        self.slack, self.home, self.port = slack, home, port
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, most_bytes: int = 0) -> None:
        """Start it; `most_bytes` limits the files it may write, as a full disk does."""

        def limit() -> None:
            if most_bytes:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

        self.process = serving.start(self.slack, self.home, self.port, preexec_fn=limit)

    def wait(self) -> None:
        """Wait until it answers."""
        serving.wait(lambda: serving.answers(self.port, "/healthz"))

    def kill(self) -> None:
        """End it without a warning."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Talk:
    """People who paste and answer, and what Slack's side knows to be acknowledged."""

    def __init__(self, slack: Sandbox, texts: list[str]) -> None:
        self.slack, self.texts = slack, texts
        self.stopped = threading.Event()
        self.sent: list[Message] = []
        self.answers: list[tuple[Message, str, str]] = []
        self.lock = threading.Lock()

    def live(self, person: int) -> None:
        """Paste something new now and then, and press what can be pressed."""
        chance, me = random.Random(person), self.slack.person(f"P{person}")
        mine: list[Message] = []
        count = 0
        while not self.stopped.is_set():
            time.sleep(chance.uniform(0.05, 0.6))
            if not mine or chance.random() < 0.15:
                count += 1
                message = me.dm(f"{chance.choice(self.texts)}\nNote {person}-{count}.")
                mine = [*mine[-3:], message]
                with self.lock:
                    self.sent.append(message)
            else:
                self._press(me, chance.choice(mine), chance)

    def _press(self, me: object, message: Message, chance: random.Random) -> None:
        replies = self.slack.replies(message)
        if not replies:
            return
        buttons = [
            (block, element)
            for block in list(replies[0].blocks)
            if block["type"] == "actions"
            for element in block["elements"]
            if element["type"] == "button"
            and element["action_id"].startswith(("show_next", "answer_", "settle"))
        ]
        if not buttons:
            return
        answers = [one for one in buttons if one[1]["action_id"].startswith("answer_")]
        ahead = [one for one in buttons if one[1]["action_id"].startswith("show_next")]
        block, element = chance.choice(answers or ahead or buttons)
        delivery = me.press(replies[0], block, element)  # type: ignore[attr-defined]
        if delivery.acks[-1].ok and element["action_id"].startswith("answer_"):
            _, question, value = element["value"].split(":")
            with self.lock:
                self.answers.append((message, question, value))


def _until(ready: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not ready() and time.monotonic() < end:
        time.sleep(0.05)


def harm(slack: Sandbox, bot: Bot, chance: random.Random) -> None:
    """One fault beside the killing: Slack's, the store's, the disk's or the model's."""
    kind = chance.choice(["429", "500", "after", "locked", "full", "model", "none", "none"])
    if kind == "429":
        slack.fail_next("chat.postMessage", times=3, status=429, retry_after=1)
    elif kind == "500":
        slack.fail_next("chat.postMessage", times=2, status=500)
    elif kind == "after":
        slack.fail_next("chat.postMessage", times=1, status=500, after_effect=True)
    elif kind == "locked":
        threading.Thread(target=_lock, args=(bot.home / "rung.db", 2.0), daemon=True).start()
    elif kind == "model":
        current = bot.home / "models" / "current"
        aside = current.with_name("current.away")
        if current.exists():
            current.rename(aside)
            threading.Timer(1.0, aside.rename, (current,)).start()


def _lock(store: Path, seconds: float) -> None:
    try:
        with sqlite3.connect(store, isolation_level=None, timeout=5) as db:
            db.execute("begin immediate")
            time.sleep(seconds)
            db.execute("rollback")
    except sqlite3.Error:
        pass


def run(kills: int) -> dict[str, int]:
    """One run with so many kills."""
    seeds = tuple(
        PersonSeed("staff", f"U0P{i}", f"P{i}", f"P {i}", "Officer", f"D0P{i}") for i in range(PEOPLE)
    )
    texts = [case.text for case in read_cases([ROOT / "training_data"])]
    chance = random.Random(7)
    patient = Workspace(people=seeds, retry_delays=(0.5, 2.0, 6.0))
    with tempfile.TemporaryDirectory() as folder, Sandbox(patient) as slack:
        home, port = Path(folder), free_port(18500)
        train([ROOT / "training_data"], home / "models")
        bot = Bot(slack, home, port)
        bot.start()
        bot.wait()
        slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
        talk = Talk(slack, texts)
        threads = [threading.Thread(target=talk.live, args=(i,)) for i in range(PEOPLE)]
        for thread in threads:
            thread.start()
        for number in range(kills):
            time.sleep(chance.uniform(0.2, 2.0))
            harm(slack, bot, chance)
            time.sleep(chance.uniform(0.0, 1.0))
            bot.kill()
            current = home / "models" / "current"
            _until(current.exists, 5)
            full = number % 10 == 5
            bot.start(most_bytes=(home / "rung.db").stat().st_size + 30_000 if full else 0)
            if full:
                time.sleep(4)
                bot.kill()
                bot.start()
            bot.wait()
        talk.stopped.set()
        for thread in threads:
            thread.join()
        _settle(slack, talk, home / "rung.db", hurry=kills < 10)
        figures = _count(slack, talk, Store(home / "rung.db"), kills)
        bot.kill()
        return figures


def _settle(slack: Sandbox, talk: Talk, store: Path, *, hurry: bool) -> None:
    """Wait for retries and the worker: a claim whose process died is taken over after a minute.

    `hurry` lets that minute pass at once.
    """
    time.sleep(8)  # the last retry of an event that found no bot
    if hurry:
        with sqlite3.connect(store, timeout=10) as db:
            db.execute(
                "update cases set claimed_at = '2000' where reply_ts is null and claimed_at is not null"
            )
    end = time.monotonic() + 180
    while time.monotonic() < end and any(not slack.replies(one) for one in _acknowledged(slack, talk)):
        time.sleep(1)
    time.sleep(3)


def _acknowledged(slack: Sandbox, talk: Talk) -> list[Message]:
    good = {
        (one.body["event"].get("channel"), one.body["event"].get("ts"))
        for one in slack.deliveries
        if one.kind == "event" and one.ok and one.body["event"].get("type") == "message"
    }
    return [one for one in talk.sent if (one.channel, one.ts) in good]


def _count(slack: Sandbox, talk: Talk, store: Store, kills: int) -> dict[str, int]:
    events = _acknowledged(slack, talk)
    replies = [len(slack.replies(one)) for one in events]
    lost = sum(count == 0 for count in replies)
    for message, question, value in talk.answers:
        case = store.find(TEAM, message.channel, message.ts)
        steps = {(step.question, step.value) for step in store.history(TEAM, case.id)} if case else set()
        if (question, value) not in steps:
            lost += 1
    return {
        "kills": kills,
        "events": len(events),
        "answers": len(talk.answers),
        "lost": lost,
        "twice": sum(count > 1 for count in replies),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    print(json.dumps(run(3 if parser.parse_args().quick else 100)))
