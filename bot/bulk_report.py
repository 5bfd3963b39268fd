"""The summary of an archive as one page: counts, a picture, what deserves a look first, rows with faults."""

from __future__ import annotations

import base64
from html import escape

from bot import charts
from bot.bulk import FIRST, Totals
from bot.numbers import Numbers
from classifier.taxonomy import Taxonomy

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222;"
    "background:#fff}img{max-width:100%}td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}"
)


def in_words(book: Taxonomy, totals: Totals) -> str:
    """The counts in one sentence or two."""
    read = totals.rows - totals.fault_count
    by_type = Numbers(read, dict(totals.types), 0, {}, {}, {}, 0, 0).by_type()
    named = sorted(((n, key) for key, n in by_type.items() if key), reverse=True)
    counts = ", ".join(f"{book.engagement[key].name.lower()} {n}" for n, key in named)
    faults = f" {totals.fault_count} could not be read." if totals.fault_count else ""
    sure = f"Rung is sure of the type of {totals.asserted}{f' ({counts})' if counts else ''}"
    return f"{read} of {totals.rows} rows read. {sure} and not sure of {read - totals.asserted}.{faults}"


def picture(book: Taxonomy, totals: Totals) -> bytes:
    """Rows by type and pathway, as in the weekly summary."""
    return charts.week(book, Numbers(totals.rows, dict(totals.types), 0, {}, {}, {}, 0, 0))


def page(book: Taxonomy, totals: Totals, name: str) -> str:
    """The whole page, with its picture in it; nothing is loaded from elsewhere."""
    words = in_words(book, totals)
    image = base64.b64encode(picture(book, totals)).decode() if totals.types else ""
    parts = [f"<h1>{escape(name)}</h1><p>{escape(words)}</p>"]
    if image:
        parts.append(f'<p><img alt="{escape(words)}" src="data:image/png;base64,{image}"></p>')
    parts.append(_table(f"Look at these first (at most {FIRST})", "Why", totals.to_look_at()))
    parts.append(_table(f"Rows that could not be read (at most {FIRST})", "Reason", totals.faults))
    body = "".join(parts)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(name)}</title>'
        f"<style>{_STYLE}</style><body>{body}</body></html>"
    )


def _table(heading: str, column: str, rows: list[tuple[int, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(f"<tr><td>{number}</td><td>{escape(why)}</td></tr>" for number, why in rows)
    return f"<h2>{heading}</h2><table><tr><th>Row</th><th>{column}</th></tr>{lines}</table>"
