import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store import Message, NotFound, Store
from classifier.assess import Assessor

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
MESSAGE = Message("T1", "C1", "1.1", "1.1", "U1", "Ünïcödé 😀 <!channel> & `x`\u202e")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "rung.db")


def test_a_message_is_kept_once_and_comes_back_whole(store: Store) -> None:
    case_id, new = store.keep(MESSAGE, NOW)
    assert new
    assert store.keep(MESSAGE, NOW) == (case_id, False)
    assert store.case("T1", case_id).message == MESSAGE
    assert store.case("T1", case_id).assessment is None
    other, new = store.keep(replace(MESSAGE, team_id="T2"), NOW)
    assert new
    assert other != case_id


def test_an_assessment_comes_back_equal_and_a_later_one_takes_its_place(
    store: Store, assessor: Assessor
) -> None:
    case_id, _ = store.keep(MESSAGE, NOW)
    for text in (
        "first text",
        "The council asked residents in a survey and decided alone, as the law of 1990 says.",
    ):
        assessment = assessor.assess(text)
        store.record("T1", case_id, assessment, NOW)
        assert store.case("T1", case_id).assessment == assessment


def test_answers_keep_their_history_and_a_double_click_adds_nothing(store: Store) -> None:
    case_id, _ = store.keep(MESSAGE, NOW)
    assert store.answer("T1", case_id, {"reach": "1", "purpose": "2"}, "U1", NOW) == 2
    assert store.answer("T1", case_id, {"reach": "1"}, "U1", NOW) == 0
    assert store.answer("T1", case_id, {"reach": "3"}, "U2", NOW) == 1
    assert store.answers("T1", case_id) == {"purpose": "2", "reach": "3"}
    steps = [(s.question, s.value, s.person, s.current) for s in store.history("T1", case_id)]
    assert steps == [("reach", "1", "U1", False), ("purpose", "2", "U1", True), ("reach", "3", "U2", True)]


def test_another_team_sees_nothing(store: Store, assessor: Assessor) -> None:
    case_id, _ = store.keep(MESSAGE, NOW)
    for call in (
        lambda: store.case("T2", case_id),
        lambda: store.answers("T2", case_id),
        lambda: store.history("T2", case_id),
        lambda: store.answer("T2", case_id, {"reach": "1"}, "U1", NOW),
        lambda: store.record("T2", case_id, assessor.assess(""), NOW),
    ):
        with pytest.raises(NotFound):
            call()


def test_fifty_people_at_once_lose_nothing(store: Store) -> None:
    case_id, _ = store.keep(MESSAGE, NOW)
    with ThreadPoolExecutor(50) as pool:
        changed = list(
            pool.map(lambda n: store.answer("T1", case_id, {"reach": str(n % 4)}, f"U{n}", NOW), range(50))
        )
        kept = list(pool.map(lambda _: store.keep(replace(MESSAGE, message_ts="2.2"), NOW), range(50)))
    assert sum(changed) == len(store.history("T1", case_id))
    assert sum(step.current for step in store.history("T1", case_id)) == 1
    assert sum(new for _, new in kept) == 1
    assert len({case for case, _ in kept}) == 1


def _answer_and_die(path: Path) -> None:
    store = Store(path)
    store.keep(MESSAGE, NOW)
    store.answer("T1", 1, {"reach": "2"}, "U1", NOW)
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=_answer_and_die, args=(tmp_path / "rung.db",)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert Store(tmp_path / "rung.db").answers("T1", 1) == {"reach": "2"}
