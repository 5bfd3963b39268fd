import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store import Claim, Correction, Message, NotFound, Store
from classifier.assess import Assessor

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
MESSAGE = Message("T1", "C1", "1.1", "1.1", "U1", "U2", "Ünïcödé 😀 <!channel> & `x`\u202e")

CORRECTION = Correction("consultation", "unclear", "They only ask.", "U3", NOW.isoformat())


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
        store.record(store.case("T1", case_id), assessment, NOW)
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
    mine = store.case("T1", case_id)
    for call in (
        lambda: store.case("T2", case_id),
        lambda: store.answers("T2", case_id),
        lambda: store.history("T2", case_id),
        lambda: store.answer("T2", case_id, {"reach": "1"}, "U1", NOW),
        lambda: store.record(
            replace(mine, message=replace(MESSAGE, team_id="T2")),
            assessor.assess(""),
            NOW,
        ),
        lambda: store.claim_reply("T2", case_id, NOW),
        lambda: store.posted("T2", case_id, "2.2"),
        lambda: store.fill("T2", case_id, "U1", "words"),
        lambda: store.swap_picture("T2", case_id, "F1"),
        lambda: store.correct("T2", case_id, CORRECTION),
        lambda: store.corrections("T2", case_id),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_reply_is_claimed_once_and_again_only_when_the_first_was_lost(store: Store) -> None:
    case_id, _ = store.keep(MESSAGE, NOW)
    with ThreadPoolExecutor(20) as pool:
        claims = list(pool.map(lambda _: store.claim_reply("T1", case_id, NOW), range(20)))
    assert sorted(claim.value for claim in claims) == ["first"] + ["taken"] * 19
    assert store.unanswered(NOW + timedelta(seconds=59)) == []
    late = NOW + timedelta(seconds=61)
    assert store.unanswered(late) == [MESSAGE]
    assert [store.claim_reply("T1", case_id, late) for _ in range(2)] == [Claim.AGAIN, Claim.TAKEN]
    store.posted("T1", case_id, "9.9")
    later = late + timedelta(hours=1)
    assert store.claim_reply("T1", case_id, later) is Claim.TAKEN
    assert store.unanswered(later) == []
    store.keep(replace(MESSAGE, message_ts="3.3"), NOW)
    assert [message.message_ts for message in store.unanswered(later)] == ["3.3"]
    assert store.unanswered(NOW + timedelta(days=1)) == []


def test_a_fetched_text_is_filled_in_once(store: Store) -> None:
    case_id, _ = store.keep(replace(MESSAGE, text=None), NOW)
    store.fill("T1", case_id, "U9", "fetched")
    store.fill("T1", case_id, "U8", "fetched again")
    kept = store.case("T1", case_id).message
    assert (kept.author, kept.asker, kept.text) == ("U9", "U2", "fetched")


def test_corrections_pictures_and_finding_by_place(store: Store) -> None:
    case_id, _ = store.keep(MESSAGE, NOW)
    store.correct("T1", case_id, CORRECTION)
    store.correct("T1", case_id, replace(CORRECTION, engagement="information"))
    assert [c.engagement for c in store.corrections("T1", case_id)] == ["consultation", "information"]
    assert [store.swap_picture("T1", case_id, name) for name in ("F1", "F2")] == [None, "F1"]
    found = store.find("T1", "C1", "1.1")
    assert found is not None
    assert found.id == case_id
    assert store.find("T2", "C1", "1.1") is None


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
