"""The codebook as checked data: labels, questions, scales, pair rules and crosswalk of `taxonomy.toml`.

Everything that names a label or puts a question, in any surface, reads it from here.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Sentence = Annotated[str, Field(min_length=1, max_length=400)]
# Slack shows 75 characters of an option; a longer answer would be cut on a phone.
Answer = Annotated[str, Field(min_length=1, max_length=75)]
ABOUT_NOTHING = "out_of_scope"


class TaxonomyError(ValueError):
    """The taxonomy file is broken; the text names file, line, place and fault."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_Frozen):
    """One label of a head, with the words that every surface shows for it."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    plain: Sentence
    definition: str = ""
    example: str = ""


class Criterion(_Frozen):
    """One quality criterion: its dimension, follow-up question, four answers (values 0 to 3) and tip."""

    dimension: str
    name: Annotated[str, Field(min_length=1, max_length=40)]
    question: Sentence
    answers: Annotated[tuple[Answer, ...], Field(min_length=4, max_length=4)]
    scale: Annotated[tuple[Sentence, ...], Field(min_length=4, max_length=4)]
    tip: Sentence


class Option(_Frozen):
    """One answer that settles a label (`to`) or leads to another question (`then`)."""

    text: Answer
    to: str | None = None
    then: str | None = None

    @model_validator(mode="after")
    def _one_way_on(self) -> Self:
        if (self.to is None) == (self.then is None):
            raise ValueError("an answer needs either 'to' or 'then'")
        return self


class Settling(_Frozen):
    """A question whose answer settles a label."""

    question: Sentence
    answers: Annotated[tuple[Option, ...], Field(min_length=2, max_length=6)]


class Pair(_Frozen):
    """What separates two labels of one head: the codebook's rule, and the question that settles it."""

    labels: tuple[str, str]
    rule: Sentence
    question: Sentence
    answers: tuple[Option, Option]


class Row(_Frozen):
    """One line of a crosswalk; `place` is empty where the scale has no place for the label."""

    engagement: str
    when_modes: tuple[str, ...] = ()
    place: str
    approximate: bool = False


class Scale(_Frozen):
    """Another scale of the field, its source, and where our labels stand on it."""

    id: str
    name: Sentence
    source: Sentence
    rows: tuple[Row, ...]


class Place(_Frozen):
    """Where one case stands on one other scale."""

    scale: str
    name: str
    source: str
    place: str
    approximate: bool


Head = Literal["engagement", "pathway"]


class Taxonomy(_Frozen):
    """The whole codebook; keys keep the order of the file, which is the codebook's order."""

    version: int
    engagement: dict[str, Label]
    pathway: dict[str, Label]
    mode: dict[str, Label]
    level: dict[str, Label]
    dimension: dict[str, Label]
    criterion: dict[str, Criterion]
    settling: dict[str, Settling]
    pair: tuple[Pair, ...]
    crosswalk: tuple[Scale, ...]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for place, fault in _faults(self):
            raise ValueError(f"{place}: {fault}")
        return self

    def pair_of(self, one: str, other: str) -> Pair | None:
        """The pair rule for two labels of the same head, in either order; None if there is none."""
        return next((pair for pair in self.pair if set(pair.labels) == {one, other}), None)

    def criteria_of(self, dimension: str) -> tuple[str, ...]:
        """Ids of the four criteria of a dimension, in codebook order."""
        return tuple(key for key, criterion in self.criterion.items() if criterion.dimension == dimension)

    def places(self, engagement: str, modes: tuple[str, ...], level: str) -> tuple[Place, ...]:
        """Where a case stands on the other scales (codebook, section 6), by a fixed table."""
        return tuple(self._place(scale, engagement, modes, level) for scale in self.crosswalk)

    def _place(self, scale: Scale, engagement: str, modes: tuple[str, ...], level: str) -> Place:
        row = next(
            row
            for row in scale.rows
            if row.engagement == engagement and (not row.when_modes or set(row.when_modes) & set(modes))
        )
        words = ", ".join(self.mode[mode].name.lower() for mode in modes) or "co-production, phase open"
        text = row.place.format(level=self.level[level].name, modes=words)
        unsure = "{" in row.place and (not modes or level == "unclear")
        return Place(
            scale=scale.id,
            name=scale.name,
            source=scale.source,
            place=text,
            approximate=row.approximate or unsure,
        )


