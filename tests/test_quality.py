import random

import pytest

from classifier.quality import Interval, next_criteria, raises, score, swing
from classifier.taxonomy import taxonomy

BOOK = taxonomy()


def test_two_answers_of_3_and_one_of_0_give_67_range_50_to_75() -> None:
    quality = score(BOOK, {"reach": 3, "contribution": 3, "influence": 0})
    assert quality.dimensions["intensity"] == Interval(67, 50, 75)
    assert quality.dimensions["coherence"] == Interval(None, 0, 100)
    assert quality.overall == Interval(67, 17, 92)


def test_nothing_answered_is_no_score_not_zero() -> None:
    assert score(BOOK, {}).overall == Interval(None, 0, 100)


def test_what_the_text_suggests_counts_for_the_score_but_not_for_the_ends() -> None:
    quality = score(BOOK, {"reach": 3}, suggested={"contribution": 0})
    assert quality.dimensions["intensity"] == Interval(50, 25, 100)


def test_an_answer_overrides_what_was_suggested() -> None:
    assert score(BOOK, {"reach": 1}, suggested={"reach": 3}).dimensions["intensity"].score == 33


@pytest.mark.parametrize("ratings", [{"reach": 4}, {"reach": -1}, {"charm": 2}])
def test_what_is_no_rating_is_refused(ratings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no such rating"):
        score(BOOK, ratings)


def test_answers_never_lower_the_low_end_nor_raise_the_high_end() -> None:
    chance = random.Random(0)
    for _ in range(200):
        suggested = {c: chance.randint(0, 3) for c in BOOK.criterion if chance.random() < 0.3}
        ratings: dict[str, int] = {}
        before = score(BOOK, ratings, suggested).overall
        for criterion in chance.sample(list(BOOK.criterion), 12):
            ratings[criterion] = chance.randint(0, 3)
            after = score(BOOK, ratings, suggested).overall
            assert before.low <= after.low <= after.high <= before.high
            before = after
        assert before.low == before.high == before.score


def test_questions_go_round_the_dimensions_and_follow_the_swing() -> None:
    order = next_criteria(BOOK, {})
    assert order[:4] == ["reach", "purpose", "user_outcomes", "contribution"]
    assert sorted(order) == sorted(BOOK.criterion)
    known = {"reach": 2, "contribution": 1}
    first = next_criteria(BOOK, known)[0]
    assert swing(BOOK, known, first) == max(swing(BOOK, known, c) for c in BOOK.criterion if c not in known)


def test_swing_by_hand() -> None:
    # one dimension of two would hold the answer alone: it moves the mean of both by half of 100
    assert swing(BOOK, {"reach": 3}, "purpose") == pytest.approx(50)
    assert swing(BOOK, {"reach": 3}, "contribution") == pytest.approx(50)


def test_what_would_raise_the_score_most_comes_first() -> None:
    found = raises(BOOK, {"reach": 2, "feedback": 0, "capability": 3})
    assert [item.criterion for item in found] == ["feedback", "reach"]
    assert found[0].gain == pytest.approx(100 / 12)
