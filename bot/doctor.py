"""`rung doctor`: what is missing before Rung can work in a workspace, and how to mend it."""

from __future__ import annotations

import email.utils
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.manifest import NEEDS
from bot.settings import Settings, SettingsError, refuse_open
from bot.store import Store
from bot.subscriptions import Subscriptions
from classifier.registry import Registry, RegistryError

_CLOCK_SECONDS = 60  # Slack refuses signatures that are five minutes off
_DISK = 200_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and in words what it is or how to mend it."""

    name: str
    well: bool
    words: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at tokens, scopes, clock, channels, store and model, in this order."""
    yield from _slack(settings)
    yield from _store(settings)
    yield _model(settings)


def _slack(settings: Settings) -> Iterator[Finding]:
    if settings.many_workspaces:
        yield Finding("tokens", True, "Workspaces install the app at /slack/install; each has its own token.")
        return
    client = WebClient(token=settings.bot_token.get_secret_value(), base_url=settings.api_url, timeout=10)
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        code = error.response["error"]
        yield Finding(
            "bot token", False, f"Slack says {code}. Copy the Bot User OAuth Token anew: SLACK_BOT_TOKEN."
        )
        return
    except OSError as error:
        words = f"Slack is out of reach at {settings.api_url} ({type(error).__name__}). Check the network or a proxy."
        yield Finding("bot token", False, words)
        return
    yield Finding("bot token", True, f"{answer['user']} in {answer['team']}.")
    headers = {key.lower(): value for key, value in answer.headers.items()}
    yield _scopes(str(headers.get("x-oauth-scopes", "")))
    yield _clock(str(headers.get("date", "")))
    yield _door(settings)
    yield from _channels(settings, client, str(answer["team_id"]))


def _scopes(given: str) -> Finding:
    have = {scope.strip() for scope in given.split(",")}
    missing = [scope for scope in NEEDS if scope not in have]
    if not missing:
        return Finding("scopes", True, f"All {len(NEEDS)} are there.")
    lost = "; ".join(f"{scope} (for {', '.join(NEEDS[scope])})" for scope in missing)
    return Finding(
        "scopes", False, f"Missing: {lost}. Add them under OAuth & Permissions, then reinstall the app."
    )


def _clock(date: str) -> Finding:
    if not date:
        return Finding("clock", True, "Slack did not say its time.")
    off = abs((datetime.now(UTC) - email.utils.parsedate_to_datetime(date)).total_seconds())
    if off <= _CLOCK_SECONDS:
        return Finding("clock", True, "In step with Slack's.")
    return Finding("clock", False, f"{off:.0f} seconds off Slack's. Switch time synchronisation on.")


def _door(settings: Settings) -> Finding:
    token = settings.app_token.get_secret_value()
    if not token:
        return Finding(
            "door", True, "HTTP: give Slack https://YOUR-HOST/slack/events for events and interactivity."
        )
    try:
        WebClient(base_url=settings.api_url, timeout=10).apps_connections_open(app_token=token)
    except SlackApiError as error:
        code = error.response["error"]
        words = f"Slack says {code}. Make an app-level token with connections:write: SLACK_APP_TOKEN."
        return Finding("door", False, words)
    return Finding("door", True, "Socket Mode.")


def _channels(settings: Settings, client: WebClient, team: str) -> Iterator[Finding]:
    """Only the channels that Rung is to post in: a big workspace has too many to list."""
    wanted = {settings.review_channel} - {""}
    if settings.store.exists():
        wanted |= {
            one.channel for one in Subscriptions(Store(settings.store)).active() if one.team_id == team
        }
    for channel in sorted(wanted):
        try:
            found = client.conversations_info(channel=channel)["channel"]
        except SlackApiError as error:
            yield Finding(
                "channel", False, f"{channel}: Slack says {error.response['error']}. Invite @Rung there."
            )
            continue
        name = f"#{found.get('name', channel)}"
        if found.get("is_member"):
            yield Finding("channel", True, f"{name}: Rung is in it.")
        else:
            yield Finding("channel", False, f"{name}: Rung is not in it. Type /invite @Rung there.")


def _store(settings: Settings) -> Iterator[Finding]:
    path = settings.store
    try:
        refuse_open(path)
        with closing(Store(path).connect()) as db:
            fault = db.execute("pragma quick_check").fetchone()[0]
            count = db.execute("select count(*) from cases").fetchone()[0]
    except SettingsError as error:
        yield Finding("store", False, str(error).removeprefix("Cannot start. "))
        return
    except (sqlite3.Error, OSError) as error:
        words = f"{path} cannot be opened ({type(error).__name__}). Check RUNG_STORE, or use rung restore."
        yield Finding("store", False, words)
        return
    well = fault == "ok"
    words = f"{path}, {count} cases." if well else f"{path} is damaged. Restore a backup: rung restore."
    yield Finding("store", well, words)
    free = shutil.disk_usage(path.parent).free
    yield Finding("disk", free > _DISK, f"{free / 1e9:.1f} GB free beside {path}.")


def _model(settings: Settings) -> Finding:
    try:
        _, version = Registry(settings.models).load()
    except RegistryError as error:
        return Finding("model", False, f"{error} Make one: rung train.")
    return Finding("model", True, f"{version} serves.")
