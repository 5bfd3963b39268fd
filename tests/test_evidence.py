"""Suggested ratings: right for at least 85 of 100 sentences that readers judged, and quoted as they stand."""

from __future__ import annotations

import pytest

from classifier.assess import Assessor
from classifier.dataset import Case
from classifier.evidence import CUES, find, precision
from classifier.text import read


def test_each_criterion_that_speaks_is_right_for_85_of_100_judged_sentences(cases: list[Case]) -> None:
    for criterion, (right, count) in precision(cases).items():
        assert count >= 15, criterion
        assert right / count >= 0.85, (criterion, right, count)


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Fifty residents were drawn by lot and met on four Saturdays.", {"reach": 3, "continuity": 1}),
        ("The committee must reply in writing to each point.", {"influence": 2}),
        ("The vote is binding on the council.", {"influence": 3}),
        ("The result was not binding on the council.", {}),
        ("The council has no veto.", {}),
        ("Travel was paid and an interpreter was there.", {"access": 2}),
        ("There was no interpreter.", {}),
        ("Members meet every month in the library.", {"continuity": 3}),
        ("They met every month for two years.", {}),
        ("A one-day forum was held.", {"continuity": 0}),
        ("Falls dropped from 41 to 12 per cent.", {"user_outcomes": 3}),
        ("The tax rose by 12 per cent.", {}),
        ("From 1997 to 1999 the plan was drafted.", {}),
    ],
)
def test_what_speaks_and_what_does_not(sentence: str, found: dict[str, int]) -> None:
    assert {one.criterion: one.rating for one in find(read(sentence))} == found


def test_the_sentence_is_quoted_from_the_text_as_pasted(assessor: Assessor) -> None:
    text = "The  city asked.\r\n\r\n• Sixty   people,\u00a0drawn by lot, agreed on one plan.\nIt was built."
    evidence = assessor.assess(text).criteria["reach"]
    assert text[evidence.start : evidence.end] == evidence.sentence
    assert evidence.sentence.startswith("Sixty   people")


def test_no_two_cues_of_one_rating_are_split_without_need() -> None:
    pairs = [(cue.criterion, cue.rating) for cue in CUES]
    assert len(set(pairs)) == len(pairs)
