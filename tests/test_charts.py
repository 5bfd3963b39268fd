"""Pictures: right size, right ink, the same twice."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from matplotlib.image import imread

from bot import charts
from classifier.assess import Assessor
from classifier.quality import score
from classifier.taxonomy import taxonomy
from tests.bots import SURE

BOOK = taxonomy()
BLUE, LIGHT = (0, 114, 178), (207, 227, 241)


def share(png: bytes, colour: tuple[int, int, int]) -> float:
    pixels = (imread(io.BytesIO(png))[..., :3] * 255).round().astype(int)
    return float(np.mean(np.all(pixels == colour, axis=-1)))


def test_a_score_card_shows_more_sure_ink_the_more_is_sure_and_none_is_open_at_the_end() -> None:
    inks = []
    for rating in (0, 1, 3):
        png = charts.score_card(BOOK, score(BOOK, dict.fromkeys(BOOK.criterion, rating)))
        assert share(png, LIGHT) == 0
        inks.append(share(png, BLUE))
    assert inks[0] == 0 < inks[1] < inks[2]
    assert abs(inks[2] / inks[1] - 3) < 0.1  # a rating of 3 is three times the bar of a 1
    half_open = charts.score_card(BOOK, score(BOOK, {"reach": 3}))
    assert share(half_open, LIGHT) > share(half_open, BLUE) > 0


def test_pictures_are_the_same_twice_and_from_many_threads(assessor: Assessor) -> None:
    assessment = assessor.assess(SURE)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: charts.probabilities(BOOK, assessment), range(8)))
    assert len(set(made)) == 1
    assert share(made[0], BLUE) > 0.02
