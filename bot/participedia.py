"""Cases of Participedia (participedia.net, data as CSV) as a table that `rung classify` takes.

What its contributors ticked is carried along as a hint and never as a label: `approaches` and
`organizer_types` are a prior, the text decides. Its exports have had rows whose values stand in the wrong
columns; a row in which a column of fixed choices holds anything else is left out and named.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bot.tables import Row, TableError, open_table, writing

COLUMNS = ("id", "title", "text", "hint_engagement", "hint_pathway", "spectrum", "url")
_NEEDED = ("id", "title", "description")
# Columns of one fixed choice each, and what may stand in them beside nothing.
_CHOICES = {
    "public_spectrum": {"inform", "consult", "involve", "collaborate", "empower", "not"},
    "open_limited": {"open", "open_to", "limited"},
    "facilitators": {"yes", "no", "not"},
    "facetoface_online_or_both": {"facetoface", "online", "both"},
    "time_limited": {"a", "repeated"},
    "type": {"case"},
}
_NOTHING = ("", "na", "n/a", "null", "none")
_ENGAGEMENT = {
    "consultation": "consultation",
    "cogovernance": "participation",
    "direct": "participation",
    "coproduction": "co_production",
    "independent": "self_help",
    "protest": "self_help",
    "advocacy": "self_help",
    "social": "self_help",
    "informal": "self_help",
}
_PUBLIC = {"local", "regional", "national", "governmentowned", "international"}
_COMMUNITY = {"activist", "community", "social", "faithbased", "individual", "labortrade", "labor"}
NOT_ON_IT = "not on the spectrum"


@dataclass
class Outcome:
    """What came in and what did not, with row and reason; `mapped` and `unused` name the columns."""

    mapped: tuple[str, ...]
    unused: tuple[str, ...]
    rows: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    engagement: Counter[str] = field(default_factory=Counter)
    pathway: Counter[str] = field(default_factory=Counter)
    spectrum: Counter[str] = field(default_factory=Counter)


def convert(source: Path, to: Path | None) -> Outcome:
    """Read an export and write the table; with `to` None nothing is written, only counted.

    Raises:
        TableError: no table, or not with Participedia's columns.
    """
    table = open_table(source)
    names = {column.lower(): column for column in table.columns}
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise TableError(
            f"{source.name} is no export of Participedia's cases: {', '.join(missing)} is missing."
        )
    known = {*_NEEDED, "body", "url", "approaches", "organizer_types", *_CHOICES}
    found = Outcome(
        tuple(column for column in table.columns if column.lower() in known),
        tuple(column for column in table.columns if column.lower() not in known),
    )
    if to is None:
        for row in table.rows(0):
            _take(row, found)
        return found
    with writing(to, "csv", COLUMNS) as write:
        for row in table.rows(0):
            made = _take(row, found)
            if made is not None:
                write(made)
    return found


def _take(row: Row, found: Outcome) -> dict[str, str] | None:
    """A row as ours, counted; None where it is left out."""
    found.rows += 1
    values = {name.lower(): value.strip() for name, value in row.values.items()}
    text = "\n".join(part for part in (values.get("description", ""), _plain(values.get("body", ""))) if part)
    fault = row.fault or _shifted(values) or ("" if text else "no text")
    if fault:
        found.faults.append((row.number, fault))
        return None
    made = {
        "id": values["id"],
        "title": values["title"],
        "text": text,
        "hint_engagement": _engagement(_several(values.get("approaches", ""))),
        "hint_pathway": _pathway(_several(values.get("organizer_types", ""))),
        "spectrum": _spectrum(values.get("public_spectrum", "")),
        "url": values.get("url", ""),
    }
    found.engagement[made["hint_engagement"]] += 1
    found.pathway[made["hint_pathway"]] += 1
    found.spectrum[made["spectrum"]] += 1
    return made


def _shifted(values: dict[str, str]) -> str:
    """Why a row's values seem to stand in the wrong columns; "" where they do not."""
    if not values["id"].isdigit():
        return f"values are shifted: the id is “{values['id'][:30]}”"
    for column, choices in _CHOICES.items():
        value = values.get(column, "").lower()
        if value not in _NOTHING and value not in choices:
            return f"values are shifted: {column} is “{value[:30]}”"
    return ""


def _spectrum(value: str) -> str:
    """IAP2's level; ticked as not on it is another thing than not ticked."""
    value = value.lower()
    return NOT_ON_IT if value == "not" else "" if value in _NOTHING else value


def _several(value: str) -> list[str]:
    """The items of a list as JSON, PostgreSQL or commas write it."""
    return [item.lower() for item in re.findall(r"[\w-]+", value) if item.lower() not in _NOTHING]


def _engagement(approaches: list[str]) -> str:
    """The type that all of the approaches hint at; "" where they hint at none or at several."""
    hinted = {_ENGAGEMENT[one.split("_")[0]] for one in approaches if one.split("_")[0] in _ENGAGEMENT}
    return hinted.pop() if len(hinted) == 1 else ""


def _pathway(organizers: list[str]) -> str:
    """Inside-out where only public bodies organised, outside-in where only communities did; else ""."""
    kinds = {one.split("_")[0] for one in organizers}
    public, community = bool(kinds & _PUBLIC), bool(kinds & _COMMUNITY)
    return "" if public == community else "inside_out" if public else "outside_in"


def _plain(body: str) -> str:
    """The text of a body, which Participedia keeps as HTML."""
    if "<" not in body:
        return body
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(body)
    text = page.body.text(separator="\n") if page.body else ""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
