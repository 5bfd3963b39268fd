"""Rows of texts in the forms that people keep them: CSV, Excel, JSON Lines, a folder of documents, a Slack export.

Rows are read and written one at a time: a million need no more memory than a thousand. Every value is a
string, as it stands in the file: `01234` stays `01234`.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from charset_normalizer import from_bytes

from bot import documents

_SAMPLE = 200_000  # bytes from which encoding and separator are told
_LONGEST = 10_000_000  # characters of one CSV field
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SHEET_CELL = 32_767  # characters; Excel's own limit
TABLES = (".csv", ".tsv", ".xlsx", ".jsonl")
csv.field_size_limit(_LONGEST)


class TableError(Exception):
    """The file gives no rows; the text says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One row: its number as people count (the first after the heading is 1), and its values or its fault."""

    number: int
    values: dict[str, str]
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A file of rows: what it is, its columns, and a function that reads it from the start."""

    kind: str  # csv, xlsx or jsonl: the form in which results are written
    columns: tuple[str, ...]
    rows: Callable[[int], Iterator[Row]]  # after skipping so many
    count: Callable[[], int]  # how many rows there are


def open_table(path: Path) -> Table:
    """Look what a file or folder is.

    Raises:
        TableError: it is none of the known kinds, or empty.
    """
    try:
        if path.is_dir():
            exported = any(path.glob("*/????-??-??.json"))
            return _slack(lambda: _days_of_folder(path)) if exported else _folder(path)
        kind = path.suffix.lower()
        if kind == ".zip":
            return _slack(lambda: _days_of_zip(path))
        if kind in (".csv", ".tsv"):
            return _csv(path)
        if kind == ".xlsx":
            return _xlsx(path)
        if kind in (".jsonl", ".ndjson"):
            return _jsonl(path)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise TableError(f"{path.name} cannot be read: it is damaged or not what its name says.") from error
    raise TableError(f"{path.name} is no table: give a .csv, .xlsx or .jsonl, a folder, or a Slack export.")


def _csv(path: Path) -> Table:
    with path.open("rb") as stream:
        sample = stream.read(_SAMPLE)
    if b"\0" in sample and not sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TableError(f"{path.name} is not text. Save the table as CSV (UTF-8) or as .xlsx.")
    encoding = _encoding(sample)
    text = sample.decode(encoding, "ignore")
    first = text.partition("\n")[0]
    separator = max(",;\t|", key=first.count)

    def rows() -> Iterator[list[str]]:
        with path.open(encoding=encoding, errors="replace", newline="") as stream:
            yield from csv.reader(stream, delimiter=separator)

    return _with_heading(path, "csv", rows)


def _encoding(sample: bytes) -> str:
    try:
        sample.decode("utf-8-sig")
        return "utf-8-sig"
    except UnicodeDecodeError as error:
        if error.start > len(sample) - 4:  # the sample ends inside a character
            return "utf-8-sig"
    found = from_bytes(sample).best()
    return found.encoding if found else "cp1252"


def _xlsx(path: Path) -> Table:
    from openpyxl import load_workbook

    def rows() -> Iterator[list[str]]:
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            for row in book.worksheets[0].iter_rows(values_only=True):
                yield ["" if value is None else str(value) for value in row]
        finally:
            book.close()

    return _with_heading(path, "xlsx", rows)


def _with_heading(path: Path, kind: str, lines: Callable[[], Iterator[list[str]]]) -> Table:
    """A table whose first row names the columns."""
    heading = next(lines(), None)
    if not heading or not any(name.strip() for name in heading):
        raise TableError(f"{path.name} has no heading. Its first row must name the columns.")
    columns = _distinct([name.strip() or f"column {i + 1}" for i, name in enumerate(heading)])

    def rows(skip: int) -> Iterator[Row]:
        found = islice(lines(), 1 + skip, None)
        number = skip
        while True:
            number += 1
            try:
                cells = next(found)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(number, {}, f"not CSV: {error}")
                continue
            values = dict(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=False))
            extra = [cell for cell in cells[len(columns) :] if cell.strip()]
            yield Row(number, values, f"{len(extra)} cells more than columns" if extra else "")

    return Table(kind, columns, rows, lambda: sum(1 for _ in rows(0)))


