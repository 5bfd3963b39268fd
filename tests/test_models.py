"""Models in Slack: versions, promote, roll back everywhere, drift, retraining when enough was reviewed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import drift, training_job, worker
from bot.retrain import Live, Outcome
from bot.reviews import Review
from bot.sandbox import Sandbox
from bot.sandbox.workspace import Message as Shown
from bot.store import Message
from classifier.assess import Assessor
from classifier.registry import Registry
from classifier.training import train
from tests.bots import SURE, Bot, reply_to

TEAM = "T0SANDBOX"
ROOT = Path(__file__).parent.parent


@pytest.fixture
def bot(slack: Sandbox, tmp_path: Path, assessor: Assessor, cases: list[object]) -> Iterator[Bot]:
    """A bot with two versions of a small model."""
    lines = (ROOT / "training_data/cases.jsonl").read_text("utf-8").splitlines()
    for count in (150, 200):
        (tmp_path / "small.jsonl").write_text("\n".join(lines[::4][:count]), "utf-8")
        train([tmp_path / "small.jsonl"], tmp_path / "models")
    running = Bot(slack, tmp_path / "rung.db", assessor, "http", tmp_path / "models")
    running.services.reviews.set_role(TEAM, "U0RILEY", "reviewer", "U0MORGAN", running.now())
    yield running
    running.stop()


def ask(slack: Sandbox, person: str, words: str) -> Shown:
    count = len(slack.ephemerals(person))
    slack.person(person).slash("reviews", f"/rung {words}")
    slack.wait_for(lambda: len(slack.ephemerals(person)) > count)
    return slack.ephemerals(person)[-1]


def test_versions_are_listed_promoted_and_noted_by_admins_alone(slack: Sandbox, bot: Bot) -> None:
    registry = Registry(bot.models)
    newest, oldest = (version.name for version in registry.versions())
    shown = ask(slack, "Morgan", "models")
    assert f"{newest} serves now. 200 cases" in slack.text_of(shown)
    slack.person("Morgan").click(shown, "Promote")
    slack.wait_for(lambda: registry.current() == oldest)
    slack.wait_for(lambda: f"{oldest} serves now." in slack.text_of(shown))
    assert registry.promoted_by()[oldest][0] == "U0MORGAN"
    bot.services.__dict__["admins"] = frozenset()
    slack.person("Morgan").click(shown, "Promote")  # an old button of somebody who is no admin any more
    slack.wait_for(lambda: "That is for reviewers" in slack.text_of(slack.ephemerals("Morgan")[-1]))
    assert registry.current() == oldest


def test_a_version_that_was_cut_short_is_refused_with_a_reason(slack: Sandbox, bot: Bot) -> None:
    newest, oldest = (version.name for version in Registry(bot.models).versions())
    (bot.models / oldest / "model.joblib").write_bytes(b"cut")
    shown = ask(slack, "Morgan", "models")
    slack.person("Morgan").click(shown, "Promote")
    slack.wait_for(lambda: "was changed or cut short" in slack.text_of(slack.ephemerals("Morgan")[-1]))
    assert Registry(bot.models).current() == newest


def test_every_process_serves_another_version_within_seconds(bot: Bot) -> None:
    clock = [0.0]
    processes = [Live(bot.models, 10.0, lambda: clock[0]) for _ in range(2)]
    newest, oldest = (version.name for version in Registry(bot.models).versions())
    Registry(bot.models).promote(oldest)
    assert [live().version for live in processes] == [newest, newest]
    clock[0] = 10.0
    assert [live().version for live in processes] == [oldest, oldest]


def fill(bot: Bot, count: int, month: str, wrong: int) -> None:
    """Cases of one month, all drawn at random and reviewed, the first `wrong` of them corrected."""
    made = bot.assessor.assess(SURE)
    sure = replace(made, engagement=replace(made.engagement, abstain=False))
    when = datetime.fromisoformat(f"{month}-10T09:00:00+00:00")
    for number in range(count):
        message = Message(TEAM, "C1", f"{month}.{number}", f"{month}.{number}", "U1", "U1", SURE)
        case_id, _ = bot.store.keep(message, when)
        bot.store.record(bot.store.case(TEAM, case_id), sure, when)
        bot.services.reviews.enter(TEAM, case_id, ("sample",), 0.0, when)
        said = (made.engagement.label, made.pathway.label)
        labels = ("information", "unclear") if number < wrong else said
        for person in ("U1", "U2"):  # some cases are read by two
            one = Review(case_id, person, *labels, "unclear", (), "", "", False, *said, when.isoformat())
            bot.services.reviews.save(TEAM, one)


def test_accuracy_in_use_has_an_interval_a_floor_and_a_warning_once_a_month(slack: Sandbox, bot: Bot) -> None:
    fill(bot, 29, "2026-08", 0)
    fill(bot, 40, "2026-09", 30)
    few, many = training_job.trust(bot.services, TEAM)
    assert (few.right, few.unsure, few.mix) == (None, None, None)
    assert many.right is not None
    assert (many.right[0], many.right[3]) == (0.25, 40)
    assert (round(many.right[1], 2), round(many.right[2], 2)) == (0.14, 0.4)
    shown = slack.text_of(ask(slack, "Morgan", "drift"))
    assert "2026-08: 29 cases; accuracy in use: too few to say" in shown
    assert "25% right (between 14% and 40%) of 40 checked at random" in shown
    bot.now = lambda: datetime(2026, 10, 1, 9, tzinfo=UTC)
    for _ in range(2):
        worker.warn_of_drift(bot.services, bot.clients)
    told = [m for m in slack.messages("D0MORGAN") if "Review and retrain" in slack.text_of(m)]
    assert len(told) == 1


def test_drift_of_mix_and_words_is_measured() -> None:
    rows = [
        (
            "2026-01",
            json.dumps({"warnings": [], "engagement": {"label": "information", "abstain": True}}),
            "x",
            n,
        )
        for n in range(30)
    ]
    month = drift.months(
        rows, {}, {"participation": 3, "information": 1}, lambda texts: 0.5 * len(texts) / 30
    )[0]
    assert (month.unsure, month.mix, month.unknown) == (1.0, 0.75, 0.5)
    assert len(month.warnings) == 3


def test_a_retraining_is_asked_for_when_enough_was_reviewed(bot: Bot) -> None:
    fill(bot, 60, "2026-09", 0)
    learnt = sum(not one.apart for one in training_job.reviewed_cases(bot.services))
    training_job.ask_when_due(bot.services, learnt + 1, "C0REVIEWS")
    assert bot.services.jobs.claim(training_job.KIND, bot.now()) is None
    training_job.ask_when_due(bot.services, learnt, "C0REVIEWS")
    training_job.ask_when_due(bot.services, learnt, "C0REVIEWS")
    job = bot.services.jobs.claim(training_job.KIND, bot.now())
    assert job is not None
    assert bot.services.jobs.claim(training_job.KIND, bot.now()) is None
    assert bot.services.jobs.end(job.id, "done", Outcome(False, "", (), learnt).to_json())
    training_job.ask_when_due(bot.services, learnt, "C0REVIEWS")
    assert bot.services.jobs.claim(training_job.KIND, bot.now() + timedelta(days=1)) is None


def test_reviewers_see_agreement_and_the_channel_hears_of_disputes(slack: Sandbox, bot: Bot) -> None:
    fill(bot, 12, "2026-09", 3)
    assert "12 cases were read by two or more" in slack.text_of(ask(slack, "Riley", "agreement"))
    bot.services.__dict__["review_channel"] = "C0REVIEWS"
    reply = reply_to(slack, slack.person("Sam").dm(SURE))
    sam = slack.person("Sam")
    sam.click(reply, "Not right?")
    sam.submit(slack.wait_for(lambda: sam.modal), {"Type": "consultation"})
    call = slack.wait_for(lambda: slack.messages("reviews"))[-1]
    slack.person("Riley").click(call, "Review the next one")
    assert slack.wait_for(lambda: slack.person("Riley").modal).title == "Review"
