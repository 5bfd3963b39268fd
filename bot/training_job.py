"""The worker's retraining: from reviews in the store to an outcome said in Slack."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import drift, retrain, review
from bot.intake import enqueue
from bot.jobs import Job
from bot.retrain import Cancelled, Outcome, Reviewed
from bot.reviews import Review
from bot.services import Services
from bot.store import NotFound
from bot.views import models as view
from classifier.registry import RegistryError

logger = logging.getLogger(__name__)
KIND = "retrain"
BEAT_SECONDS = 10.0


def settled_reviews(services: Services, team: str) -> dict[int, Review]:
    """The review that stands for each settled case of a team."""
    by_case: dict[int, list[Review]] = {}
    for one in services.reviews.standing(team):
        by_case.setdefault(one.case, []).append(one)
    verdicts = {case: review.verdict(found, case).standing for case, found in by_case.items()}
    return {case: standing for case, standing in verdicts.items() if standing is not None}


def reviewed_cases(services: Services) -> list[Reviewed]:
    """Settled reviews of every team with their texts: all teams share the model."""
    found = []
    for team in services.reviews.teams():
        for case_id, standing in settled_reviews(services, team).items():
            text = services.store.case(team, case_id).message.text or ""
            found.append(Reviewed(retrain.as_case(team, standing, text), standing))
    return found


def trust(services: Services, team: str) -> list[drift.Month]:
    """Drift by month; accuracy counts only settled reviews of cases drawn at random."""
    sampled = {
        case: standing
        for case, standing in settled_reviews(services, team).items()
        if review.SAMPLE in services.reviews.reasons(team, case)
    }
    return drift.months(services.store.months(team), sampled, services.labels(), services.unknown)


def run(services: Services, client: WebClient, job: Job) -> None:
    """Do one job, showing how far it is, and say what came of it. A cancelled one leaves nothing behind."""
    ts = job.message_ts or _show(client, job, "", "Retraining has begun.")
    services.jobs.shown_in(job.id, ts)

    def progress(words: str) -> bool:
        alive = services.jobs.beat(job.id, words, services.now())
        if alive:
            _show(client, job, ts, f"Retraining: {words}.")
        return alive

    with _beating(services, job):
        try:
            outcome = retrain.retrain(
                services.models, reviewed_cases(services), progress, job.asked_by, services.base
            )
        except Cancelled:
            _show(client, job, ts, "Retraining was cancelled. The model is as it was.")
            return
        except RegistryError as error:
            services.jobs.end(job.id, "failed", str(error))
            _show(client, job, ts, f"Retraining did not work: {error}")
            return
    services.jobs.end(job.id, "done", outcome.to_json())
    _suspect(services, outcome)
    reply = view.outcome(services.book, outcome)
    _show(client, job, ts, reply.text, reply.blocks)


def _suspect(services: Services, outcome: Outcome) -> None:
    """Reviewed cases whose label looks wrong go to reviewers once more."""
    for name in outcome.suspects:
        _, team, case_id = name.split("-", 2)
        try:
            enqueue(services, services.store.case(team, int(case_id)), (review.SUSPECTED,))
        except NotFound:
            logger.info("suspect_gone case=%s", case_id)


def ask_when_due(services: Services, after: int, channel: str) -> None:
    """Ask for a retraining when so many reviews were settled since the last one that learned from reviews."""
    if after <= 0:
        return
    done = services.jobs.latest(KIND)
    before = max((Outcome.from_json(job.result).reviewed for job in done), default=0)
    now = sum(not one.apart for one in reviewed_cases(services))
    teams = services.reviews.teams()
    if teams and now - before >= after:
        services.jobs.ask(teams[0], KIND, "schedule", channel, services.now())


@contextmanager
def _beating(services: Services, job: Job) -> Iterator[None]:
    """Signs of life while a step takes long."""
    stopped = threading.Event()

    def beat() -> None:
        while not stopped.wait(BEAT_SECONDS):
            now = services.jobs.get(job.id)
            services.jobs.beat(job.id, now.progress if now else "", services.now())

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _show(
    client: WebClient, job: Job, ts: str, text: str, blocks: list[dict[str, object]] | None = None
) -> str:
    """Show progress in one message, changed in place; Slack out of reach does not stop the training."""
    if not job.channel:
        return ts
    parts = blocks if blocks is not None else view.progress(job.id, text)
    try:
        if ts:
            client.chat_update(channel=job.channel, ts=ts, text=text, blocks=parts)
            return ts
        return str(client.chat_postMessage(channel=job.channel, text=text, blocks=parts)["ts"])
    except (SlackApiError, OSError) as error:
        logger.warning("progress_not_shown job=%s error=%s", job.id, type(error).__name__)
        return ts
