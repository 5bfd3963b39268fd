"""The training data is a product: near-duplicates, template phrases, leaks and gaps fail here."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from datasketch import MinHash, MinHashLSH

from classifier.dataset import Case
from classifier.text import read

REAL = Path(__file__).parent.parent.parent / "shared" / "data" / "dev.jsonl"


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def grams(text: str, size: int) -> set[str]:
    found = words(text)
    return {" ".join(found[i : i + size]) for i in range(len(found) - size + 1)}


def test_ids_are_unique(cases: list[Case]) -> None:
    assert [i for i, count in Counter(case.id for case in cases).items() if count > 1] == []


def test_no_near_duplicates(cases: list[Case]) -> None:
    index = MinHashLSH(threshold=0.5, num_perm=128)
    found = []
    for case in cases:
        mark = MinHash(num_perm=128)
        mark.update_batch([gram.encode() for gram in grams(case.text, 3)])
        found += [(other, case.id) for other in index.query(mark)]
        index.insert(case.id, mark)
    assert found == []


def test_no_template_phrase_recurs(cases: list[Case]) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        for gram in grams(case.text, 6):
            seen[gram].add(case.group)
    assert {gram: sorted(groups) for gram, groups in seen.items() if len(groups) >= 4} == {}


def test_no_label_stands_in_the_text_as_a_code(cases: list[Case]) -> None:
    leak = re.compile(r"co_production|self_help|out_of_scope|inside_out|outside_in|engagement type", re.I)
    assert [case.id for case in cases if leak.search(case.text)] == []


@pytest.mark.parametrize(("head", "share"), [("engagement", 0.08), ("pathway", 0.2)])
def test_no_label_is_rare(cases: list[Case], head: str, share: float) -> None:
    counts = Counter(getattr(case, head) for case in cases)
    assert {label: n for label, n in counts.items() if n < share * len(cases)} == {}


def test_a_third_is_hard(cases: list[Case]) -> None:
    assert sum(bool(case.about["misleading"]) for case in cases) >= len(cases) / 3


def test_every_case_reads_as_a_description(cases: list[Case]) -> None:
    assert [(case.id, read(case.text).warnings) for case in cases if read(case.text).warnings] == []


def test_every_case_tells_sector_place_style_and_decides_where_it_says(cases: list[Case]) -> None:
    for case in cases:
        assert {"sector", "place", "style", "voice", "status", "misleading"} <= set(case.about), case.id
        assert case.engagement == "out_of_scope" or case.spans["engagement"], case.id
        assert case.pathway == "unclear" or case.spans["pathway"], case.id


@pytest.mark.skipif(not REAL.exists(), reason="the real descriptions are not beside this checkout")
def test_no_sentence_of_the_real_descriptions_is_in_it(cases: list[Case]) -> None:
    real: dict[str, str] = {}
    for line in REAL.read_text("utf-8").splitlines():
        record = json.loads(line)
        real |= dict.fromkeys(grams(record["text"], 8), record["id"])
    assert [(case.id, real[g]) for case in cases for g in grams(case.text, 8) if g in real] == []
