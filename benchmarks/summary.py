"""Summaries, Home and search over five years of cases in one store.

    python benchmarks/summary.py [--quick]

Fills a store with 1,000,000 cases (100,000 with `--quick`), then times a weekly summary of all of them, one page of a
person's Home tab, and a search. Ends with one line of JSON: `cases`, `weekly_seconds`, `home_seconds`, `search_seconds`.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot import numbers, summary  # noqa: E402
from bot.facts import Facts  # noqa: E402
from bot.numbers import Scope  # noqa: E402
from bot.reviews import Reviews  # noqa: E402
from bot.store import Store  # noqa: E402
from classifier.taxonomy import taxonomy  # noqa: E402

END = datetime(2026, 11, 23, tzinfo=UTC)
WORDS = [f"word{n}" for n in range(5000)]


def fill(store: Store, count: int) -> None:
    """Cases spread over five years, by 500 people in 60 channels."""
    chance = random.Random(0)
    types, pathways = list(taxonomy().engagement), list(taxonomy().pathway)
    cases, facts = [], []
    for n in range(1, count + 1):
        at = (END - timedelta(days=1825 * chance.random())).isoformat()
        channel, author = f"C{chance.randrange(60)}", f"U{chance.randrange(500)}"
        text = " ".join(chance.choices(WORDS, k=12))
        cases.append((n, "T", channel, f"{n}.1", f"{n}.1", author, author, text, at))
        score = chance.choice([None, 33.0, 67.0, 100.0])
        labels = (chance.choice([None, *types]), chance.choice(pathways))
        facts.append(
            (
                n,
                "T",
                channel,
                chance.choice(["public", "private"]),
                author,
                at,
                *labels,
                "model",
                score,
                score,
                None,
                0,
                100,
                chance.randrange(13),
            )
        )
    with store.transaction() as db:
        db.executemany(
            "insert into cases (id, team_id, channel, message_ts, thread_ts, author, asker, text, received_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            cases,
        )
        db.executemany(f"insert into facts values ({', '.join('?' * 15)})", facts)


def seconds(do: Callable[[], object], times: int = 5) -> float:
    """Median of several runs."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        do()
        taken.append(time.perf_counter() - begin)
    return round(statistics.median(taken), 4)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    count = 100_000 if parser.parse_args().quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "rung.db")
        fill(store, count)
        facts = Facts(store, Reviews(store), taxonomy())
        week = numbers.week_of(date(2026, 11, 16), "Europe/London")
        figures = {
            "cases": count,
            "weekly_seconds": seconds(lambda: summary.make(store, Scope("T"), week, "Week")),
            "home_seconds": seconds(lambda: facts.page("T", "U7")),
            "search_seconds": seconds(lambda: facts.page("T", "U7", search="word42 word7", mine=False)),
        }
    for key, value in figures.items():
        print(f"{key:16} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
