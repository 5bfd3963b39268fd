"""What is done by the clock: answers, retraining, warnings. Work is claimed in the store: two do no harm."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from slack_sdk import WebClient

from bot import replies, training_job
from bot.listeners import summaries
from bot.rounds import polite
from bot.services import Services
from bot.settings import Settings
from bot.views import doors as doors_view
from bot.views import models as models_view

logger = logging.getLogger(__name__)
EVERY_SECONDS = 20.0


def tick(services: Services, client: WebClient, settings: Settings) -> None:
    """Do once what is due."""
    replies.answer_due(services, client)
    training_job.ask_when_due(services, settings.retrain_after, settings.review_channel)
    summaries.deliver_due(services, client)
    job = services.jobs.claim(training_job.KIND, services.now())
    if job is not None:
        training_job.run(services, client, job)
    warn_of_drift(services, client)
    remind(services, client)


def remind(services: Services, client: WebClient) -> None:
    """Say in a thread that questions are open: on weekdays from 9 to 17 of the author, twice at most."""
    for team, case_id in services.rounds.to_remind(services.now()):
        case = services.store.case(team, case_id)
        person = case.message.asker
        now = services.now()
        if polite(now, summaries.time_zone(client, person)) and services.rounds.note_reminder(case_id, now):
            replies.say(client, case, doors_view.reminder(person))


def warn_of_drift(services: Services, client: WebClient) -> None:
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
                client.chat_postMessage(channel=admin, text=reply.text, blocks=reply.blocks)
        services.jobs.end(job, "done")


def run(services: Services, client: WebClient, settings: Settings, stopped: threading.Event) -> None:
    """Tick until stopped."""
    while True:
        try:
            tick(services, client, settings)
        except Exception:  # one bad tick must not end the worker; the next one tries again
            logger.exception("tick_failed")
        if stopped.wait(EVERY_SECONDS):
            return
