"""What is done by the clock: answers, retraining, warnings. Work is claimed in the store: two do no harm."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from bot import archive_job, replies, training_job
from bot.listeners import summaries
from bot.replies import Clients
from bot.rounds import polite
from bot.services import Services
from bot.settings import Settings
from bot.views import doors as doors_view
from bot.views import models as models_view

logger = logging.getLogger(__name__)
EVERY_SECONDS = 20.0


def tick(services: Services, clients: Clients, settings: Settings) -> None:
    """Do once what is due."""
    replies.answer_due(services, clients)
    training_job.ask_when_due(services, settings.retrain_after, settings.review_channel)
    summaries.deliver_due(services, clients)
    job = services.jobs.claim(training_job.KIND, services.now())
    if job is not None:
        training_job.run(services, clients(job.team_id), job)
    warn_of_drift(services, clients)
    remind(services, clients)
    if settings.retention_days:
        services.forgetting.older_than(services.now() - timedelta(days=settings.retention_days))


def archives(services: Services, clients: Clients) -> None:
    """Do the tables that wait, one after the other; beside `tick`, since one can take an hour."""
    while (job := services.jobs.claim(f"{archive_job.KIND}-*", services.now())) is not None:
        archive_job.run(services, clients(job.team_id), job)


def remind(services: Services, clients: Clients) -> None:
    """Say in a thread that questions are open: on weekdays from 9 to 17 of the author, twice at most."""
    for team, case_id in services.rounds.to_remind(services.now()):
        case, client = services.store.case(team, case_id), clients(team)
        person = case.message.asker
        now = services.now()
        if polite(now, summaries.time_zone(client, person)) and services.rounds.note_reminder(case_id, now):
            replies.say(client, case, doors_view.reminder(person))


def warn_of_drift(services: Services, clients: Clients) -> None:
    """Once a month and team: tell the admins what left its band in the month before, and what to do."""
    last = (services.now().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    for team in services.store.teams():
        kind = f"drift-{last}-{team}"
        job = (
            None
            if services.jobs.latest(kind)
            else services.jobs.ask(team, kind, "schedule", "", services.now())
        )
        if job is None:
            continue
        found = [
            month for month in training_job.trust(services, team) if month.month == last and month.warnings
        ]
        if found:
            reply = models_view.drift(found)
            roles = services.reviews.roles(team)
            for admin in sorted({*services.admins, *(m for m, role in roles.items() if role == "admin")}):
                clients(team).chat_postMessage(channel=admin, text=reply.text, blocks=reply.blocks)
        services.jobs.end(job, "done")


def run(services: Services, clients: Clients, settings: Settings, stopped: threading.Event) -> None:
    """Tick until stopped; what is begun is finished, but for tables, which go on after the next start."""
    services.forgetting.scrub_if_due()
    beside = partial(_repeat, partial(archives, services, clients), stopped)
    threading.Thread(target=beside, daemon=True).start()
    _repeat(partial(tick, services, clients, settings), stopped)


def _repeat(work: Callable[[], None], stopped: threading.Event) -> None:
    while True:
        try:
            work()
        except Exception as error:  # one bad tick must not end the worker; the next one tries again
            # Its message may quote a person's text: its type and place are logged alone.
            place = traceback.extract_tb(error.__traceback__)[-1]
            logger.error("tick_failed error=%s at %s:%s", type(error).__name__, place.filename, place.lineno)
        if stopped.wait(EVERY_SECONDS):
            return
