"""What a listener may use."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.facts import Facts
from bot.forgetting import Forgetting
from bot.jobs import Jobs
from bot.redaction import redact
from bot.retrain import Live
from bot.reviews import Reviews
from bot.rounds import Rounds
from bot.store import Store
from bot.subscriptions import Subscriptions
from bot.texts import Texts
from classifier.assessment import Assessment
from classifier.dataset import TRAINING_DATA
from classifier.taxonomy import Taxonomy, taxonomy

T = TypeVar("T")
LOOK_EVERY = 10.0  # seconds after which a process notices another current model


@dataclass(frozen=True)
class Services:
    """Handed to every listener; nothing fetches these for itself."""

    store: Store
    assess: Callable[[str], Assessment]
    redact: Callable[[str], str]
    now: Callable[[], datetime]
    book: Taxonomy
    models: Path
    base: tuple[Path, ...] = (TRAINING_DATA,)
    admins: frozenset[str] = frozenset()
    labels: Callable[[], dict[str, int]] = dict  # how many training cases the serving model has, by type
    review_channel: str = ""
    unknown: Callable[[Sequence[str]], float] = lambda _: 0.0  # share of words that it does not know
    retention_days: int = 0  # after which texts go; 0: they are kept
    reviews: Reviews = field(init=False)
    jobs: Jobs = field(init=False)
    facts: Facts = field(init=False)
    subscriptions: Subscriptions = field(init=False)
    rounds: Rounds = field(init=False)
    texts: Texts = field(init=False)
    forgetting: Forgetting = field(init=False)

    def __post_init__(self) -> None:
        """Open the other parts of the store."""
        object.__setattr__(self, "reviews", Reviews(self.store))
        object.__setattr__(self, "jobs", Jobs(self.store))
        object.__setattr__(self, "facts", Facts(self.store, self.reviews, self.book))
        object.__setattr__(self, "subscriptions", Subscriptions(self.store))
        object.__setattr__(self, "rounds", Rounds(self.store))
        object.__setattr__(self, "texts", Texts(self.store))
        object.__setattr__(self, "forgetting", Forgetting(self.store))


def start(
    store: Path,
    models: Path,
    base: Path = TRAINING_DATA,
    admins: frozenset[str] = frozenset(),
    review_channel: str = "",
    retention_days: int = 0,
) -> Services:
    """The real services: one store file, the model that serves, the clock.

    Raises:
        RegistryError: no usable model.
    """
    live = Live(models, LOOK_EVERY, time.monotonic)

    def labels() -> dict[str, int]:
        return dict(live.registry.manifest(live().version).get("labels", {}))

    def assess(text: str) -> Assessment:
        return live().assess(text)

    def unknown(texts: Sequence[str]) -> float:
        return float(live().model.features.unknown(texts))

    clock = partial(datetime.now, UTC)
    one, other = _in_turn(assess), _in_turn(redact)
    parts = (Store(store), one, other, clock, taxonomy(), models, (base,), admins, labels, review_channel)
    return Services(*parts, unknown, retention_days)


def _in_turn(work: Callable[[str], T]) -> Callable[[str], T]:
    """Do a work on a thread of its own, one text after the other, with its models loaded at once.

    Both works are Python at heart: two texts at a time take as long as two in turn, keep what must be
    acknowledged waiting, and need the memory of two.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix=work.__name__)
    pool.submit(
        work, "Neighbours of the old mill plant trees together with the town's gardeners every spring."
    )
    return lambda text: pool.submit(work, text).result()
