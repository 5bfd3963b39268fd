"""A team at work: 300 descriptions, three reviewers, a killed worker, a poisoned batch and a good one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot import replies, review, training_job, worker
from bot.intake import keep
from bot.retrain import Outcome
from bot.reviews import Review
from bot.sandbox import Sandbox
from bot.services import start
from bot.store import Message
from classifier.assess import Assessor
from classifier.dataset import Case
from classifier.registry import Registry
from classifier.training import train
from tests.bots import Bot

TEAM, COUNT = "T0SANDBOX", 300
REVIEWERS = ("U0RILEY", "U0SAM", "U0CARELESS")


@pytest.fixture(scope="module")
def split(cases: list[Case]) -> tuple[list[Case], list[Case]]:
    """What the first model learns from, and what the team will paste: groups never straddle."""
    chance = random.Random(7)
    groups = sorted({case.group for case in cases if len(case.text.split()) >= 20})
    chance.shuffle(groups)
    pasted = set(groups[:COUNT])
    texts = [case for case in cases if case.group in pasted][:COUNT]
    rest = [case for case in cases if case.group not in pasted]
    chance.shuffle(rest)
    return rest[:600], texts


def line(case: Case) -> str:
    labels = {"engagement": case.engagement, "pathway": case.pathway, "level": case.level}
    return json.dumps({"id": case.id, "group": case.group, "text": case.text, "modes": case.modes, **labels})


@pytest.fixture(scope="module")
def base(split: tuple[list[Case], list[Case]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("base") / "cases.jsonl"
    path.write_text("\n".join(line(case) for case in split[0]) + "\n", "utf-8")
    return path


@pytest.fixture
def bot(slack: Sandbox, tmp_path: Path, base: Path) -> Iterator[Bot]:
    models = tmp_path / "models"
    train([base], models)
    running = Bot(slack, tmp_path / "rung.db", Assessor(*Registry(models).load()), "http", models, base)
    yield running
    running.stop()


def paste_all(bot: Bot, texts: list[Case]) -> dict[int, Case]:
    """300 descriptions through the bot's own intake, answered in the channel."""
    client, found = bot.app.client, {}
    for case in texts:
        posted = bot.slack.person("Sam").post("engagement", case.text)
        message = Message(TEAM, posted.channel, posted.ts, posted.ts, "U0SAM", "U0SAM", case.text)
        assert replies.answer(bot.services, TEAM, keep(bot.services, message), client)
        stored = bot.store.find(TEAM, posted.channel, posted.ts)
        assert stored is not None
        found[stored.id] = case
        bot.services.reviews.enter(TEAM, stored.id, (review.UNSURE,), 1.0, bot.now())
    return found


def save(bot: Bot, case_id: int, person: str, engagement: str, pathway: str, action: str = "save") -> None:
    made = bot.store.case(TEAM, case_id).assessment
    assert made is not None
    said = (made.engagement.label, made.pathway.label)
    kept = Review(
        case=case_id,
        person=person,
        engagement=engagement,
        pathway=pathway,
        level="unclear",
        modes=(),
        span="",
        comment="",
        blind=False,
        said_engagement=said[0],
        said_pathway=said[1],
        made_at=bot.now().isoformat(),
        action=action,
    )
    bot.services.reviews.save(TEAM, kept)
    bot.services.reviews.settle(TEAM, case_id, partial(review.suffice, case_id=case_id), bot.now())


def retrain(bot: Bot) -> Outcome:
    """Ask for a retraining and let the worker do it."""
    job = bot.services.jobs.ask(TEAM, training_job.KIND, "U0MORGAN", "C0REVIEWS", bot.now())
    assert job is not None
    assert bot.services.jobs.ask(TEAM, training_job.KIND, "U0MORGAN", "C0REVIEWS", bot.now()) is None
    worker.tick(bot.services, bot.clients, bot.settings)
    done = bot.services.jobs.get(job)
    assert done is not None
    assert done.state == "done", done
    return Outcome.from_json(done.result)


