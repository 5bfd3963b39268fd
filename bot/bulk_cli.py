"""`rung classify`: one text as the classifier's own command does it, or a whole archive."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import click
from tqdm import tqdm

from bot import bulk, tables
from bot.tables import TableError
from classifier import cli as classifier_cli
from classifier.taxonomy import taxonomy

LAST_WORDS = ("Result:", "Summary:")  # begin the lines that say where the files are


def is_archive(source: tuple[str, ...]) -> bool:
    """Whether one file or folder of rows was given, not words or a text."""
    if len(source) != 1 or len(source[0]) > 1000 or "\n" in source[0]:
        return False
    path = Path(source[0])
    return path.is_dir() or (path.is_file() and path.suffix.lower() in (*tables.TABLES, ".ndjson", ".zip"))


@click.command()
@click.argument("source", nargs=-1)
@click.option(
    "--jsonl", is_flag=True, help='Read one JSON object a line, {"id": …, "text": …}; write one a line.'
)
@click.option("--brief", is_flag=True, help="Print two lines to read instead of JSON.")
@click.option("--column", help="Archive: the column that holds the descriptions.")
@click.option("--out", type=click.Path(path_type=Path), help="Archive: the result. [NAME-rung.csv]")
@click.option("--force", is_flag=True, help="Archive: write over an earlier result.")
@click.option("--jobs", type=click.IntRange(min=1), help="Archive: processes. [one per core]")
@click.option("--dask", default="", help="Archive: address of a Dask scheduler, tcp://HOST:8786.")
@click.option("--attached", is_flag=True, hidden=True, help="End when standard input ends.")
@classifier_cli.models_option
def classify(
    source: tuple[str, ...],
    jsonl: bool,
    brief: bool,
    column: str | None,
    out: Path | None,
    force: bool,
    jobs: int | None,
    dask: str,
    attached: bool,
    models: Path,
) -> None:
    """Say the type, pathway and quality of a description, or of each in an archive.

    SOURCE is the description itself, or text files; without SOURCE the text is read from standard input. Or
    it is an archive: a .csv, .tsv, .xlsx or .jsonl, a folder of documents, or a Slack export.

    \b
    Examples:
      rung classify "Neighbours run a food bank in the old school …"
      pbpaste | rung classify --brief
      rung classify --jsonl cases.jsonl > results.jsonl
      rung classify cases.xlsx                     # writes cases-rung.xlsx and cases-rung.html
      rung classify cases.csv --column Summary --jobs 4

    One text gives JSON: label, probability per label and the phrases that spoke for it, for engagement type
    and pathway; modes, level, evidence for the quality criteria, open questions and score. `label` is the
    most probable label; where "abstain" is true, Rung would ask you rather than assert it.

    An archive gives the same rows with columns rung_… beside them, and a summary page. `rung_look` says which
    rows deserve a person's look, and why; `rung_error` which could not be read: the others are done. A run
    that was stopped goes on where it was by the same command.

    With --jsonl a line that cannot be read gives {"id": …, "error": …} in its place; the other lines are
    answered, and the exit status is 1.
    """
    if jsonl or not is_archive(source):
        assert classifier_cli.classify.callback is not None
        classifier_cli.classify.callback(source, jsonl, brief, models)
        return
    path = Path(source[0])
    if attached:
        threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        _archive(path, column, out, force, bulk.Work(models, _version(models), jobs or _cores(), dask))
    except TableError as error:
        raise click.ClickException(str(error)) from error


def _end_with_input() -> None:
    while os.read(0, 4096):  # not `sys.stdin`: its lock would be held when the interpreter ends
        pass
    os._exit(1)


def _version(models: Path) -> str:
    return classifier_cli.load(models).version


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _archive(path: Path, wanted: str | None, out: Path | None, force: bool, work: bulk.Work) -> None:
    from bot import bulk_report  # drawing takes half a second to load

    table = tables.open_table(path)
    column = bulk.text_column(table, wanted)
    if column is None:
        column = _ask(table)
    stem = path.name if path.is_dir() else path.stem
    to = out or path.with_name(f"{stem}-rung.{table.kind}")
    if to.exists() and not force:
        raise click.ClickException(f"{to} exists already. Give --force to write over it, or --out NAME.")
    kept = path.stat()
    source = f"{path.resolve()} {kept.st_size} {kept.st_mtime_ns}"
    click.echo(f"Reading the column '{column}'.", err=True)
    with tqdm(total=table.count(), desc="Classifying", unit="row") as bar:

        def progress(done: int) -> bool:
            if bar.n == 0 and done > bulk.BATCH:
                bar.initial = done - bulk.BATCH  # rows of an earlier run do not count for the rate
            bar.update(done - bar.n)
            return True

        try:
            totals = bulk.run(table, column, to, work, progress, source)
        except KeyboardInterrupt:
            bar.close()
            click.echo(f"Stopped at row {bar.n}. The same command goes on from there.", err=True)
            sys.exit(130)
    assert totals is not None
    summary = to.with_suffix(".html")
    summary.write_text(bulk_report.page(taxonomy(), totals, path.name), "utf-8")
    click.echo(bulk_report.in_words(taxonomy(), totals))
    for number, why in totals.faults:
        click.echo(f"  row {number}: {why}")
    click.echo(f"{LAST_WORDS[0]} {to}\n{LAST_WORDS[1]} {summary}")


def _ask(table: tables.Table) -> str:
    names = ", ".join(table.columns)
    if not sys.stdin.isatty():
        raise click.ClickException(f"Say which column holds the descriptions with --column: {names}.")
    return str(
        click.prompt("Which column holds the descriptions?", type=click.Choice(table.columns), err=True)
    )


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path), help="The table. [NAME-cases.csv]")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would come in.")
def participedia(source: Path, out: Path | None, dry_run: bool) -> None:
    """Turn SOURCE, a CSV of cases from participedia.net, into a table for `rung classify`.

    What contributors ticked comes along as hints (approach and organiser as type and pathway, the IAP2
    spectrum as it is), never as labels. Rows whose values stand in the wrong columns are left out and named.
    """
    from bot.participedia import convert

    to = out or source.with_name(f"{source.stem}-cases.csv")
    if to.exists() and not dry_run:
        raise click.ClickException(f"{to} exists already. Choose another name with --out.")
    try:
        found = convert(source, None if dry_run else to)
    except TableError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Columns taken: {', '.join(found.mapped)}.")
    click.echo(f"Columns left: {', '.join(found.unused) or 'none'}.")
    for name, counts in (
        ("type", found.engagement),
        ("pathway", found.pathway),
        ("spectrum", found.spectrum),
    ):
        told = ", ".join(f"{label or 'nothing ticked'} {count}" for label, count in counts.most_common())
        click.echo(f"Hints of {name}: {told or 'none'}.")
    click.echo(
        f"{found.rows - len(found.faults)} of {found.rows} rows {'would come' if dry_run else 'came'} in."
    )
    for number, why in found.faults:
        click.echo(f"  row {number}: {why}")
    if not dry_run:
        click.echo(f"{LAST_WORDS[0]} {to}")
