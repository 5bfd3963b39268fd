"""Retraining on reviewed cases: a challenger, the gate that it must pass, and what it changes.

Pure apart from the files of the registry: cases and versions in, a decision with its reasons out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from bot.review import SUSPECT, kappa, share
from bot.reviews import Review
from classifier.assess import Assessor
from classifier.calibration import Floats
from classifier.dataset import REVIEWED, TRAINING_DATA, Case, fingerprint, read_cases
from classifier.evaluation import calibration_error, macro_f1
from classifier.model import STEPS, Model, fit
from classifier.registry import Registry
from classifier.taxonomy import taxonomy
from classifier.text import read

HEADS = ("engagement", "pathway")
APART = 0.2  # of reviewed cases are kept for judging and never trained on
ANCHOR = 0.25  # of the project's own cases judge too, by models that have not seen them
LEAST = 20  # reviewed cases below this are too few to retrain on
MARGIN = 0.1  # of F1 that no class may lose
CLASS_LEAST = 8  # cases below this say nothing of a class
MIXED_UP = 0.2  # kappa of new labels with the model's; below it they look shuffled
Progress = Callable[[str], bool]  # told how far it is; answers whether to go on


class Cancelled(Exception):
    """Somebody ended the job."""


@dataclass(frozen=True)
class Outcome:
    """What came of a retraining; `because` are sentences for the person who asked."""

    promoted: bool
    version: str
    because: tuple[str, ...]
    reviewed: int = 0
    judged: int = 0
    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    changed: tuple[tuple[str, str, str], ...] = ()
    corrections: tuple[int, int] = (0, 0)
    corrections_apart: tuple[int, int] = (0, 0)
    suspects: tuple[str, ...] = ()
    learnt: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        """The inverse of `to_json`."""
        data: dict[str, Any] = json.loads(text)
        data["because"] = tuple(data["because"])
        data["changed"] = tuple(tuple(one) for one in data["changed"])
        data["corrections"] = tuple(data["corrections"])
        data["corrections_apart"] = tuple(data["corrections_apart"])
        data["suspects"] = tuple(data["suspects"])
        data["learnt"] = tuple(data["learnt"])
        return cls(**data)


@dataclass(frozen=True)
class Reviewed:
    """A settled review with its text. `apart`: kept for judging, by a fixed draw."""

    case: Case
    review: Review

    @property
    def apart(self) -> bool:
        """Whether it judges and is never trained on."""
        return share("apart", self.case.group, APART)


def as_case(team_id: str, review: Review, text: str) -> Case:
    """A reviewed text as a labelled case; the same text is one group wherever it was pasted."""
    return Case(
        id=f"review-{team_id}-{review.case}",
        text=text,
        engagement=review.engagement,
        pathway=review.pathway,
        modes=review.modes,
        level=review.level,
        group=fingerprint([Case("", " ".join(text.lower().split()), "", "")]),
        batch=REVIEWED,
        spans={"engagement": review.span} if review.span and review.span in text else {},
    )


def retrain(
    models: Path,
    reviewed: Sequence[Reviewed],
    progress: Progress,
    by: str = "",
    base: Sequence[Path] = (TRAINING_DATA,),
) -> Outcome:
    """Train a challenger on the project's cases and the reviewed ones, judge it, promote it or say why not.

    The running model is refitted on what it knows without the cases that judge, so that both sides are
    judged on cases that neither has seen.

    Raises:
        Cancelled: when `progress` says so; nothing is left behind.
    """
    registry = Registry(models)
    running, version = registry.load()
    own = read_cases(list(base))
    known = set(registry.manifest(version).get("reviewed", []))
    train = [one for one in reviewed if not one.apart]
    new = [one for one in train if one.case.id not in known]
    if len(train) < LEAST or not new:
        words = f"There are {len(train)} reviewed cases to learn from, {len(new)} of them new."
        return Outcome(False, "", (f"{words} At least {LEAST} are needed.",), len(train))
    judges = [case for case in own if share("anchor", case.group, ANCHOR)]
    judges += [one.case for one in reviewed if one.apart]
    seen = [case for case in own if not share("anchor", case.group, ANCHOR)]
    old = [one.case for one in train if one.case.id in known]
    _say(progress, "refitting the running model without the cases that judge")
    champion = fit([*seen, *old])
    _say(progress, "training the challenger")
    challenger = fit([*seen, *(one.case for one in train)])
    _say(progress, f"judging both on {len(judges)} cases")
    figures, faults = gate(champion, challenger, judges)
    faults += mixed_up(champion, [one.case for one in new])
    _say(progress, "training on all cases")
    done = 0

    def step(_: str) -> None:
        nonlocal done
        done += 1
        _say(progress, f"training on all cases, step {done} of {len(STEPS)}")

    whole = [*own, *(one.case for one in train)]
    final = fit(whole, step)
    about = {
        "cases": len(whole),
        "data_sha256": fingerprint(whole),
        "labels": dict(Counter(case.engagement for case in whole)),
        "seed": 0,
        "reviewed": sorted(one.case.id for one in train),
        "judged": figures,
        "refused": faults,
    }
    name = registry.save(final, about, serve=False)
    if not faults:
        registry.promote(name, by)
    reasons = tuple(faults) or (_better(figures, len(judges)),)
    fixed = [one for one in reviewed if one.review.corrects]
    return Outcome(
        not faults,
        name,
        reasons,
        len(train),
        len(judges),
        figures,
        changes(running, final, [one.case for one in reviewed]),
        _count(predicted(final, fixed)),
        _count(predicted(final, [one for one in fixed if one.apart])),
        suspects(champion, [one.case for one in reviewed if one.apart or one in new]),
        tuple(one.case.title for one, yes in zip(fixed, predicted(final, fixed), strict=True) if yes)[:20],
    )


def _say(progress: Progress, words: str) -> None:
    if not progress(words):
        raise Cancelled


def gate(
    champion: Model, challenger: Model, judges: Sequence[Case]
) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Figures of both on the same unseen cases, and why the challenger may not serve (empty: it may).

    Measurably worse: McNemar's exact test (1947, doi 10.1007/BF02295996) on cases that one side alone has.
    """
    figures: dict[str, dict[str, float]] = {}
    faults = []
    for head in HEADS:
        labels = list(getattr(taxonomy(), head))
        true = np.array([getattr(case, head) for case in judges])
        sides = [chances(model, judges)[head] for model in (champion, challenger)]
        before, after = (np.array(labels)[side.argmax(axis=1)] for side in sides)
        lost = int(((before == true) & (after != true)).sum())
        won = int(((before != true) & (after == true)).sum())
        chance = float(binomtest(lost, lost + won).pvalue) if lost + won else 1.0
        figures[head] = {
            "before": round(macro_f1(true, before, labels), 3),
            "after": round(macro_f1(true, after, labels), 3),
            "won": won,
            "lost": lost,
            "p": round(chance, 4),
            **_trust(sides[0], before == true, "before"),
            **_trust(sides[1], after == true, "after"),
        }
        if lost > won and chance < 0.05:
            faults.append(
                f"It is measurably worse on {head}: {lost} cases lost, {won} won (p = {chance:.3f})."
            )
        faults += _class_faults(head, labels, true, before, after)
    return figures, faults


