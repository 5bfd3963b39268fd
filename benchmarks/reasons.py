"""Are the reasons the reasons? And is "it uses the word of X, it describes something else" right?

    python benchmarks/reasons.py [FILE] [--quick]

Deletes the quoted phrases of each text and, as often, random spans of whole words of the same length, and compares how
far the probability of the label falls: on FILE (as for `rung evaluate`) or, without it, on cases whose batch the model has
not seen. Runs twice and compares. The claims are counted on cases of unseen batches. Ends with a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from classifier.assess import CLAIM_FITS, CLAIMS, Assessor  # noqa: E402
from classifier.dataset import Case, read_cases  # noqa: E402
from classifier.evaluation import read_truths  # noqa: E402
from classifier.model import fit  # noqa: E402
from classifier.taxonomy import taxonomy  # noqa: E402
from classifier.text import read  # noqa: E402


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + " " + text[end:]
    return text


def random_spans(text: str, lengths: Sequence[int], chance: random.Random) -> list[tuple[int, int]]:
    """Spans of whole words, as long as the given ones, anywhere in the text."""
    words = [(found.start(), found.end()) for found in re.finditer(r"\S+", text)]
    spans = []
    for length in lengths:
        first = chance.randrange(len(words))
        last = first
        while last + 1 < len(words) and words[last][1] - words[first][0] < length:
            last += 1
        spans.append((words[first][0], words[last][1]))
    return spans


def drops(assessor: Assessor, texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Fall of the label's probability without its reasons, and without random spans as long."""
    chance = random.Random(0)
    labels = list(taxonomy().engagement)
    mine, others = [], []

    def probability(text: str, label: str) -> float:
        features = assessor.model.features.transform([read(text).text])
        return float(assessor.model.probabilities(features)["engagement"][0][labels.index(label)])

    for text in texts:
        head = assessor.assess(text).engagement
        if not head.because:
            continue
        spans = [(phrase.start, phrase.end) for phrase in head.because]
        before = probability(text, head.label)
        mine.append(before - probability(without(text, spans), head.label))
        tries = [random_spans(text, [end - start for start, end in spans], chance) for _ in range(5)]
        others.append(before - float(np.mean([probability(without(text, one), head.label) for one in tries])))
    return mine, others


def claims(assessor: Assessor, cases: Sequence[Case]) -> tuple[int, int, int]:
    """(right, said, there) of the flags: a word of a type in a text that describes another."""
    right = said = there = 0
    for case in cases:
        flags = {
            w.removeprefix("claims:") for w in assessor.assess(case.text).warnings if w.startswith("claims:")
        }
        true = {
            label
            for label, word in CLAIMS.items()
            if word.search(case.text) and case.engagement not in CLAIM_FITS[label]
        }
        right += len(flags & true)
        said += len(flags)
        there += len(true)
    return right, said, there


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true", help="fewer texts; under 50 s")
    asked = parser.parse_args()
    cases = read_cases([ROOT / "training_data"])
    unseen_batch = {"W6", "W9"}  # the hard ones, and dry prose
    unseen = [case for case in cases if case.batch in unseen_batch]
    apart = Assessor(fit([case for case in cases if case.batch not in unseen_batch]), "apart")
    if asked.file is not None:
        texts, assessor = [truth.text for truth in read_truths(asked.file)], Assessor(fit(cases), "whole")
    else:
        texts, assessor = [case.text for case in unseen], apart
    texts = texts[: 60 if asked.quick else 400]
    mine, others = drops(assessor, texts)
    again = drops(assessor, texts)
    right, said, there = claims(apart, unseen)
    figures = {
        "texts": len(mine),
        "drop_because": round(float(np.mean(mine)), 3),
        "drop_random": round(float(np.mean(others)), 3),
        "ratio": round(float(np.mean(mine) / max(np.mean(others), 1e-9)), 1),
        "reasons_win": round(float(np.mean(np.array(mine) > np.array(others))), 3),
        "same_twice": again == (mine, others),
        "claims_right": right,
        "claims_said": said,
        "claims_there": there,
    }
    for key, value in figures.items():
        print(f"{key:14} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
