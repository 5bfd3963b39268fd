"""What the tests share: the real cases, a model trained on them once a run, a stand-in for Slack, the bot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from bot.sandbox.defaults import Settings as SandboxSettings
from classifier.assess import Assessor
from classifier.dataset import Case, read_cases
from classifier.registry import Registry
from classifier.training import train
from tests.bots import Bot

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def cases() -> list[Case]:
    return read_cases([ROOT / "training_data"])


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one version, trained on all cases of the project."""
    folder = tmp_path_factory.mktemp("models")
    train([ROOT / "training_data"], folder)
    return folder


@pytest.fixture(scope="session")
def assessor(models: Path) -> Assessor:
    return Assessor(*Registry(models).load())


@pytest.fixture
def slack() -> Iterator[Sandbox]:
    """A workspace whose retries follow at once."""
    with Sandbox(SandboxSettings(retry_delays=(0.0, 0.05, 0.1))) as made:
        yield made


@pytest.fixture
def bot(slack: Sandbox, tmp_path: Path, assessor: Assessor, request: pytest.FixtureRequest) -> Iterator[Bot]:
    """The bot over HTTP, or by the door that a test names. What it sends, Slack would take."""
    running = Bot(slack, tmp_path / "rung.db", assessor, getattr(request, "param", "http"))
    yield running
    running.stop()
    if not request.node.get_closest_marker("refusals"):
        assert slack.refused() == []
