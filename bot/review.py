"""Reviewing: why a case is worth a look, in which order, when it is settled, how far reviewers agree.

Pure: stored values in, decisions out.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

from bot import followup
from bot.reviews import Entry, Review
from classifier.assessment import Assessment, Head
from classifier.taxonomy import Taxonomy

RANDOM_SHARE = 0.05  # of all cases, for accuracy in use without bias
DOUBLE_SHARE = 0.2  # of reviewed cases, read by two, for agreement
BLIND_SHARE = 0.2  # of reviews, without the model's labels, to measure how far those lead
OLDEST_FIRST = timedelta(days=14)  # nothing waits longer than this behind more useful cases
SUSPECT = 0.05  # a reviewed label that a model which has not seen the case gives less than this

# Reasons to review, and what a reviewer reads.
AUTHOR, UNSURE, CONTRADICTED, NEIGHBOURS, SUSPECTED, SAMPLE, AGAIN, EDITED = (
    "author",
    "unsure",
    "contradicted",
    "neighbours",
    "suspected",
    "sample",
    "again",
    "edited",
)


def share(salt: str, key: object, part: float) -> bool:
    """Whether a key falls into a random part of all keys; always the same answer for the same key."""
    digest = hashlib.sha256(f"{salt}:{key}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 < part


def reasons(assessment: Assessment, case_id: int) -> tuple[str, ...]:
    """Why a freshly assessed case is worth a review."""
    if not assessment.is_description:
        return ()
    found = [SAMPLE] if share("sample", case_id, RANDOM_SHARE) else []
    if assessment.engagement.abstain or assessment.pathway.abstain:
        found.append(UNSURE)
    near = {case.engagement for case in assessment.similar if case.similarity >= 0.3}
    if near and assessment.engagement.label not in near:
        found.append(NEIGHBOURS)
    return tuple(found)


def contradictions(
    book: Taxonomy, assessment: Assessment, answers: Mapping[str, str]
) -> tuple[tuple[str, int], ...]:
    """Answers that do not go with the type that stands, as (criterion, rating).

    By the codebook: who gives views alone decides nothing; who decides has influence; co-production is work.
    """
    label = followup.label_of(book, assessment, answers, "engagement")
    rated = followup.ratings(book, answers)
    against = {
        "information": (("influence", (2, 3)), ("contribution", (2, 3))),
        "consultation": (("influence", (3,)), ("contribution", (3,))),
        "participation": (("influence", (0,)),),
        "co_production": (("contribution", (0, 1)),),
    }
    return tuple(
        (criterion, rated[criterion])
        for criterion, values in against.get(label or "", ())
        if rated.get(criterion) in values
    )


def gain(engagement: Head, pathway: Head, training_labels: Mapping[str, int]) -> float:
    """How much a label of this case may teach the next model, from 0 to about 2.

    Doubt (entropy of both heads, each scaled to 1), more for a type of which there are few cases.
    """
    doubt = (_entropy(engagement) + _entropy(pathway)) / 2
    most = max(training_labels.values(), default=1)
    rare = 1 - training_labels.get(engagement.label, 0) / most
    return doubt * (1 + rare)


def _entropy(head: Head) -> float:
    chances = [p for p in head.probabilities.values() if p > 0]
    return -sum(p * math.log(p) for p in chances) / math.log(len(head.probabilities))


def order(entries: Iterable[Entry], now: datetime) -> list[Entry]:
    """What has waited too long first, oldest first; then what authors dispute; then by expected gain."""
    limit = (now - OLDEST_FIRST).isoformat()

    def rank(entry: Entry) -> tuple[int, float, str]:
        if entry.entered_at <= limit:
            return 0, 0.0, entry.entered_at
        urgent = AUTHOR in entry.reasons or AGAIN in entry.reasons
        return 1 if urgent else 2, -entry.gain, entry.entered_at

    return sorted(entries, key=rank)


@dataclass(frozen=True)
class Verdict:
    """Where the reviews of a case stand: the review whose labels stand, or how many are still needed."""

    standing: Review | None
    needed: int
    disputed: bool


def verdict(reviews: Sequence[Review], case_id: int) -> Verdict:
    """One review settles a case; two where it is in the double-read part; a third where two differ.

    Among three, two that agree settle it. Where all differ it stays disputed, and an admin reads it.
    """
    votes = Counter(review.labels for review in reviews)
    wanted = 2 if share("double", case_id, DOUBLE_SHARE) else 1
    disputed = len(votes) > 1
    if disputed:
        best, count = votes.most_common(1)[0]
        if count < 2:
            return Verdict(None, max(1, 3 - len(reviews)), True)
        standing = [review for review in reviews if review.labels == best][-1]
        return Verdict(standing, 0, True)
    if len(reviews) < wanted:
        return Verdict(None, wanted - len(reviews), False)
    return Verdict(reviews[-1], 0, False)


def suffice(reviews: Sequence[Review], case_id: int) -> bool:
    """Whether reviews settle a case."""
    return verdict(reviews, case_id).standing is not None


@dataclass(frozen=True)
class Agreement:
    """How far reviewers agree: kappa by head, the pairs of types that divide them most, kappa by people.

    `cases` were read by two or more; `people` holds kappa for the type and the number of cases.
    """

    cases: int
    kappa: dict[str, float | None]
    pairs: tuple[tuple[tuple[str, str], int], ...]
    people: dict[tuple[str, str], tuple[float | None, int]] = field(default_factory=dict)


def agreement(reviews: Iterable[Review]) -> Agreement:
    """Agreement between reviewers, over every pair of reviews of the same case."""
    by_case: dict[int, list[Review]] = {}
    for review in reviews:
        by_case.setdefault(review.case, []).append(review)
    pairs = [pair for found in by_case.values() for pair in combinations(found, 2)]
    divided = Counter(
        tuple(sorted((a.engagement, b.engagement))) for a, b in pairs if a.engagement != b.engagement
    )
    kappas = {
        head: kappa([(getattr(a, head), getattr(b, head)) for a, b in pairs])
        for head in ("engagement", "pathway", "level")
    }
    top = tuple(((a, b), count) for (a, b), count in divided.most_common(3))
    people: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for a, b in pairs:
        one, other = sorted((a, b), key=lambda review: review.person)
        people.setdefault((one.person, other.person), []).append((one.engagement, other.engagement))
    by_people = {names: (kappa(found), len(found)) for names, found in people.items()}
    return Agreement(sum(len(found) > 1 for found in by_case.values()), kappas, top, by_people)


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa (1960, doi 10.1177/001316446002000104) of pairs of labels; None where it says nothing."""
    if not pairs:
        return None
    same = sum(a == b for a, b in pairs) / len(pairs)
    ones, others = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(ones[label] * others[label] for label in ones) / len(pairs) ** 2
    return None if chance == 1 else (same - chance) / (1 - chance)


def anchoring(reviews: Iterable[Review]) -> dict[bool, tuple[int, int]]:
    """Reviews that agree with the model, of how many: blind ones (True) and others (False)."""
    counts = {True: [0, 0], False: [0, 0]}
    for review in reviews:
        counts[review.blind][0] += not review.corrects
        counts[review.blind][1] += 1
    return {blind: (agree, count) for blind, (agree, count) in counts.items()}
