"""Many people at once against the real bot in a process of its own, over signed HTTP.

    python benchmarks/load.py [--quick] [--people N]

200 people (50 with `--quick`) paste descriptions and answer questions for five minutes (20 seconds), each with a
pause of 5 to 15 seconds between two deeds, against the stand-in for Slack in this process: both share the machine's
cores. Ends with one line of JSON: `people`, `pastes`, `presses`, `ack_p50_ms`, `ack_p99_ms`, `reply_p50_ms`,
`reply_p95_ms`, `lost` (messages without a reply, answers not in the store), `twice` (messages with two).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
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


class Load:
    """What the people did and how long it took."""

    def __init__(self, slack: Sandbox, texts: list[str]) -> None:
        self.slack, self.texts = slack, texts
        self.acks: list[float] = []
        self.replies: list[float] = []
        self.sent: list[tuple[Message, float]] = []
        self.pressed: dict[str, set[str]] = {}
        self.lock = threading.Lock()

    def live(self, person: int, until: float) -> None:
        """Paste, read the reply, answer some questions, and again."""
        chance = random.Random(person)
        me = self.slack.person(f"P{person}")
        time.sleep(chance.uniform(0, 10))
        count = 0
        while time.monotonic() < until:
            text = f"{chance.choice(self.texts)}\nNote {person}-{count}."
            count += 1
            began = time.monotonic()
            message = me.dm(text)
            acked = time.monotonic() - began
            with self.lock:
                self.acks.append(acked)
                self.sent.append((message, began))
            try:
                reply = self.slack.wait_for(lambda message=message: self.slack.replies(message), timeout=30)[
                    0
                ]
            except TimeoutError:
                continue
            with self.lock:
                self.replies.append(time.monotonic() - began)
            time.sleep(chance.uniform(5, 15))
            self._answer(me, message, reply, chance, until)

    def _answer(
        self, me: object, message: Message, reply: Message, chance: random.Random, until: float
    ) -> None:
        for _ in range(4):
            if time.monotonic() > until:
                return
            buttons = [
                (block, element)
                for block in list(reply.blocks)
                if block["type"] == "actions"
                for element in block["elements"]
                if element["type"] == "button"
                and element["action_id"].startswith(("show_next", "answer_", "confirm", "settle"))
            ]
            if not buttons:
                return
            block, element = chance.choice(buttons)
            before = json.dumps(reply.blocks)
            began = time.monotonic()
            delivery = me.press(reply, block, element)  # type: ignore[attr-defined]
            with self.lock:
                self.acks.append(time.monotonic() - began)
                parts = str(element["value"]).split(":")
                if element["action_id"].startswith("answer_") and delivery.acks[-1].ok:
                    self.pressed.setdefault(message.ts, set()).add(parts[1])
            end = time.monotonic() + 10
            while json.dumps(reply.blocks) == before and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(chance.uniform(5, 15))


def run(people: int, seconds: float) -> dict[str, float]:
    """One run; the bot is a process of its own."""
    seeds = tuple(
        PersonSeed("staff", f"U0P{i}", f"P{i}", f"Person {i}", "Officer", f"D0P{i}") for i in range(people)
    )
    cases = [case.text for case in read_cases([ROOT / "training_data"])]
    with tempfile.TemporaryDirectory() as folder, Sandbox(Workspace(people=seeds)) as slack:
        home, port = Path(folder), free_port(18400)
        train([ROOT / "training_data"], home / "models")
        bot = serving.start(slack, home, port)
        try:
            serving.wait(lambda: serving.answers(port, "/readyz"))
            slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
            load = Load(slack, cases)
            until = time.monotonic() + seconds
            threads = [threading.Thread(target=load.live, args=(i, until)) for i in range(people)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            time.sleep(2)
            rss = serving.megabytes(bot)
        finally:
            bot.terminate()
            bot.wait(30)
        return {**_figures(load, people, Store(home / "rung.db")), "bot_mb": rss}


def _figures(load: Load, people: int, store: Store) -> dict[str, float]:
    counts = [len(load.slack.replies(message)) for message, _ in load.sent]
    lost = sum(count == 0 for count in counts)
    for ts, questions in load.pressed.items():
        message = next(message for message, _ in load.sent if message.ts == ts)
        case = store.find(TEAM, message.channel, ts)
        given = store.answers(TEAM, case.id) if case else {}
        lost += len(questions - set(given))

    def ms(values: list[float], share: float) -> int:
        return round(1000 * statistics.quantiles(values, n=100)[int(share * 100) - 1])

    return {
        "people": people,
        "pastes": len(load.sent),
        "presses": len(load.acks) - len(load.sent),
        "ack_p50_ms": ms(load.acks, 0.5),
        "ack_p99_ms": ms(load.acks, 0.99),
        "reply_p50_ms": ms(load.replies, 0.5),
        "reply_p95_ms": ms(load.replies, 0.95),
        "lost": lost,
        "twice": sum(count > 1 for count in counts),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--people", type=int, help="so many people for a minute, to find where it ends")
    given = parser.parse_args()
    people = given.people or (50 if given.quick else 200)
    print(json.dumps(run(people, 60 if given.people else 20 if given.quick else 300)))
