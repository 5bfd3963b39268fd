"""Evidence for the quality criteria: which sentence of a text speaks for which criterion, and how it rates.

A wrong pre-filled answer costs more trust than one more question, so each criterion has a threshold of its
own, chosen so that what is suggested is right; a criterion for which no threshold does it stays silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from classifier.calibration import Floats
from classifier.dataset import Case
from classifier.features import TextFeatures
from classifier.taxonomy import taxonomy
from classifier.text import Reading, Span, read

PRECISION = 0.85  # of suggested ratings, on sentences the finder has not seen
MIN_FOUND = 8  # fewer right suggestions than this on unseen sentences prove nothing


@dataclass(frozen=True)
class Found:
    """A sentence (a span of the repaired text) that speaks for a criterion, with rating and probability."""

    criterion: str
    rating: int
    span: Span
    probability: float


@dataclass(frozen=True)
class Finder:
    """One criterion: whether a sentence is evidence, and if so how it rates.

    `ratings` are the columns of `rater`; with one rating there is nothing to choose and no rater.
    """

    presence: LogisticRegression
    rater: LogisticRegression | None
    ratings: tuple[int, ...]

    def read(self, matrix: csr_matrix) -> tuple[NDArray[np.intp], Floats]:
        """For each sentence the likeliest rating, and the chance that it is evidence for just that."""
        present = self.presence.predict_proba(matrix)[:, 1]
        if self.rater is None:
            return np.full(len(present), self.ratings[0]), present
        chances = self.rater.predict_proba(matrix)
        return np.array(self.ratings)[chances.argmax(axis=1)], present * chances.max(axis=1)


@dataclass(frozen=True)
class EvidenceFinder:
    """Fitted finders by criterion, with the chance from which each may speak."""

    features: TextFeatures
    finders: dict[str, Finder]
    thresholds: dict[str, float]

    def find(self, reading: Reading) -> list[Found]:
        """The best sentence for each criterion that has one."""
        if not reading.sentences:
            return []
        texts = [reading.text[span.start : span.end] for span in reading.sentences]
        matrix = self.features.transform(texts)
        found = []
        for criterion, threshold in self.thresholds.items():
            ratings, chances = self.finders[criterion].read(matrix)
            best = int(chances.argmax())
            if chances[best] >= threshold:
                span = reading.sentences[best]
                found.append(Found(criterion, int(ratings[best]), span, float(chances[best])))
        return found


@dataclass(frozen=True)
class _Sentences:
    """All sentences of the cases: text, group of the case, and what each is evidence for."""

    texts: list[str]
    groups: list[str]
    ratings: list[dict[str, int]]


def fit_finder(cases: Sequence[Case]) -> EvidenceFinder:
    """Learn from the evidence sentences of labelled cases; their other sentences are what is no evidence."""
    sentences = _sentences(cases)
    features = TextFeatures(word_limit=20_000, piece_limit=10_000)
    matrix = features.fit_transform(sentences.texts)
    # Threads suffice: liblinear works outside Python's lock.
    fitted = Parallel(n_jobs=-1, prefer="threads")(
        delayed(_fit_one)(matrix, sentences, criterion) for criterion in taxonomy().criterion
    )
    speaking = {criterion: one for criterion, one in zip(taxonomy().criterion, fitted, strict=True) if one}
    return EvidenceFinder(
        features,
        {criterion: finder for criterion, (finder, _) in speaking.items()},
        {criterion: threshold for criterion, (_, threshold) in speaking.items()},
    )


def _fit_one(matrix: csr_matrix, sentences: _Sentences, criterion: str) -> tuple[Finder, float] | None:
    """Finder and threshold of one criterion; None where it cannot be found precisely enough."""
    rated = np.array([rating.get(criterion, -1) for rating in sentences.ratings])
    if len({group for group, r in zip(sentences.groups, rated, strict=True) if r >= 0}) < MIN_FOUND:
        return None
    threshold = threshold_for(_unseen(matrix, rated, sentences.groups), PRECISION, MIN_FOUND)
    return None if threshold is None else (_fit(matrix, rated), threshold)


def _fit(matrix: csr_matrix, rated: NDArray[np.intp]) -> Finder:
    """One criterion from ratings per sentence, -1 where the sentence is no evidence."""
    # liblinear: one label against the rest is what it is fastest at
    presence = LogisticRegression(C=20.0, solver="liblinear", random_state=0).fit(matrix, rated >= 0)
    shown = rated >= 0
    ratings = tuple(int(rating) for rating in np.unique(rated[shown]))
    rater = (
        LogisticRegression(C=10.0, max_iter=200).fit(matrix[shown], rated[shown])
        if len(ratings) > 1
        else None
    )
    return Finder(presence, rater, ratings)


def _unseen(matrix: csr_matrix, rated: NDArray[np.intp], groups: Sequence[str]) -> list[tuple[float, bool]]:
    """Chance and whether it was right, for every sentence, each judged by a finder that did not see it."""
    pairs: list[tuple[float, bool]] = []
    for fit_on, judge_on in GroupKFold(3).split(matrix, rated, groups):
        if (rated[fit_on] >= 0).any():
            ratings, chances = _fit(matrix[fit_on], rated[fit_on]).read(matrix[judge_on])
            pairs += zip(chances.tolist(), (ratings == rated[judge_on]).tolist(), strict=True)
    return pairs


def _sentences(cases: Sequence[Case]) -> _Sentences:
    found = _Sentences([], [], [])
    for case in cases:
        reading = read(case.text)
        for span in reading.sentences:
            at = reading.original_span(span)
            shown = case.text[at.start : at.end]
            found.texts.append(reading.text[span.start : span.end])
            found.groups.append(case.group)
            found.ratings.append(
                {k: r.rating for k, r in case.criteria.items() if r.sentence in shown or shown in r.sentence}
            )
    return found


def threshold_for(pairs: Sequence[tuple[float, bool]], precision: float, at_least: int) -> float | None:
    """Lowest value from which at least that share of (value, right?) pairs is right, counting from the top.

    None where no threshold keeps `at_least` right ones at that precision.
    """
    ranked = sorted(pairs, reverse=True)
    right = 0
    chosen: float | None = None
    for count, (value, is_right) in enumerate(ranked, 1):
        right += is_right
        last_of_value = count == len(ranked) or ranked[count][0] < value
        if last_of_value and right >= at_least and right / count >= precision:
            chosen = value
    return chosen
