"""The classifier on the command line: classify, train, evaluate, models, promote, rollback."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from classifier.assess import Assessor
from classifier.assessment import Assessment
from classifier.dataset import TRAINING_DATA, DatasetError
from classifier.evaluation import describe, read_truths
from classifier.evaluation import evaluate as measure
from classifier.model import STEPS
from classifier.registry import MODELS, Outdated, Registry, RegistryError
from classifier.taxonomy import taxonomy
from classifier.training import TrainingError
from classifier.training import train as train_version

models_option = click.option(
    "--models",
    type=click.Path(path_type=Path, file_okay=False),
    default=MODELS,
    show_default=True,
    help="Folder that holds the trained versions.",
)


def load(models: Path) -> Assessor:
    """The assessor of the current version.

    Raises:
        click.ClickException: with what to do, where there is no usable version.
    """
    try:
        return Assessor(*Registry(models).load())
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


def train_first(models: Path) -> None:
    """Train a version where there is none that this Rung can read."""
    try:
        usable = Registry(models).current() is not None and bool(Registry(models).load())
    except Outdated:
        usable = False
    if not usable:
        train_with_bar((TRAINING_DATA,), models)


@click.command()
@click.argument("source", nargs=-1)
@click.option(
    "--jsonl", is_flag=True, help='Read one JSON object a line, {"id": …, "text": …}; write one a line.'
)
@click.option("--brief", is_flag=True, help="Print two lines to read instead of JSON.")
@models_option
def classify(source: tuple[str, ...], jsonl: bool, brief: bool, models: Path) -> None:
    """Say the type, pathway and quality of a description.

    SOURCE is the description itself, or one or more files; without SOURCE the text is read from standard
    input.

    \b
    Examples:
      rung classify "Neighbours run a food bank in the old school …"
      rung classify notes.txt
      rung classify --jsonl cases.jsonl > results.jsonl
      pbpaste | rung classify --brief

    The answer is JSON: label, probability per label, and the phrases that spoke for it, for engagement type
    and pathway; modes, level, evidence for the quality criteria, open questions and score. `label` is the
    most probable label; where "abstain" is true, Rung would ask you rather than assert it.

    With --jsonl a line that cannot be read gives {"id": …, "error": …} in its place; the other lines are
    answered, and the exit status is 1.
    """
    assessor = load(models)
    if jsonl:
        sys.exit(1 if _classify_lines(assessor, source) else 0)
    for name, text in _texts(source):
        assessment = assessor.assess(text)
        if brief:
            click.echo(_brief(assessment))
        else:
            click.echo(json.dumps({"id": name, **assessment.to_dict()}, ensure_ascii=False, indent=2))


def _texts(source: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(name, text) of each file; of all words together where they name no file; else of standard input."""
    if not source:
        with click.open_file("-", encoding="utf-8", errors="replace") as stream:
            yield "stdin", stream.read()
    elif any(_is_file(word) for word in source):
        for word in source:
            if not _is_file(word):
                raise click.ClickException(f"There is no file {word}.")
            yield word, Path(word).read_text("utf-8", errors="replace")
    else:
        yield "text", " ".join(source)


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except OSError:  # a text longer than a file name can be
        return False


def _classify_lines(assessor: Assessor, source: tuple[str, ...]) -> int:
    """Answer every line in order; returns how many could not be read."""
    failed = 0
    for line in _lines(source):
        if not line.strip():
            continue
        answer = _answer(assessor, line)
        failed += "error" in answer
        click.echo(json.dumps(answer, ensure_ascii=False))
    return failed


def _lines(source: tuple[str, ...]) -> Iterator[str]:
    for path in source or ("-",):
        with click.open_file(path, encoding="utf-8", errors="replace") as stream:
            yield from stream


def _answer(assessor: Assessor, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}"}
    if not isinstance(record, dict):
        return {"id": None, "error": "not a JSON object"}
    name, text = record.get("id"), record.get("text")
    if not isinstance(text, str):
        return {"id": name, "error": "'text' is missing or no text"}
    return {"id": name, **assessor.assess(text).to_dict()}


def _brief(assessment: Assessment) -> str:
    book = taxonomy()
    engagement, pathway = assessment.engagement, assessment.pathway
    sure = "not sure, " if engagement.abstain else ""
    reasons = " · ".join(f"“{phrase.text}”" for phrase in engagement.because) or "no phrase stands out"
    return (
        f"{book.engagement[engagement.label].name} ({sure}{engagement.confidence:.0%}), "
        f"{book.pathway[pathway.label].name.lower()} ({pathway.confidence:.0%})\n  because: {reasons}"
    )


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@models_option
def train(files: tuple[Path, ...], models: Path) -> None:
    """Train a model version and print its path.

    FILES are JSON Lines of labelled cases (`training_data/README.md` tells the keys) or folders of them;
    without FILES the project's own cases are used. The new version serves at once; `rung rollback` goes back.
    """
    click.echo(str(models / train_with_bar(files or (TRAINING_DATA,), models)))


def train_with_bar(files: Iterable[Path], models: Path) -> str:
    """Train with a progress bar on standard error; returns the name of the version."""
    with tqdm(total=len(STEPS), desc="Training", unit="step", leave=False) as bar:

        def step(name: str) -> None:
            bar.set_postfix_str(f"{name} done")
            bar.update()

        try:
            return train_version(list(files), models, step)
        except (DatasetError, TrainingError) as error:
            raise click.ClickException(str(error)) from error


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a PNG: confusion, reliability, risk and coverage.",
)
@models_option
def evaluate(file: Path, as_json: bool, report: Path | None, models: Path) -> None:
    """Measure the current model on labelled texts that it was not trained on.

    FILE is JSON Lines with "text", "engagement", "pathway" and optionally "title", "modes", "level". Lines
    with "clear": false (no careful reader could settle them) are left out. Every figure comes with its 95 %
    interval.
    """
    try:
        truths = read_truths(file)
    except DatasetError as error:
        raise click.ClickException(str(error)) from error
    assessor = load(models)
    bar = tqdm(truths, desc="Assessing", unit="text", leave=False, disable=as_json)
    assessments = [assessor.assess(truth.text) for truth in bar]
    found = measure(truths, assessments)
    click.echo(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else describe(found))
    if report is not None:
        from classifier.report import draw  # plotting takes half a second to load

        draw(found, truths, assessments, report)
        click.echo(f"Report: {report}", err=True)


@click.command(name="models")
@models_option
def list_models(models: Path) -> None:
    """List the trained versions, newest first; the one that serves is marked."""
    registry = Registry(models)
    current = registry.current()
    for version in registry.versions():
        mark = "*" if version.name == current else " "
        click.echo(f"{mark} {version.name}  {version.manifest.get('cases', '?')} cases")
    if current is None:
        click.echo("No version yet. Run `rung train`.")


@click.command()
@click.argument("name")
@models_option
def promote(name: str, models: Path) -> None:
    """Make the version NAME the one that serves."""
    try:
        Registry(models).load(name)
        Registry(models).promote(name)
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name} serves now.")


@click.command()
@models_option
def rollback(models: Path) -> None:
    """Go back to the version before the one that serves."""
    registry = Registry(models)
    names = [version.name for version in registry.versions()]
    current = registry.current()
    older = names[names.index(current) + 1 :] if current in names else []
    if not older:
        raise click.ClickException("There is no older version to go back to.")
    registry.promote(older[0])
    click.echo(f"{older[0]} serves now.")


commands: list[click.Command] = [classify, train, evaluate, list_models, promote, rollback]
