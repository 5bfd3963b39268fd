"""Many texts at once: a table in, the same table out with what Rung says beside each row.

What is read is kept row by row beside the result (`.part`), so that a run that was stopped goes on. Work
is done in batches, by processes of this machine (joblib) or by a Dask cluster; the result is the same.
"""

from __future__ import annotations

import heapq
import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from bot.tables import Row, Table, TableError, writing
from classifier.assess import Assessor
from classifier.assessment import Assessment, Head
from classifier.registry import Registry
from classifier.taxonomy import taxonomy

COLUMNS = (
    "rung_engagement",
    "rung_engagement_sure",
    "rung_pathway",
    "rung_pathway_sure",
    "rung_asserted",
    "rung_modes",
    "rung_level",
    "rung_because_engagement",
    "rung_because_pathway",
    "rung_evidence",
    "rung_score",
    "rung_score_range",
    "rung_open_questions",
    "rung_warnings",
    "rung_look",
    "rung_error",
    "rung_model",
)
BATCH = 64  # rows that are worked on as one
_TEXT_NAMES = (
    "text",
    "description",
    "body",
    "summary",
    "abstract",
    "narrative",
    "content",
    "details",
    "case",
)
_LOOKED_AT = 200  # first rows, in which the text column is sought
_LEAST_WORDS = 8  # on average, in a text column
FIRST = 20  # rows that the summary names for a look
Results = Iterator[list[dict[str, str]]]
Progress = Callable[[int], bool]  # told how many rows are done; answers whether to go on


@dataclass
class Totals:
    """What a run found: counts by label (None: not sure), faults by row, the rows most worth a look.

    `asserted` counts the rows of whose type Rung is sure.
    """

    rows: int = 0
    types: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    asserted: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    fault_count: int = 0
    looks: list[tuple[float, int, str]] = field(default_factory=list)

    def add(self, number: int, result: dict[str, str]) -> None:
        """Count one row."""
        self.rows += 1
        if result["rung_error"]:
            self.fault_count += 1
            if len(self.faults) < FIRST:
                self.faults.append((number, result["rung_error"]))
            return
        said = result["rung_asserted"]
        engagement = result["rung_engagement"] if "type" in said else None
        self.types[engagement, result["rung_pathway"] if "pathway" in said else None] += 1
        self.asserted += "type" in said
        if result["rung_look"]:
            heapq.heappush(self.looks, (_doubt(result), -number, result["rung_look"]))
            if len(self.looks) > FIRST:
                heapq.heappop(self.looks)

    def to_look_at(self) -> list[tuple[int, str]]:
        """Row and reason, the one most worth a look first."""
        return [(-number, why) for _, number, why in sorted(self.looks, reverse=True)]


def text_column(table: Table, wanted: str | None = None) -> str | None:
    """The column with the descriptions: the wanted one, one with a usual name, or the wordiest by far.

    Returns None where none stands out.

    Raises:
        TableError: the wanted column is not there.
    """
    if wanted is not None:
        found = next((name for name in table.columns if name.lower() == wanted.lower()), None)
        if found is None:
            raise TableError(f"There is no column '{wanted}'. Columns: {', '.join(table.columns)}.")
        return found
    sample = [row.values for row in islice(table.rows(0), _LOOKED_AT) if not row.fault]
    words = {
        name: sum(len(values.get(name, "").split()) for values in sample) / max(1, len(sample))
        for name in table.columns
    }
    ranked = sorted(words, key=lambda name: -words[name])
    wordy = [name for name in ranked if words[name] >= _LEAST_WORDS]
    named = [name for part in _TEXT_NAMES for name in wordy if part in name.lower()]
    if len(wordy) == 1 or (wordy and words[wordy[0]] >= 2 * words[wordy[1]]):
        return wordy[0]
    return named[0] if named else None


def result_of(assessment: Assessment) -> dict[str, str]:
    """The columns that say what Rung says of one text."""
    sure = [
        name
        for name, head in (("type", assessment.engagement), ("pathway", assessment.pathway))
        if not head.abstain
    ]
    quality = assessment.quality.overall
    evidence = [f"{key} {one.rating}: “{one.sentence}”" for key, one in assessment.criteria.items()]
    found = {
        "rung_engagement": assessment.engagement.label,
        "rung_engagement_sure": _share(assessment.engagement),
        "rung_pathway": assessment.pathway.label,
        "rung_pathway_sure": _share(assessment.pathway),
        "rung_asserted": " and ".join(sure),
        "rung_modes": ", ".join(assessment.modes),
        "rung_level": assessment.level.label,
        "rung_because_engagement": _quotes(assessment.engagement),
        "rung_because_pathway": _quotes(assessment.pathway),
        "rung_evidence": " ".join(evidence),
        "rung_score": "" if quality.score is None else str(quality.score),
        "rung_score_range": f"{quality.low} to {quality.high}",
        "rung_open_questions": ", ".join(assessment.questions),
        "rung_warnings": ", ".join(assessment.warnings),
        "rung_look": _look(assessment),
        "rung_error": "",
        "rung_model": assessment.model,
    }
    return found if assessment.is_description else {**found, "rung_asserted": ""}


def _share(head: Head) -> str:
    return f"{head.probabilities[head.label]:.2f}"


def _quotes(head: Head) -> str:
    return " ".join(f"“{phrase.text}”" for phrase in head.because)


