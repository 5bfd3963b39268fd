"""Why, in which order and until when a case is reviewed; how far reviewers agree. Worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import followup, review
from bot.drift import distance, wilson
from bot.reviews import Entry, Review
from classifier.assess import Assessor
from classifier.taxonomy import taxonomy
from tests.bots import SURE

BOOK = taxonomy()
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def said(person: str, engagement: str, pathway: str = "unclear", case: int = 1) -> Review:
    return Review(
        case,
        person,
        engagement,
        pathway,
        "unclear",
        (),
        "",
        "",
        False,
        "information",
        "unclear",
        NOW.isoformat(),
    )


def entry(case: int, gain: float, days: float, *reasons: str) -> Entry:
    return Entry(case, reasons or ("unsure",), gain, (NOW - timedelta(days=days)).isoformat(), 0)


def test_the_oldest_never_wait_behind_the_useful_and_authors_come_before_doubt() -> None:
    entries = [
        entry(1, 2.0, 1),
        entry(2, 0.1, 15),
        entry(3, 0.5, 2, "author"),
        entry(4, 0.0, 20),
        entry(5, 0.2, 3),
    ]
    assert [one.case for one in review.order(entries, NOW)] == [4, 2, 3, 1, 5]


def one_read_case(double: bool) -> int:
    return next(n for n in range(1, 500) if review.share("double", n, review.DOUBLE_SHARE) is double)


def test_one_review_settles_two_that_differ_need_a_third_and_the_majority_stands() -> None:
    single, double = one_read_case(False), one_read_case(True)
    a, b, c = said("A", "consultation"), said("B", "participation"), said("C", "participation")
    assert review.verdict([], single) == review.Verdict(None, 1, False)
    assert review.verdict([a], single) == review.Verdict(a, 0, False)
    assert review.verdict([a], double) == review.Verdict(None, 1, False)
    assert review.verdict([b, c], double) == review.Verdict(c, 0, False)
    assert review.verdict([a, b], single) == review.Verdict(None, 1, True)
    assert review.verdict([a, b, c], single) == review.Verdict(c, 0, True)
    other = said("C", "self_help", "outside_in")
    assert review.verdict([a, b, other], single).standing is None


def test_random_parts_have_their_share_and_stay_as_they_are() -> None:
    drawn = [review.share("sample", n, 0.05) for n in range(20_000)]
    assert 0.045 < sum(drawn) / len(drawn) < 0.055
    assert drawn == [review.share("sample", n, 0.05) for n in range(20_000)]


def test_kappa_by_hand() -> None:
    # 20 pairs: both yes 8, both no 6, 4 and 2 apart: po 0.7, pe = .6*.5 + .4*.5 = 0.5
    pairs = [("y", "y")] * 8 + [("n", "n")] * 6 + [("y", "n")] * 4 + [("n", "y")] * 2
    assert review.kappa(pairs) == pytest.approx(0.4)
    assert review.kappa([("y", "y")]) is None
    assert review.kappa([]) is None


def test_agreement_names_the_pair_that_divides_and_anchoring_counts_blind_reviews() -> None:
    reviews = [said("A", "consultation", case=n) for n in (1, 2, 3)]
    reviews += [said("B", "participation", case=1), said("B", "participation", case=2)]
    found = review.agreement([*reviews, replace(said("C", "information", case=9), blind=True)])
    assert found.cases == 2
    assert found.pairs == ((("consultation", "participation"), 2),)
    anchored = review.anchoring([said("A", "information"), replace(said("B", "consultation"), blind=True)])
    assert anchored == {True: (0, 1), False: (1, 1)}


def test_answers_that_do_not_go_with_the_type_are_found(assessor: Assessor) -> None:
    made = assessor.assess(SURE)
    for label, answers, found in (
        ("consultation", {"influence": "3", "reach": "3"}, (("influence", 3),)),
        ("consultation", {"influence": "1"}, ()),
        ("participation", {"influence": "0"}, (("influence", 0),)),
        ("co_production", {"contribution": "1"}, (("contribution", 1),)),
        ("self_help", {"influence": "0", "contribution": "0"}, ()),
    ):
        given = {**followup.settle(BOOK, "engagement", label), **answers}
        assert review.contradictions(BOOK, made, given) == found


def test_reasons_and_gain(assessor: Assessor) -> None:
    made = assessor.assess(SURE)
    unsure = replace(made, engagement=replace(made.engagement, abstain=True), similar=())
    sure = replace(
        unsure,
        engagement=replace(made.engagement, abstain=False),
        pathway=replace(made.pathway, abstain=False),
    )
    quiet = next(n for n in range(100) if not review.share("sample", n, review.RANDOM_SHARE))
    drawn = next(n for n in range(1000) if review.share("sample", n, review.RANDOM_SHARE))
    assert review.reasons(unsure, quiet) == ("unsure",)
    assert review.reasons(sure, quiet) == ()
    assert review.reasons(sure, drawn) == ("sample",)
    assert review.reasons(assessor.assess("hello"), drawn) == ()
    even = dict.fromkeys(BOOK.engagement, 1 / 6)
    doubtful = replace(made, engagement=replace(made.engagement, probabilities=even))
    counts = {made.engagement.label: 50, "participation": 100}
    sure_gain = review.gain(made.engagement, made.pathway, counts)
    gain = review.gain(doubtful.engagement, doubtful.pathway, counts)
    rare_gain = review.gain(doubtful.engagement, doubtful.pathway, {**counts, made.engagement.label: 1})
    assert sure_gain < gain < rare_gain


def test_drift_by_hand() -> None:
    assert distance({"a": 1, "b": 1}, {"a": 3, "b": 1}) == pytest.approx(0.25)
    assert distance({}, {"a": 1}) == 0
    low, high = wilson(30, 40)
    assert (round(low, 3), round(high, 3)) == (0.598, 0.858)
