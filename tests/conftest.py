"""What the tests share: the real cases and one model trained on them, once a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifier.assess import Assessor
from classifier.dataset import Case, read_cases
from classifier.registry import Registry
from classifier.training import train

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
