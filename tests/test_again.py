"""A case assessed again, beside similar ones, and gentle reminders; the Home tab of managers and admins."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from bot import charts, worker
from bot.numbers import Numbers, Spread
from bot.rounds import polite
from bot.sandbox import Sandbox
from classifier.quality import score
from classifier.taxonomy import taxonomy
from tests.bots import SURE, Bot, question, reply_to
from tests.test_followup_chat import certain, click
from tests.test_summary import fact, insert

BOOK, TEAM = taxonomy(), "T0SANDBOX"
REFERENCE = Path(__file__).parent / "reference"


@pytest.fixture
def sure(bot: Bot) -> Bot:
    assess = bot.assessor.assess
    bot.services.__dict__["assess"] = lambda text: certain(assess(text))
    return bot


def finish(slack: Sandbox, place: object, choice: str) -> None:
    while question(place):  # type: ignore[arg-type]
        click(slack, "Sam", place, choice)  # type: ignore[arg-type]


def test_a_case_is_assessed_again_and_the_change_is_shown(slack: Sandbox, sure: Bot) -> None:
    reply = reply_to(slack, slack.person("Sam").dm(SURE))
    click(slack, "Sam", reply, "Answer 12 questions")
    finish(slack, reply, "answer_1")
    assert "To compare: 0 similar cases, too few for a spread (10 are needed)." in slack.text_of(reply)
    click(slack, "Sam", reply, "Assess again")
    assert "0 of 12 answered" in slack.text_of(reply)
    finish(slack, reply, "answer_2")
    today = sure.now().date().isoformat()
    change = "Intensity of engagement 33 to 67, process coherence 33 to 67, results achieved 33 to 67."
    shown = slack.text_of(reply)
    assert f"Since {today}: at least 33 then, 67 now (+34); {change}".lower() in shown.lower()
    steps = sure.store.history(TEAM, 1)
    assert len(steps) == 24
    assert sum(step.current for step in steps) == 12


def test_from_ten_comparable_cases_on_their_spread_is_shown(slack: Sandbox, sure: Bot) -> None:
    label = certain(sure.assessor.assess(SURE)).engagement.label
    insert(sure.store, [fact(100 + n, engagement=label, low=10 * n, open_questions=0) for n in range(10)])
    reply = reply_to(slack, slack.person("Sam").dm(SURE))
    click(slack, "Sam", reply, "Answer 12 questions")
    finish(slack, reply, "answer_1")
    assert "Of 10 cases of this type the middle half is at least 20 to 70." in slack.text_of(reply)


@pytest.mark.parametrize(
    ("now", "tz", "said"),
    [
        ("2026-11-25T09:00:00+00:00", "Europe/London", True),  # Wednesday
        ("2026-11-25T08:59:00+00:00", "Europe/London", False),
        ("2026-11-25T17:00:00+00:00", "Europe/London", False),
        ("2026-11-25T09:00:00+00:00", "America/New_York", False),
        ("2026-11-28T12:00:00+00:00", "Europe/London", False),  # Saturday
    ],
)
def test_reminders_come_at_working_hours_of_the_person(now: str, tz: str, said: bool) -> None:
    assert polite(datetime.fromisoformat(now), tz) is said


def test_who_began_is_reminded_twice_at_most_and_who_did_not_never(slack: Sandbox, sure: Bot) -> None:
    sam = slack.person("Sam")
    sure.now = lambda: datetime(2026, 11, 23, 10, tzinfo=UTC)
    begun, never = sam.dm(SURE), sam.dm(f"{SURE} Another one of the kind.")
    reply = reply_to(slack, begun)
    reply_to(slack, never)
    click(slack, "Sam", reply, "Answer 12 questions")
    click(slack, "Sam", reply, "answer_1")
    for day in (24, 25, 26, 27, 28, 29, 30):
        sure.now = lambda day=day: datetime(2026, 11, day, 11, tzinfo=UTC)
        for _ in range(2):
            worker.remind(sure.services, sure.clients)
    told = [m for m in slack.replies(begun) if "still open" in slack.text_of(m)]
    assert len(told) == 2
    assert [m for m in slack.replies(never) if "still open" in slack.text_of(m)] == []


def test_home_filters_by_type_and_shows_managers_the_team_and_admins_how_things_stand(
    slack: Sandbox, bot: Bot
) -> None:
    labels = ["self_help"] * 2 + [None] * 6
    insert(bot.store, [fact(n + 1, author="U0MORGAN", engagement=label) for n, label in enumerate(labels)])
    morgan = slack.person("Morgan")
    morgan.open_home()
    home = slack.wait_for(lambda: morgan.home)
    assert "Your cases: 8" in slack.text_of(home)
    assert "answers are due." in slack.text_of(home)
    morgan.select(home, "Only one type", "Self-help")
    slack.wait_for(lambda: "Your cases (self-help): 2" in slack.text_of(home))
    morgan.click(home, "Team: 12 weeks")
    modal = slack.wait_for(lambda: morgan.modal)
    slack.wait_for(lambda: [b for b in modal.blocks if b["type"] == "image"])
    assert "The last 12 weeks, cases by type:" in slack.text_of(modal)


def test_ten_thousand_cases_fit_on_the_home_tab(slack: Sandbox, bot: Bot) -> None:
    insert(bot.store, [fact(n, author="U0SAM") for n in range(1, 10_001)])
    sam = slack.person("Sam")
    sam.open_home()
    assert "Your cases: 10000" in slack.text_of(slack.wait_for(lambda: sam.home))


def pictures() -> dict[str, bytes]:
    types = {("co_production", "inside_out"): 4, ("co_production", "outside_in"): 2, (None, "unclear"): 1}
    usual = {"co_production": 3.0, "consultation": 1.5}
    quality = {"intensity": Spread(12, 50.0, 40, 60), "coherence": Spread(3, 67.0, 60, 70)}
    week = Numbers(7, types, 4.5, usual, quality, {}, 0, 0)  # type: ignore[arg-type]
    return {
        "score_card": charts.score_card(BOOK, score(BOOK, {"reach": 3, "purpose": 1})),
        "week": charts.week(BOOK, week),
    }


@pytest.mark.parametrize("name", ["score_card", "week"])
def test_pictures_look_like_their_references(name: str, tmp_path: Path) -> None:
    """To renew a reference, look at the picture that a failure names, and copy it over."""
    made = tmp_path / f"{name}.png"
    made.write_bytes(pictures()[name])
    now, then = imread(made)[..., :3], imread(REFERENCE / f"{name}.png")[..., :3]
    assert now.shape == then.shape, made
    assert float(np.abs(now - then).mean()) < 0.01, made