def _look(assessment: Assessment) -> str:
    """Why a person should look at a row, in a few words; "" where nothing calls for it."""
    if not assessment.is_description:
        return f"no description: {', '.join(assessment.warnings).replace('_', ' ')}"
    why = []
    for name, head in (("type", assessment.engagement), ("pathway", assessment.pathway)):
        if head.abstain:
            first, second = sorted(head.probabilities, key=lambda key: -head.probabilities[key])[:2]
            labels = taxonomy().engagement if name == "type" else taxonomy().pathway
            why.append(f"{name}: {labels[first].name} or {labels[second].name}?")
    for warning in assessment.warnings:
        if warning.startswith("claims:"):
            word = taxonomy().engagement[warning.removeprefix("claims:")].name.lower()
            why.append(f"it says {word} and describes something else")
    return "; ".join(why)


def _doubt(result: dict[str, str]) -> float:
    """How much a look is worth: the less sure, the more."""
    return 2 - float(result["rung_engagement_sure"]) - float(result["rung_pathway_sure"])


@cache
def _assessor(models: str, version: str) -> Assessor:
    """One model per process, read once."""
    return Assessor(*Registry(Path(models)).load(version))


def assess_batch(models: str, version: str, texts: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Results of one batch of (text, fault); a text that fails says so in its own row alone."""
    assessor = _assessor(models, version)
    out = []
    for text, fault in texts:
        why = fault or ("" if text.strip() else "no text")
        try:
            out.append(_failed(why) if why else result_of(assessor.assess(text)))
        except Exception as error:  # whatever one text does to the reading: the others go on
            out.append(_failed(f"could not be read ({type(error).__name__})"))
    return out


def _failed(why: str) -> dict[str, str]:
    return {**dict.fromkeys(COLUMNS, ""), "rung_error": why}


@dataclass(frozen=True)
class Work:
    """Where batches are worked on: `jobs` processes here, or the Dask scheduler at `dask`."""

    models: Path
    version: str
    jobs: int = 1
    dask: str = ""

    def results(self, batches: Iterator[list[tuple[str, str]]]) -> Results:
        """Results of the batches, in their order; few are held at a time."""
        models = str(self.models.resolve())
        if self.dask:
            yield from _by_dask(self.dask, models, self.version, batches)
        elif self.jobs == 1:
            for batch in batches:
                yield assess_batch(models, self.version, batch)
        else:
            from joblib import Parallel, delayed

            # One thread each: the processes share the cores already.
            parallel = Parallel(
                self.jobs, return_as="generator", pre_dispatch="3*n_jobs", inner_max_num_threads=1
            )
            yield from parallel(delayed(assess_batch)(models, self.version, batch) for batch in batches)


def _by_dask(address: str, models: str, version: str, batches: Iterator[list[tuple[str, str]]]) -> Results:
    """By a cluster whose workers see the same models folder; a batch of a worker that dies is done again."""
    try:
        from distributed import Client
    except ImportError as error:
        raise TableError("Dask is not installed. Add it: pip install 'rung[dask]'.") from error
    try:
        client = Client(address, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        raise TableError(f"No Dask scheduler answers at {address}.") from error
    with client:
        ahead = 4 * max(1, sum(client.nthreads().values()))
        waiting: deque[Any] = deque()
        for batch in batches:
            waiting.append(client.submit(assess_batch, models, version, batch, pure=False, retries=5))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def run(
    table: Table,
    column: str,
    to: Path,
    work: Work,
    progress: Progress = lambda _: True,
    source: str = "",
) -> Totals | None:
    """Classify every row and write the result; returns None where `progress` (told rows done) said stop.

    A run that was stopped or killed goes on where it was, if `source`, the column and the model are the same.
    """
    part = to.with_name(f".{to.name}.part")
    mark = {"source": source, "column": column, "model": work.version}
    done = _done(part, mark)
    at_work: deque[list[Row]] = deque()
    with part.open("a", encoding="utf-8") as stream:
        if not part.stat().st_size:
            stream.write(json.dumps(mark) + "\n")
        for results in work.results(_batches(table.rows(done), column, at_work)):
            for row, result in zip(at_work.popleft(), results, strict=True):
                stream.write(json.dumps([row.number, row.values, result], ensure_ascii=False) + "\n")
            stream.flush()
            done += len(results)
            if not progress(done):
                return None
    totals, draft = Totals(), to.with_name(f".{to.name}.draft")
    with part.open(encoding="utf-8") as lines, writing(draft, table.kind, _out_columns(table)) as write:
        next(lines)
        for line in lines:
            number, values, result = json.loads(line)
            totals.add(number, result)
            write({**values, **result})
    os.replace(draft, to)
    part.unlink()
    return totals


def _out_columns(table: Table) -> tuple[str, ...]:
    return (*(name for name in table.columns if name not in COLUMNS), *COLUMNS)


def _batches(rows: Iterator[Row], column: str, at_work: deque[list[Row]]) -> Iterator[list[tuple[str, str]]]:
    """Texts and faults by batch; `at_work` gets the rows they came from."""
    while batch := list(islice(rows, BATCH)):
        at_work.append(batch)
        yield [(row.values.get(column, ""), row.fault) for row in batch]


def _done(part: Path, mark: dict[str, str]) -> int:
    """How many rows a part file holds; what is not of this run, or was cut in the middle of a line, goes."""
    if not part.exists():
        return 0
    whole = count = 0
    with part.open("rb") as stream:
        first = stream.readline()
        try:
            same = first.endswith(b"\n") and json.loads(first) == mark
        except ValueError:
            same = False
        if same:
            whole = len(first)
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                count += 1
    os.truncate(part, whole)
    return count
