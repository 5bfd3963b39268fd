"""The command `rung`: takes in the classifier's subcommands; what runs the bot is added here.

Slack's libraries are loaded inside the commands that need them: the classifier's commands start without.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket as socketlib
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from bot import bulk_cli
from bot.numbers import Scope
from bot.settings import Settings, SettingsError, read_settings
from classifier import cli as classifier_cli
from classifier.registry import RegistryError
from classifier.taxonomy import taxonomy

if TYPE_CHECKING:
    from bot.services import Services


STOP_SECONDS = 20
_M_ARENA_MAX = -8  # of malloc.h


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rung")
def main() -> None:
    """Rung names the type, pathway and quality of citizen engagement from a free-text description."""


for command in (
    *classifier_cli.commands,
    bulk_cli.classify,
    bulk_cli.participedia,
):  # which does archives as well
    main.add_command(command)


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _services(settings: Settings) -> Services:
    from bot.services import start

    try:
        return start(
            settings.store,
            settings.models,
            settings.training_data,
            settings.admins,
            settings.review_channel,
            settings.retention_days,
        )
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


_store_option = click.option(
    "--store",
    type=click.Path(path_type=Path),
    default=Path("rung.db"),
    show_default=True,
    envvar="RUNG_STORE",
    help="The store's file.",
)


@contextmanager
def _saying(kind: type[Exception]) -> Iterator[None]:
    """Say an error of this kind in its own words, without a trace."""
    try:
        yield
    except kind as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option(
    "--worker/--no-worker", "with_worker", default=True, help="Also do the worker's work (default)."
)
def serve(with_worker: bool) -> None:
    """Run the bot: by Socket Mode where SLACK_APP_TOKEN is set, else by HTTP at /slack/events.

    Needs SLACK_BOT_TOKEN, and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET. PORT (3000), RUNG_STORE (rung.db) and
    RUNG_MODELS (models) have defaults. The model must have been trained (`rung train`). Health: /healthz and
    /readyz.
    """
    import uvicorn

    from bot import observe, worker
    from bot.app import clients_of, create_app, finish, socket, web

    _few_arenas()
    observe.configure()
    settings = _settings()
    services = _services(settings)
    app = create_app(settings, services)
    door = socket(app, settings) if settings.app_token.get_secret_value() else None
    stopped = threading.Event()
    at_work = threading.Thread(
        target=worker.run, args=(services, clients_of(app, settings), settings, stopped), daemon=True
    )
    if with_worker:
        at_work.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        # The web server takes these while it runs, and raises them once more when it has ended.
        signal.signal(number, lambda *_: None)
    uvicorn.run(
        web(app, services, door),
        host="0.0.0.0",
        port=settings.port,
        log_config=None,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    # What is begun is finished: listeners that run, then the worker's tick. What is not is taken up at start.
    stopped.set()
    finish(app, STOP_SECONDS)
    if with_worker:
        at_work.join(STOP_SECONDS)


def _few_arenas() -> None:
    """Let glibc keep freed memory in one pool: one for each of thirty threads holds 100 MB for nothing."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, 1)


@main.command(name="worker")
def work() -> None:
    """Do by the clock what is due: answers that a crash or an outage left open.

    `rung serve` does this as well; run it alone where `serve --no-worker` runs beside it on the same machine.
    """
    from bot import observe, worker
    from bot.app import clients_of, create_app

    observe.configure()
    settings = _settings()
    services = _services(settings)
    clients = clients_of(create_app(settings, services), settings)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    worker.run(services, clients, settings, stopped)


@main.command()
def migrate() -> None:
    """Bring the store's tables up to date; safe to repeat."""
    from bot.store import Store

    path = Store(_settings().store).path
    click.echo(f"{path} is up to date.")


@main.command()
def doctor() -> None:
    """Look whether tokens, scopes, clock, channels, store and model are in order, and say how to mend them."""
    from bot.doctor import examine

    findings = list(examine(_settings()))
    for one in findings:
        click.echo(f"{'ok  ' if one.well else 'MEND'}  {one.name}: {one.words}")
    if not all(one.well for one in findings):
        raise SystemExit(1)


@main.command()
@click.argument("to", type=click.Path(path_type=Path))
@_store_option
def backup(to: Path, store: Path) -> None:
    """Copy the store to the file TO, also while Rung runs."""
    from bot import backup as backups

    with _saying(backups.BackupError):
        click.echo(f"{to} holds {backups.backup(store, to)} cases.")


@main.command()
@click.argument("copy", type=click.Path(path_type=Path, exists=True))
@click.option("--force", is_flag=True, help="Replace a store that is there; it is kept beside it.")
@_store_option
def restore(copy: Path, force: bool, store: Path) -> None:
    """Put a backup in the place of the store. Stop Rung first."""
    from bot import backup as backups

    with _saying(backups.BackupError):
        click.echo(f"{store} holds {backups.restore(copy, store, force=force)} cases.")


@main.command()
@click.argument("to", type=click.Path(path_type=Path))
@_store_option
def export(to: Path, store: Path) -> None:
    """Write all data to the zip TO: a CSV for each table, for any other program. Tokens stay behind."""
    from bot import transfer

    with _saying(transfer.TransferError):
        counts = transfer.export(store, to)
    click.echo(f"{to}: " + ", ".join(f"{name} {count}" for name, count in counts.items() if count))


