"""Labelled cases: read, check, and split so that what belongs together stays together."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from classifier.taxonomy import ABOUT_NOTHING, Taxonomy, taxonomy

TRAINING_DATA = Path("training_data")


class DatasetError(ValueError):
    """A file of cases cannot be used; the text names file, line and fault."""


@dataclass(frozen=True)
class Rated:
    """A rating of one criterion and the sentence of the text that is evidence for it."""

    rating: int
    sentence: str


REVIEWED = "reviews"  # the batch of texts that people pasted and reviewers labelled


@dataclass(frozen=True)
class Case:
    """One labelled description. `group`: cases that must stay on one side of every split.

    `batch` names the hand it is from; "" where that is unknown.
    """

    id: str
    text: str
    engagement: str
    pathway: str
    modes: tuple[str, ...] = ()
    level: str = "unclear"
    group: str = ""
    batch: str = ""
    criteria: dict[str, Rated] = field(default_factory=dict)
    spans: dict[str, str] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The first line where it is a title, else the first words."""
        first = self.text.strip().split("\n", 1)[0].strip()
        return first if len(first) <= 90 else first[:87].rsplit(" ", 1)[0] + " …"


_LABELS = ("id", "text", "engagement", "pathway", "modes", "level", "group", "batch", "criteria", "spans")


def parse(record: dict[str, Any]) -> Case:
    """A case from one JSON object. Needs `text`, `engagement` and `pathway`.

    Raises:
        DatasetError: says what is missing or not a label of the codebook.
    """
    for key in ("text", "engagement", "pathway"):
        if not isinstance(record.get(key), str) or not record[key]:
            raise DatasetError(f"'{key}' is missing or no text")
    case = Case(
        id=str(record.get("id", "")),
        text=record["text"],
        engagement=record["engagement"],
        pathway=record["pathway"],
        modes=tuple(record.get("modes") or ()),
        level=record.get("level", "unclear"),
        group=str(record.get("group") or record.get("id", "")),
        batch=str(record.get("batch") or ""),
        criteria={
            key: Rated(value["rating"], value["sentence"])
            for key, value in (record.get("criteria") or {}).items()
        },
        spans=dict(record.get("spans") or {}),
        about={key: value for key, value in record.items() if key not in _LABELS},
    )
    if faults := list(check(case, taxonomy())):
        raise DatasetError("; ".join(faults))
    return case


def check(case: Case, codebook: Taxonomy) -> Iterator[str]:
    """What is wrong with the labels of a case by the codebook, one sentence each."""
    if case.engagement not in codebook.engagement:
        yield f"there is no engagement type '{case.engagement}'"
    if case.pathway not in codebook.pathway:
        yield f"there is no pathway '{case.pathway}'"
    if case.level not in codebook.level:
        yield f"there is no level '{case.level}'"
    yield from (f"there is no mode '{mode}'" for mode in case.modes if mode not in codebook.mode)
    if case.modes and case.engagement not in ("participation", "co_production"):
        yield f"'{case.engagement}' has no modes"
    if case.engagement == "self_help" and case.pathway != "outside_in":
        yield "self_help is always outside_in"
    if case.engagement == ABOUT_NOTHING and case.pathway != "unclear":
        yield "out_of_scope is always of unclear pathway"
    for key, rated in case.criteria.items():
        if key not in codebook.criterion or rated.rating not in range(4):
            yield f"there is no rating {key} = {rated.rating}"
        elif rated.sentence not in case.text:
            yield f"the evidence for {key} is not in the text"
    yield from (
        f"the span for {key} is not in the text" for key, span in case.spans.items() if span not in case.text
    )


def read_cases(paths: Sequence[Path]) -> list[Case]:
    """Cases of JSON Lines files, in order; folders stand for their `*.jsonl`.

    Raises:
        DatasetError: for the first line that is no case, naming file and line.
    """
    cases: list[Case] = []
    for path in _files(paths):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                cases.append(parse(json.loads(line)))
            except ValueError as error:
                raise DatasetError(f"{path}, line {number}: {error}") from error
    if not cases:
        raise DatasetError(f"no cases in {', '.join(map(str, paths))}")
    return cases


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("*.jsonl"))
        elif path.exists():
            yield path
        else:
            raise DatasetError(f"there is no file {path}")


def fingerprint(cases: Iterable[Case]) -> str:
    """SHA-256 of the cases' texts and labels, as hexadecimal; the version of the data."""
    digest = hashlib.sha256()
    for case in cases:
        labels = [case.id, case.text, case.engagement, case.pathway, sorted(case.modes), case.level]
        rated = sorted((key, rated.rating, rated.sentence) for key, rated in case.criteria.items())
        digest.update(json.dumps([labels, rated], ensure_ascii=False).encode())
    return digest.hexdigest()


def folds(
    labels: Sequence[str], groups: Sequence[str], count: int = 5
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Positions to fit and to judge on, `count` times: stratified by label, groups never split."""
    # Few cases: never more folds than the rarest label has groups, and at least two.
    per_label = [
        len({g for lab, g in zip(labels, groups, strict=True) if lab == label}) for label in set(labels)
    ]
    splitter = StratifiedGroupKFold(max(2, min(count, *per_label)), shuffle=True, random_state=0)
    with warnings.catch_warnings():
        # A label that one group alone has is missing from a fold; the head then scores it below all others.
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        return list(splitter.split(np.zeros(len(labels)), list(labels), list(groups)))
