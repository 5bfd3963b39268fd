"""What reviews are worth: macro-F1 after 50, 100, 200, 400 of them, chosen by the queue against at random.

    python benchmarks/learning_curve.py [--quick]

Starts from a model of 300 cases; the others of `training_data/` are what people paste, and 400 more judge. Averaged
over several draws. Then a batch with shuffled labels meets the gate, and 20 reviewers save at once. Ends with a line
of JSON: `queue_f1_at_200`, `random_f1_at_200`, `poisoned_refused`, `reviews_lost`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot import review  # noqa: E402
from bot.retrain import gate, mixed_up, said  # noqa: E402
from bot.reviews import Review, Reviews  # noqa: E402
from bot.store import Message, Store  # noqa: E402
from classifier.assessment import Head  # noqa: E402
from classifier.dataset import Case, read_cases  # noqa: E402
from classifier.evaluation import macro_f1  # noqa: E402
from classifier.model import fit  # noqa: E402
from classifier.taxonomy import taxonomy  # noqa: E402
from classifier.text import read  # noqa: E402

START, JUDGES, STEPS = 300, 400, (50, 100, 200, 400)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def f1(known: Sequence[Case], judges: Sequence[Case]) -> float:
    """Mean of the macro-F1 of both heads."""
    model = fit(known)
    guess = said(model, judges)
    values = []
    for head in ("engagement", "pathway"):
        labels = list(getattr(taxonomy(), head))
        values.append(macro_f1(np.array([getattr(case, head) for case in judges]), guess[head], labels))
    return sum(values) / 2


def by_queue(known: Sequence[Case], pool: Sequence[Case], count: int) -> list[Case]:
    """The cases that the queue would offer first, with the gain that the bot computes."""
    model = fit(known)
    labels = Counter(case.engagement for case in known)
    chances = model.probabilities(model.features.transform([read(case.text).text for case in pool]))
    gains = [
        review.gain(head("engagement", chances, row), head("pathway", chances, row), labels)
        for row in range(len(pool))
    ]
    best = sorted(range(len(pool)), key=lambda i: -gains[i])[:count]
    return [pool[i] for i in best]


def head(name: str, chances: dict[str, np.ndarray], row: int) -> Head:
    """One head's answer for one text."""
    values = dict(zip(getattr(taxonomy(), name), chances[name][row].tolist(), strict=True))
    label = max(values, key=lambda key: values[key])
    return Head(label, values[label], False, values)


def curves(cases: Sequence[Case], seed: int) -> dict[str, list[float]]:
    """Macro-F1 at each step, by way of choosing; the model is retrained at each step, as a team would."""
    chance = random.Random(seed)
    shuffled = list(cases)
    chance.shuffle(shuffled)
    start, judges, pool = shuffled[:START], shuffled[START : START + JUDGES], shuffled[START + JUDGES :]
    found: dict[str, list[float]] = {}
    for way in ("queue", "random"):
        known, left, values, before = list(start), list(pool), [], 0
        for step in STEPS:
            chosen = by_queue(known, left, step - before) if way == "queue" else left[: step - before]
            ids = {case.id for case in chosen}
            known += chosen
            left = [case for case in left if case.id not in ids]
            values.append(f1(known, judges))
            before = step
        found[way] = values
    return found


def poisoned_refused(cases: Sequence[Case]) -> bool:
    """Whether the gate refuses 150 reviews with shuffled labels."""
    chance = random.Random(0)
    shuffled = list(cases)
    chance.shuffle(shuffled)
    known, judges, pool = shuffled[:700], shuffled[700:1100], shuffled[1100:1250]
    labels = [(case.engagement, case.pathway) for case in pool]
    chance.shuffle(labels)
    bad = [
        replace(case, engagement=engagement, pathway=pathway, modes=(), batch="reviews")
        for case, (engagement, pathway) in zip(pool, labels, strict=True)
    ]
    champion, challenger = fit(known), fit([*known, *bad])
    return bool(gate(champion, challenger, judges)[1] or mixed_up(champion, bad))


def reviews_lost(count: int = 200, people: int = 20) -> int:
    """How many of the reviews that 20 people save at once on the same cases are not kept."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "rung.db")
        reviews = Reviews(store)
        ids = [store.keep(Message("T", "C", f"{n}.1", f"{n}.1", "U", "U", "x"), NOW)[0] for n in range(count)]

        def save(person: str) -> None:
            for case in ids:
                one = Review(
                    case, person, "consultation", "unclear", "unclear", (), "", "", False, "", "", ""
                )
                reviews.save("T", one)

        with ThreadPoolExecutor(people) as team:
            list(team.map(save, [f"U{n}" for n in range(people)]))
        return count * people - len(reviews.standing("T"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one draw instead of five; under 50 s")
    asked = parser.parse_args()
    cases = read_cases([ROOT / "training_data"])
    found = [curves(cases, seed) for seed in range(1 if asked.quick else 5)]
    figures: dict[str, object] = {}
    for way in ("queue", "random"):
        means = np.mean([one[way] for one in found], axis=0)
        print(f"{way:7}", "  ".join(f"{step}: {value:.3f}" for step, value in zip(STEPS, means, strict=True)))
        figures |= {f"{way}_f1_at_{step}": round(float(v), 4) for step, v in zip(STEPS, means, strict=True)}
    figures |= {
        "poisoned_refused": poisoned_refused(cases),
        "reviews_lost": reviews_lost(50 if asked.quick else 200),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
