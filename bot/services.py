"""What a listener may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.store import Store
from classifier.assess import Assessor
from classifier.assessment import Assessment
from classifier.taxonomy import Taxonomy, taxonomy


@dataclass(frozen=True)
class Services:
    """Handed to every listener; nothing fetches these for itself."""

    store: Store
    assess: Callable[[str], Assessment]
    now: Callable[[], datetime]
    book: Taxonomy


def start(store: Path, assessor: Assessor) -> Services:
    """The real services: one store file, one model, the clock."""
    return Services(Store(store), assessor.assess, lambda: datetime.now(UTC), taxonomy())
