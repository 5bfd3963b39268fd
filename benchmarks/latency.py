"""One text through the bot, without the network; how soon the bot is ready, and its memory.

    python benchmarks/latency.py [--quick]

Times, for descriptions of 60 to 180 words, what lies between the acknowledgement of a kept text and the rendered
answer: reading, recording in the real store, rendering. Then starts the real bot on a trained model and waits until
/readyz says yes, sends it texts over signed HTTP, and reads its memory. Also how training grows with the number of
cases. Ends with one line of JSON: `median_ms`, `p95_ms`, `keep_median_ms` (masking personal data and keeping, before the
acknowledgement), `ready_seconds`, `rss_mb`, and, without `--quick`, `train_seconds` and `model_mb` by number of cases.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import serving  # noqa: E402
from bot.cli import free_port  # noqa: E402
from bot.intake import Original, keep, receive  # noqa: E402
from bot.sandbox import Sandbox  # noqa: E402
from bot.services import start  # noqa: E402
from bot.store import Message  # noqa: E402
from bot.views import assessment as view  # noqa: E402
from classifier.dataset import TRAINING_DATA, read_cases  # noqa: E402
from classifier.training import train  # noqa: E402


def texts(count: int) -> list[str]:
    """Descriptions of about 120 words, each another one."""
    found = [case.text for case in read_cases([TRAINING_DATA]) if 60 <= len(case.text.split()) <= 180]
    return [f"{found[i % len(found)]} Note {i}." for i in range(count)]


def in_process(home: Path, models: Path, count: int) -> dict[str, float]:
    """Milliseconds before and after the acknowledgement."""
    services = start(home / "one.db", models)
    before, after = [], []
    for number, text in enumerate(texts(count + 20)):
        message = Message("T", "D1", f"{number}.1", f"{number}.1", "U1", "U1", text)
        began = time.perf_counter()
        case_id = keep(services, message)
        kept = time.perf_counter()
        case = receive(services, "T", case_id, lambda _: Original("U1", ""))
        view.render(services.book, case, {})
        if number >= 20:  # the first ones warm up
            before.append(1000 * (kept - began))
            after.append(1000 * (time.perf_counter() - kept))
    return {
        "median_ms": round(statistics.median(after), 1),
        "p95_ms": round(statistics.quantiles(after, n=20)[18], 1),
        "keep_median_ms": round(statistics.median(before), 1),
    }


def as_process(home: Path, count: int) -> dict[str, float]:
    """Seconds to ready, and resident memory after some texts."""
    with Sandbox() as slack:
        port = free_port(18600)
        began = time.perf_counter()
        bot = serving.start(slack, home, port)
        try:
            serving.wait(lambda: serving.answers(port, "/readyz"))
            ready = time.perf_counter() - began
            slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
            person = slack.person("Sam")
            for text in texts(count):
                message = person.dm(text)
                slack.wait_for(lambda message=message: slack.replies(message))
            rss = serving.megabytes(bot)
        finally:
            bot.terminate()
            bot.wait(30)
    return {"ready_seconds": round(ready, 2), "rss_mb": rss}


def growth(home: Path) -> dict[str, dict[str, float]]:
    """Training time and size by number of cases; beyond ours they are cut and joined anew from ours."""
    cases = [
        line for line in (ROOT / "training_data" / "cases.jsonl").read_text("utf-8").splitlines() if line
    ]
    seconds, sizes = {}, {}
    for count in (1000, 5000, 20000):
        file = home / f"{count}.jsonl"
        with file.open("w", encoding="utf-8") as stream:
            for number in range(count):
                case = json.loads(cases[number % len(cases)])
                if number >= len(cases):
                    other = json.loads(cases[(number * 7 + 3) % len(cases)])
                    half = len(case["text"]) // 2
                    case["text"] = f"{case['text'][:half]} {other['text'][len(other['text']) // 2 :]}"
                    for key in ("spans", "evidence", "criteria"):
                        case.pop(key, None)
                    case["id"] = f"{case['id']}-{number}"
                stream.write(json.dumps(case) + "\n")
        began = time.perf_counter()
        name = train([file], home / f"models-{count}")
        seconds[str(count)] = round(time.perf_counter() - began, 1)
        sizes[str(count)] = round((home / f"models-{count}" / name / "model.joblib").stat().st_size / 1e6, 1)
    return {"train_seconds": seconds, "model_mb": sizes}


def run(quick: bool) -> dict[str, object]:
    """Every figure."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        models = home / "models"
        train([TRAINING_DATA], models)
        figures: dict[str, object] = {}
        figures |= as_process(home, 30 if quick else 200)
        figures |= in_process(home, models, 100 if quick else 500)
        figures["at"] = datetime.now(UTC).date().isoformat()
        return figures if quick else {**figures, **growth(home)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    print(json.dumps(run(parser.parse_args().quick)))
