"""The real bot as a process of its own, on a stand-in for Slack, by signed HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from bot.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent


def start(slack: Sandbox, home: Path, port: int, **more: Any) -> subprocess.Popen[bytes]:
    """Start `rung serve` on `home`/rung.db and `home`/models; `more` goes to the process."""
    environment = {
        **os.environ,
        **slack.environment,
        "SLACK_APP_TOKEN": "",  # with one it would take Socket Mode
        "RUNG_STORE": str(home / "rung.db"),
        "RUNG_MODELS": str(home / "models"),
        "PORT": str(port),
    }
    with (home / "log").open("ab") as log:
        command = [sys.executable, "-m", "bot", "serve"]
        return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=log, **more)


def answers(port: int, path: str) -> bool:
    """Whether it says yes at /healthz or /readyz."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def wait(ready: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it was not in time.
    """
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError("the bot did not start")
        time.sleep(0.02)


def megabytes(process: subprocess.Popen[bytes]) -> int:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