def test_a_team_reviews_and_the_model_learns_and_nothing_is_lost(
    slack: Sandbox, bot: Bot, split: tuple[list[Case], list[Case]], tmp_path: Path, base: Path
) -> None:
    cases = paste_all(bot, split[1])
    first = Registry(bot.models).current()
    chance = random.Random(3)

    # A poisoned batch: half of the team's labels are shuffled.
    poisoned = sorted(cases)[:150]
    labels = [(cases[n].engagement, cases[n].pathway) for n in poisoned]
    chance.shuffle(labels)
    for case_id, (engagement, pathway) in zip(poisoned, labels, strict=True):
        for person in REVIEWERS[:2]:
            save(bot, case_id, person, engagement, pathway)
    refused = retrain(bot)
    assert not refused.promoted
    assert refused.because
    assert Registry(bot.models).current() == first
    said = slack.wait_for(
        lambda: [m for m in slack.messages("reviews") if "The model stays as it is" in slack.text_of(m)]
    )
    assert refused.because[0][:60] in slack.text_of(said[-1])

    # It is undone, and the whole team reviews all cases at once; one of three is careless.
    for case_id in poisoned:
        for person in REVIEWERS[:2]:
            case = cases[case_id]
            save(bot, case_id, person, case.engagement, case.pathway, action="undo")

    def work(person: str) -> int:
        own = random.Random(person)
        for case_id in sorted(cases):
            case = cases[case_id]
            engagement, pathway = case.engagement, case.pathway
            if person == "U0CARELESS" and own.random() < 0.3:
                engagement = own.choice(["information", "consultation", "participation"])
            save(bot, case_id, person, engagement, pathway)
        return len(cases)

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, REVIEWERS)) == 3 * COUNT
    assert len(bot.services.reviews.standing(TEAM)) == 3 * COUNT  # no review is lost
    steps = sum(len(bot.services.reviews.history(TEAM, case_id)) for case_id in cases)
    assert steps == 3 * COUNT + 4 * len(poisoned)
    assert bot.services.reviews.waiting(TEAM) == []
    standing = training_job.settled_reviews(bot.services, TEAM)
    assert all(standing[n].engagement == cases[n].engagement for n in cases)  # two of three outvote one
    kappa = review.agreement(bot.services.reviews.standing(TEAM)).kappa["engagement"]
    assert kappa is not None
    assert 0.7 < kappa < 0.95

    # The worker is killed in the middle of training; another takes over, once the first is silent.
    job = bot.services.jobs.ask(TEAM, training_job.KIND, "U0MORGAN", "C0REVIEWS", bot.now())
    assert job is not None
    environment = {
        **os.environ,
        **slack.environment,
        "RUNG_STORE": str(bot.path),
        "RUNG_MODELS": str(bot.models),
        "RUNG_TRAINING_DATA": str(base),
        "RUNG_ADMINS": "U0MORGAN",
    }
    process = subprocess.Popen([sys.executable, "-m", "bot", "worker"], env=environment)
    slack.wait_for(lambda: "challenger" in (bot.services.jobs.get(job) or refused_job()).progress, timeout=60)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    assert Registry(bot.models).current() == first
    worker.tick(bot.services, bot.clients, bot.settings)
    assert (bot.services.jobs.get(job) or refused_job()).state == "running"  # it may still be alive
    bot.now = lambda: datetime.now(UTC) + timedelta(seconds=90)
    worker.tick(bot.services, bot.clients, bot.settings)
    done = bot.services.jobs.get(job)
    assert done is not None
    assert done.state == "done", done
    outcome = Outcome.from_json(done.result)
    assert outcome.promoted, outcome.because
    assert outcome.version == Registry(bot.models).current() != first
    assert outcome.figures["engagement"]["after"] >= outcome.figures["engagement"]["before"]
    right, count = outcome.corrections
    assert count > 50
    assert right / count > 0.8
    shown = [slack.text_of(m) for m in slack.messages("reviews")]
    assert any(f"{right} of your {count} corrections are now predicted" in text for text in shown)

    # Everybody serves the new version within seconds, and goes back to the old one as fast.
    live = start(bot.path, bot.models)
    assert live.assess(split[1][0].text).model == outcome.version
    Registry(bot.models).promote(first or "", "U0MORGAN")
    object.__setattr__(live, "assess", start(bot.path, bot.models).assess)
    assert live.assess(split[1][0].text).model == first


def refused_job() -> training_job.Job:
    raise AssertionError("the job is gone")


def test_a_retraining_is_cancelled_and_leaves_nothing(
    slack: Sandbox, bot: Bot, split: tuple[list[Case], list[Case]]
) -> None:
    cases = paste_all(bot, split[1][:60])
    for case_id, case in cases.items():
        for person in REVIEWERS[:2]:
            save(bot, case_id, person, case.engagement, case.pathway)
    before = sorted(path.name for path in bot.models.iterdir())
    job = bot.services.jobs.ask(TEAM, training_job.KIND, "U0MORGAN", "C0REVIEWS", bot.now())
    assert job is not None
    claimed = bot.services.jobs.claim(training_job.KIND, bot.now())
    assert claimed is not None
    assert bot.services.jobs.end(job, "cancelled")
    training_job.run(bot.services, bot.app.client, claimed)
    assert sorted(path.name for path in bot.models.iterdir()) == before
    slack.wait_for(lambda: [m for m in slack.messages("reviews") if "was cancelled" in slack.text_of(m)])


def test_too_few_reviews_are_said_and_change_nothing(slack: Sandbox, bot: Bot) -> None:
    outcome = retrain(bot)
    assert not outcome.promoted
    assert outcome.because == (
        "There are 0 reviewed cases to learn from, 0 of them new. At least 20 are needed.",
    )


def test_planted_wrong_labels_are_among_the_first_suspects(split: tuple[list[Case], list[Case]]) -> None:
    from bot.retrain import suspects
    from classifier.model import fit

    model = fit(split[0])
    chance = random.Random(1)
    planted = {case.id for case in chance.sample(split[1], 15)}
    mixed = [
        replace(case, engagement="information" if case.engagement != "information" else "self_help")
        if case.id in planted
        else case
        for case in split[1]
    ]
    ranked = suspects(model, mixed)
    tenth = set(ranked[: len(mixed) // 10])
    assert len(tenth & planted) >= 8