def _distinct(names: list[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(out)


def _jsonl(path: Path) -> Table:
    def rows(skip: int) -> Iterator[Row]:
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            lines = ((number, line) for number, line in enumerate(stream, 1) if line.strip())
            for number, line in islice(lines, skip, None):
                try:
                    record = json.loads(line)
                except (ValueError, RecursionError):
                    yield Row(number, {}, "not JSON")
                    continue
                if not isinstance(record, dict):
                    yield Row(number, {}, "not a JSON object")
                    continue
                yield Row(number, {key: _plain(value) for key, value in record.items()})

    columns: dict[str, None] = {}
    for row in islice(rows(0), 100):
        columns.update(dict.fromkeys(row.values))
    if not columns:
        raise TableError(f"{path.name} has no JSON object in its first lines.")
    return Table("jsonl", tuple(columns), rows, lambda: sum(1 for _ in rows(0)))


def _plain(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _folder(path: Path) -> Table:
    files = sorted(one for one in path.rglob("*") if one.suffix.lower() in documents.KINDS)
    if not files:
        raise TableError(f"{path.name} holds no document that can be read ({', '.join(documents.KINDS)}).")

    def rows(skip: int) -> Iterator[Row]:
        for number, one in enumerate(files[skip:], skip + 1):
            name = str(one.relative_to(path))
            try:
                yield Row(number, {"file": name, "text": documents.read(one.name, one.read_bytes())})
            except documents.Unreadable as error:
                yield Row(number, {"file": name, "text": ""}, f"the document is {error}".replace("_", " "))

    return Table("csv", ("file", "text"), rows, lambda: len(files))


Days = Callable[[], Iterator[tuple[str, bytes]]]


def _days_of_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for day in sorted(path.glob("*/????-??-??.json")):
        yield day.parent.name, day.read_bytes()


def _days_of_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if PurePath(name).match("*/????-??-??.json"):
                yield PurePath(name).parent.name, archive.read(name)


def _slack(days: Days) -> Table:
    """Messages of people, without joins, edits' traces and bots."""
    if next(days(), None) is None:
        raise TableError("This is no Slack export: it holds no CHANNEL/YEAR-MONTH-DAY.json.")

    def every() -> Iterator[Row]:
        from bot.intake import decode  # brings the bot along, which processes that only classify do without

        number = 0
        for channel, content in days():
            try:
                messages: list[dict[str, Any]] = json.loads(content)
            except ValueError:
                number += 1
                yield Row(number, {"channel": channel, "ts": "", "text": ""}, "not JSON")
                continue
            for one in messages:
                text = decode(str(one.get("text") or "")).strip()
                if one.get("type") != "message" or one.get("subtype") or one.get("bot_id") or not text:
                    continue
                number += 1
                yield Row(number, {"channel": channel, "ts": str(one.get("ts", "")), "text": text})

    def rows(skip: int) -> Iterator[Row]:
        return islice(every(), skip, None)

    return Table("csv", ("channel", "ts", "text"), rows, lambda: sum(1 for _ in every()))


Writer = Callable[[dict[str, str]], object]


def writing(path: Path, kind: str, columns: Iterable[str]) -> AbstractContextManager[Writer]:
    """A function that writes one row; on leaving, the file is whole. In CSV and Excel no value is a formula."""
    names = tuple(columns)
    if kind == "jsonl":
        return _lines(path)
    return _sheet(path, names) if kind == "xlsx" else _comma(path, names)


@contextmanager
def _lines(path: Path) -> Iterator[Writer]:
    with path.open("w", encoding="utf-8") as stream:
        yield lambda values: stream.write(json.dumps(values, ensure_ascii=False) + "\n")


@contextmanager
def _comma(path: Path, names: tuple[str, ...]) -> Iterator[Writer]:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:  # Excel reads UTF-8 by the mark alone
        writer = csv.writer(stream)
        writer.writerow(map(inert, names))
        yield lambda values: writer.writerow([inert(values.get(name, "")) for name in names])


@contextmanager
def _sheet(path: Path, names: tuple[str, ...]) -> Iterator[Writer]:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Rung")

    def cell(value: str) -> Any:
        found = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", inert(value))[:_SHEET_CELL])
        found.data_type = "s"  # a string whatever it looks like
        return found

    sheet.append([cell(name) for name in names])
    yield lambda values: sheet.append([cell(values.get(name, "")) for name in names])
    book.save(path)


def inert(value: str) -> str:
    """A value that no spreadsheet takes for a formula: an apostrophe goes before what could begin one.

    One is also put before a value that begins with an apostrophe, so that `alive` leads back.
    """
    return f"'{value}" if value.startswith((*_FORMULA, "'")) else value


def alive(value: str) -> str:
    """The inverse of `inert`."""
    return value[1:] if value.startswith("'") and value[1:].startswith((*_FORMULA, "'")) else value