@main.command(name="import")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_store_option
def import_(source: Path, store: Path) -> None:
    """Make a new store of SOURCE, a zip that `rung export` wrote."""
    from bot import transfer

    with _saying(transfer.TransferError):
        counts = transfer.import_(source, store)
    click.echo(f"{store} holds {counts.get('cases', 0)} cases.")


@main.command()
@click.argument("person")
@click.option("--team", required=True, help="The workspace's id.")
@_store_option
def forget(person: str, team: str, store: Path) -> None:
    """Forget everything of a PERSON (an id as U0123): cases, answers' names, subscriptions, every byte."""
    from bot.forgetting import Forgetting
    from bot.store import Store

    count, taught = Forgetting(Store(store)).person(team, person)
    click.echo(f"Forgotten: {count} cases and every trace of {person}.")
    if taught:
        click.echo("A model may have learned from them: retrain (/rung retrain), then remove older versions.")


@main.command()
@click.option("--port", default=8765, show_default=True, help="Port of the page; the next free one if taken.")
@click.option("--browser/--no-browser", default=True, help="Open the page in the browser.")
@click.option("--store", type=click.Path(path_type=Path), default=Path("sandbox.db"), show_default=True)
@classifier_cli.models_option
def sandbox(port: int, browser: bool, store: Path, models: Path) -> None:
    """Try the bot without Slack: a local workspace in the browser, with the real bot in it.

    The page and the stand-in for Slack listen on this machine alone. Trains the first model if there is none.
    """
    from bot.app import create_app, socket
    from bot.ids import Callback
    from bot.sandbox import Sandbox
    from bot.sandbox.defaults import Settings as Workspace
    from bot.sandbox.defaults import Shortcut
    from bot.worker import run

    classifier_cli.train_first(models)
    classify_this = Shortcut("Classify this", Callback.CLASSIFY_MESSAGE)
    slack = Sandbox(Workspace(shortcuts=(classify_this,)), free_port(port)).start()
    settings = Settings.model_validate(
        {
            "bot_token": slack.bot_token,
            "app_token": slack.app_token,
            "api_url": slack.api_url,
            "store": store,
            "models": models,
            "admins": "U0MORGAN",
            "review_channel": "C0REVIEWS",
        }
    )
    services = _services(settings)
    services.reviews.set_role("T0SANDBOX", "U0RILEY", "reviewer", "U0MORGAN", services.now())
    app = create_app(settings, services)
    door = socket(app, settings)
    door.connect()  # type: ignore[no-untyped-call]
    click.echo(f"Rung is ready: {slack.url}\nStop it with Ctrl-C.")
    if browser and (sys.platform in ("darwin", "win32") or {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ)):
        webbrowser.open(slack.url)
    try:
        run(services, lambda _: app.client, settings, threading.Event())
    except KeyboardInterrupt:
        click.echo("Stopped.")
    finally:
        door.close()  # type: ignore[no-untyped-call]
        slack.stop()


def free_port(wanted: int, tries: int = 20) -> int:
    """The wanted port of this machine, or the next one that is free."""
    for port in range(wanted, wanted + tries):
        with socketlib.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise click.ClickException(f"No free port from {wanted} to {wanted + tries - 1}. Choose one with --port.")


@main.command(name="summary")
@click.argument("words", nargs=-1)
@click.option("--team", help="The workspace, where the store holds several.")
@click.option("--channel", help="One channel by id; without it all of the team.")
@click.option("--tz", default="UTC", show_default=True, help="Time zone of weeks and days.")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
@click.option("--png", type=click.Path(path_type=Path), help="Write the picture.")
@click.option("--csv", "table", type=click.Path(path_type=Path), help="Write the table.")
@click.option(
    "--store", type=click.Path(path_type=Path, exists=True), default=Path("rung.db"), show_default=True
)
def summarise(
    words: tuple[str, ...],
    team: str | None,
    channel: str | None,
    tz: str,
    as_json: bool,
    png: Path | None,
    table: Path | None,
    store: Path,
) -> None:
    """Sum up a stretch of time: this week, last week, month, or two dates.

    \b
    Examples:
      rung summary last week
      rung summary 2026-11-01 2026-11-15 --json
      rung summary month --png month.png --csv month.csv
    """
    from bot import charts, summary
    from bot.store import Store
    from bot.views import summary as view

    opened = Store(store)
    teams = opened.teams()
    if team is None and len(teams) != 1:
        raise click.ClickException(
            f"Say which workspace with --team: {', '.join(teams) or 'none has a case yet'}."
        )
    found = summary.when(" ".join(words), datetime.now(ZoneInfo(tz)).date(), tz)
    if found is None:
        raise click.ClickException("Say which time: this week, last week, month, or two dates as 2026-11-01.")
    made = summary.make(opened, Scope(team or teams[0], channel=channel), found[1], found[0])
    if as_json:
        numbers = made.numbers
        types = [{"engagement": e, "pathway": p, "cases": n} for (e, p), n in numbers.types.items()]
        quality = {name: vars(spread) for name, spread in numbers.quality.items()}
        span: dict[str, object] = {"name": made.name, "start": made.span.start, "end": made.span.end}
        facts = {
            **span,
            "total": numbers.total,
            "usual": numbers.usual_total,
            "types": types,
            "quality": quality,
        }
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo(view.post(taxonomy(), made, {}).text)
    if png is not None:
        png.write_bytes(charts.week(taxonomy(), made.numbers))
    if table is not None:
        table.write_bytes(summary.to_csv(taxonomy(), made))
