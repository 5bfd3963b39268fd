"""The features of a text: the vectorisers' own, only faster."""

from __future__ import annotations

import pickle

from classifier.assess import Assessor
from classifier.dataset import Case


def test_features_are_what_the_vectorisers_say(assessor: Assessor, cases: list[Case]) -> None:
    features = assessor.model.features
    texts = [case.text for case in cases[:200]] + [
        "",
        " ",
        "a",
        "!!",
        "É",
        "word",
        "it's co-produced co-produced",
    ]
    plain = [features._plain(text) for text in texts]
    theirs = features._join(features.words_.transform(plain), features.pieces_.transform(plain))
    ours = features.transform(texts)
    assert ours.shape == theirs.shape
    assert abs(ours - theirs).max() < 1e-12
    again = pickle.loads(pickle.dumps(features))  # with nothing of what was made since
    assert "_ready" not in again.__dict__
    assert abs(again.transform(texts) - theirs).max() < 1e-12