def _trust(side: Floats, right: Any, when: str) -> dict[str, float]:
    """Calibration error, and the share of cases that could be asserted with nine of ten right."""
    sure = side.max(axis=1)
    order = np.argsort(-sure)
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(shares >= 0.9)
    return {
        f"calibration_{when}": round(calibration_error(sure, right.astype(float)), 3),
        f"coverage_{when}": round(float(enough[-1] + 1) / len(order), 3) if len(enough) else 0.0,
    }


def _class_faults(head: str, labels: list[str], true: Any, before: Any, after: Any) -> list[str]:
    faults = []
    for label in labels:
        if (true == label).sum() >= CLASS_LEAST:
            drop = _f1(true, before, label) - _f1(true, after, label)
            if drop > MARGIN:
                name = getattr(taxonomy(), head)[label].name.lower()
                faults.append(f"It finds {name} less well: F1 falls by {drop:.2f}.")
    return faults


def _f1(true: Any, guess: Any, label: str) -> float:
    both = int(((true == label) & (guess == label)).sum())
    either = int((true == label).sum() + (guess == label).sum())
    return 2 * both / either if either else 0.0


def mixed_up(champion: Model, new: Sequence[Case]) -> list[str]:
    """Whether new labels agree with the model no better than chance: then they look shuffled."""
    if len(new) < LEAST:
        return []
    guess = said(champion, new)["engagement"]
    agreement = kappa([(case.engagement, str(label)) for case, label in zip(new, guess, strict=True)])
    if agreement is None or agreement >= MIXED_UP:
        return []
    words = f"The new labels agree with the model hardly more than by chance (kappa {agreement:.2f})."
    return [f"{words} Were they mixed up?"]


