"""Redaction on a labelled set of our own: how much personal data goes, and what goes that should stay.

    python benchmarks/redaction.py [--quick]

The last line is JSON: `recall` of personal data, `recall_<kind>`, `kept` (share of places, bodies, dates
and figures that stay), `words_per_second`.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from pathlib import Path

from bot.redaction import redact

_MARK = re.compile(r"\{\{([\w-]+)\|(.+?)\}\}|\(\((.+?)\)\)")


def marked(path: Path) -> list[tuple[str, list[tuple[str, str]], list[str]]]:
    """(text, what must go as (kind, words), what must stay) of each line."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        gone = [(kind, words) for kind, words, _ in _MARK.findall(line) if kind]
        stay = [words for _, _, words in _MARK.findall(line) if words]
        found.append((_MARK.sub(lambda m: m.group(2) or m.group(3), line), gone, stay))
    return found


def measure(path: Path) -> dict[str, float]:
    """Shares of personal data removed and of other things kept."""
    asked: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    kept = stay_total = words = 0
    began = time.perf_counter()
    for text, personal, stay in marked(path):
        clean = redact(text)
        words += len(text.split())
        for kind, what in personal:
            asked[kind] += 1
            hit = what not in clean
            gone[kind] += hit
            if not hit:
                print(f"missed {kind}: {what}  ←  {clean}", file=sys.stderr)
        for what in stay:
            stay_total += 1
            kept += what in clean
            if what not in clean:
                print(f"wrongly gone: {what}  ←  {clean}", file=sys.stderr)
    seconds = time.perf_counter() - began
    figures = {f"recall_{kind}": round(gone[kind] / asked[kind], 3) for kind in sorted(asked)}
    return {
        "recall": round(sum(gone.values()) / sum(asked.values()), 3),
        **figures,
        "kept": round(kept / stay_total, 3),
        "personal": sum(asked.values()),
        "other": stay_total,
        "words_per_second": round(words / seconds),
    }


if __name__ == "__main__":
    redact("Load the model first, Alice Smith.")
    print(json.dumps(measure(Path(__file__).with_name("personal_data.txt"))))
