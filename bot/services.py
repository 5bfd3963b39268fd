"""What a listener may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.store import Store
from classifier.assessment import Assessment
from classifier.taxonomy import Taxonomy


@dataclass(frozen=True)
class Services:
    """Handed to every listener; nothing fetches these for itself."""

    store: Store
    assess: Callable[[str], Assessment]
    now: Callable[[], datetime]
    book: Taxonomy