def chances(model: Model, cases: Sequence[Case]) -> dict[str, Floats]:
    """Probabilities of each head, of shape (n_cases, n_labels)."""
    return model.probabilities(model.features.transform([read(case.text).text for case in cases]))


def said(model: Model, cases: Sequence[Case]) -> dict[str, Any]:
    """Label of each head for each case, as arrays of shape (n_cases,)."""
    found = chances(model, cases)
    return {head: np.array(list(getattr(taxonomy(), head)))[found[head].argmax(axis=1)] for head in HEADS}


def changes(before: Model, after: Model, cases: Sequence[Case]) -> tuple[tuple[str, str, str], ...]:
    """Reviewed cases whose type changes: title, from, to."""
    if not cases:
        return ()
    old, new = said(before, cases)["engagement"], said(after, cases)["engagement"]
    moved = [(c.title, str(a), str(b)) for c, a, b in zip(cases, old, new, strict=True) if a != b]
    return tuple(moved[:50])


def suspects(model: Model, unseen: Sequence[Case]) -> tuple[str, ...]:
    """Ids of cases whose label a model that has not seen them finds least likely, worst first.

    The self-confidence score of Northcutt et al. (2021), arXiv 1911.00068.
    """
    if not unseen:
        return ()
    labels = list(taxonomy().engagement)
    found = chances(model, unseen)
    own = [float(found["engagement"][i, labels.index(case.engagement)]) for i, case in enumerate(unseen)]
    ranked = sorted(zip(own, unseen, strict=True), key=lambda pair: pair[0])
    return tuple(case.id for chance, case in ranked if chance < SUSPECT)


def predicted(model: Model, corrected: Sequence[Reviewed]) -> list[bool]:
    """For each correction, whether the model now says it by itself."""
    if not corrected:
        return []
    found = said(model, [one.case for one in corrected])
    return [
        (str(found["engagement"][i]), str(found["pathway"][i])) == one.review.labels
        for i, one in enumerate(corrected)
    ]


def _count(right: list[bool]) -> tuple[int, int]:
    return sum(right), len(right)


def _better(figures: dict[str, dict[str, float]], count: int) -> str:
    parts = [f"{head} {f['before']:.2f} to {f['after']:.2f}" for head, f in figures.items()]
    return f"Not worse on any head or class over {count} cases: macro-F1 {', '.join(parts)}."


class Live:
    """The assessor that serves, in every process: looks for another current version every few seconds."""

    def __init__(self, models: Path, look_every: float, clock: Callable[[], float]) -> None:
        self.registry = Registry(models)
        self.look_every, self.clock = look_every, clock
        self.assessor = Assessor(*self.registry.load())
        self._looked = clock()

    def __call__(self) -> Assessor:
        """The assessor of the current version; a version that cannot be read leaves the old one serving."""
        if self.clock() - self._looked >= self.look_every:
            self._looked = self.clock()
            name = self.registry.current()
            if name is not None and name != self.assessor.version:
                self.assessor = Assessor(*self.registry.load(name))
        return self.assessor