def _faults(taxonomy: Taxonomy) -> list[tuple[str, str]]:
    """Faults that concern more than one entry, as (place in the file, fault)."""
    found: list[tuple[str, str]] = []
    labels = set(taxonomy.engagement) | set(taxonomy.pathway)
    for key, criterion in taxonomy.criterion.items():
        if criterion.dimension not in taxonomy.dimension:
            found.append((f"criterion.{key}.dimension", f"there is no dimension '{criterion.dimension}'"))
    for key in taxonomy.dimension:
        if len(taxonomy.criteria_of(key)) != 4:
            found.append((f"dimension.{key}", "a dimension needs exactly four criteria"))
    for key, settling in taxonomy.settling.items():
        for option in settling.answers:
            if option.to is not None and option.to not in labels:
                found.append((f"settling.{key}.answers", f"there is no label '{option.to}'"))
            if option.then is not None and option.then not in taxonomy.settling:
                found.append((f"settling.{key}.answers", f"there is no question '{option.then}'"))
    for number, pair in enumerate(taxonomy.pair):
        if {option.to for option in pair.answers} != set(pair.labels) or not set(pair.labels) <= labels:
            found.append((f"pair.{number}.answers", f"must settle the two labels {pair.labels}"))
    for head in (taxonomy.engagement, taxonomy.pathway):
        found += [
            ("pair", f"no rule for {one} and {other}")
            for one in head
            for other in head
            if one < other and taxonomy.pair_of(one, other) is None
        ]
    for number, scale in enumerate(taxonomy.crosswalk):
        for index, row in enumerate(scale.rows):
            if row.engagement not in taxonomy.engagement or not set(row.when_modes) <= set(taxonomy.mode):
                found.append((f"crosswalk.{number}.rows.{index}", "names a label or mode that there is not"))
        missing = set(taxonomy.engagement) - {row.engagement for row in scale.rows if not row.when_modes}
        if missing:
            found.append((f"crosswalk.{number}.rows", f"no row for {', '.join(sorted(missing))}"))
    return found


def parse(source: str, name: str = "taxonomy.toml") -> Taxonomy:
    """Read and check a taxonomy.

    Raises:
        TaxonomyError: with the file's name, the line and what is wrong there.
    """
    try:
        data: dict[str, Any] = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = line.group(1) if line else str(source.count("\n") + 1)
        raise TaxonomyError(f"{name}, line {number}: {error}") from error
    try:
        return Taxonomy.model_validate(data)
    except ValidationError as error:
        # A misspelt key is two faults, one unknown and one missing; the unknown one has the line.
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        path, fault = first["loc"], str(first["msg"]).removeprefix("Value error, ")
        if not path and ": " in fault:
            place, fault = fault.split(": ", 1)
            path = tuple(place.split("."))
        place = ".".join(str(part) for part in path)
        raise TaxonomyError(f"{name}, line {_line_of(source, path)}: {place}: {fault}") from error


def _line_of(source: str, path: tuple[int | str, ...]) -> int:
    """Line (from 1) of the entry that a path of keys and positions leads to, or of its nearest parent."""
    lines = source.splitlines()
    at, stop = 0, len(lines)
    parts = [str(part) for part in path]
    for size in range(len(parts), 0, -1):
        header = f"[{'.'.join(parts[:size])}]"
        if header in lines:
            at, parts = lines.index(header), parts[size:]
            break
        tables = [number for number, line in enumerate(lines) if line == f"[[{parts[0]}]]"]
        if size == 2 and tables and parts[1].isdigit() and int(parts[1]) < len(tables):
            at, parts = tables[int(parts[1])], parts[2:]
            break
        if size == 1 and tables:
            return tables[0] + 1
    stop = next((n for n in range(at + 1, len(lines)) if lines[n].startswith("[")), len(lines))
    for position, part in enumerate(parts):
        key = re.compile(rf"^\s*{re.escape(part)}\s*=")
        found = next((n for n in range(at, stop) if key.match(lines[n])), None)
        if found is not None:
            item = parts[position + 1] if len(parts) > position + 1 else ""
            one_a_line = lines[found].rstrip().endswith("[") and item.isdigit()
            return found + 1 + (int(item) + 1 if one_a_line else 0)
    return at + 1


@cache
def taxonomy() -> Taxonomy:
    """The project's own taxonomy, read once."""
    return parse((files("classifier") / "taxonomy.toml").read_text("utf-8"))
