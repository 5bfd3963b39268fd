"""Numbers against a slow recount, weeks against the clock, and one post a week whatever happens."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import numbers, summary
from bot.cli import main
from bot.facts import Fact
from bot.listeners import summaries
from bot.numbers import FEW, Scope
from bot.sandbox import Sandbox
from bot.store import Store
from bot.summary import Subscription, due, headline
from classifier.taxonomy import taxonomy
from tests.bots import SURE, Bot, reply_to

BOOK, TEAM = taxonomy(), "T0SANDBOX"
MONDAY = date(2026, 11, 16)


def insert(store: Store, facts: list[Fact]) -> None:
    """Facts as they are, each with a case beneath."""
    with store.transaction() as db:
        for fact in facts:
            db.execute(
                "insert into cases (id, team_id, channel, message_ts, thread_ts, author, asker, text,"
                " received_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    fact.case_id,
                    fact.team_id,
                    fact.channel,
                    f"{fact.case_id}.1",
                    f"{fact.case_id}.1",
                    fact.author,
                    fact.author,
                    f"word{fact.case_id} garden",
                    fact.at,
                ),
            )
            names = ", ".join(vars(fact))
            marks = ", ".join("?" * len(vars(fact)))
            db.execute(f"insert into facts ({names}) values ({marks})", tuple(vars(fact).values()))


def fact(case_id: int, **more: object) -> Fact:
    made = Fact(
        case_id=case_id,
        team_id=TEAM,
        channel="C1",
        privacy="public",
        author="U1",
        at="2026-11-18T10:00:00+00:00",
        engagement="consultation",
        pathway="inside_out",
        settled_by="model",
        intensity=None,
        coherence=None,
        results=None,
        low=0,
        high=100,
        open_questions=12,
    )
    return replace(made, **more)  # type: ignore[arg-type]


histories = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "D1"]),
        st.sampled_from(["U1", "U2"]),
        st.integers(-9 * 7 * 24, 8 * 24),
        st.sampled_from([None, *BOOK.engagement]),
        st.sampled_from([None, *BOOK.pathway]),
        st.sampled_from([None, 0.0, 33.0, 50.0, 100.0]),
        st.integers(0, 12),
        st.sampled_from(["model", "person", "reviewer"]),
    ),
    max_size=40,
)


@given(histories, st.sampled_from([Scope(TEAM), Scope(TEAM, channel="C1"), Scope(TEAM, person="U2")]))
@settings(max_examples=60, deadline=None)
def test_numbers_equal_a_slow_and_obvious_recount(history: list[tuple[object, ...]], scope: Scope) -> None:
    span = numbers.week_of(MONDAY, "Europe/London")
    begin = datetime.fromisoformat(span.start)
    facts = [
        fact(
            n + 1,
            channel=channel,
            privacy="im" if channel == "D1" else "public",
            author=author,
            at=(begin + timedelta(hours=hours)).isoformat(),  # type: ignore[arg-type]
            engagement=engagement,
            pathway=pathway,
            intensity=intensity,
            open_questions=open_,
            settled_by=by,
        )
        for n, (channel, author, hours, engagement, pathway, intensity, open_, by) in enumerate(history)
    ]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "rung.db")
        insert(store, [*facts, fact(1000, team_id="T2")])
        found = numbers.numbers(store, scope, span)
    mine = [f for f in facts if scope.channel in (None, f.channel) and scope.person in (None, f.author)]
    inside = [f for f in mine if span.start <= f.at < span.end]
    earlier = (begin - timedelta(weeks=8)).isoformat()
    before = [f for f in mine if earlier <= f.at < span.start]
    assert found.total == len(inside)
    assert found.types == dict(Counter((f.engagement, f.pathway) for f in inside))
    assert found.usual_total == pytest.approx(len(before) / 8)
    assert found.usual == pytest.approx({k: n / 8 for k, n in Counter(f.engagement for f in before).items()})
    assert found.hidden == sum(f.privacy != "public" for f in inside)
    assert found.reviewed == sum(f.settled_by == "reviewer" for f in inside)
    shown = [
        f for f in inside if f.privacy == "public" or f.channel == scope.channel or f.author == scope.person
    ]
    assert found.waiting == dict(Counter(f.author for f in shown if f.open_questions))
    scores = sorted(f.intensity for f in inside if f.intensity is not None)
    spread = found.quality["intensity"]
    assert spread.count == len(scores)
    if scores:
        assert spread.mean == pytest.approx(sum(scores) / len(scores))
        assert (spread.low, spread.high) == (
            scores[(len(scores) - 1) // 4],
            scores[(3 * (len(scores) - 1) + 3) // 4],
        )


def test_a_week_is_local_also_when_the_clock_changes() -> None:
    spring = numbers.week_of(date(2026, 3, 29), "Europe/London")  # 167 hours
    autumn = numbers.week_of(date(2026, 10, 25), "Europe/London")  # 169 hours
    hours = [
        (datetime.fromisoformat(one.end) - datetime.fromisoformat(one.start)) / timedelta(hours=1)
        for one in (spring, autumn)
    ]
    assert hours == [167, 169]
    assert (spring.start, spring.end) == ("2026-03-23T00:00:00+00:00", "2026-03-29T23:00:00+00:00")


def subscription(**more: object) -> Subscription:
    made = Subscription(
        id=1,
        team_id=TEAM,
        channel="C1",
        person="U1",
        weekday=0,
        hour=9,
        tz="Europe/London",
        scope="channel",
        include="cases",
        state="active",
        created_at="2026-01-01T00:00:00+00:00",
    )
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "monday", "late", "more"),
    [
        ("2026-11-23T08:59:00+00:00", "2026-11-09", True, {}),  # not yet: the one before, long due
        ("2026-11-23T09:00:00+00:00", "2026-11-16", False, {}),
        ("2026-11-23T13:00:00+00:00", "2026-11-16", True, {}),
        ("2026-11-29T23:00:00+00:00", "2026-11-16", True, {}),
        ("2026-06-29T08:00:00+00:00", "2026-06-22", False, {}),  # 9:00 in summer time
        # The clock jumps from 1:00 to 2:00 on 29 March: 1:30 is none, the hour 1 comes at 1:00 UTC.
        ("2026-03-29T01:00:00+00:00", "2026-03-16", False, {"weekday": 6, "hour": 1}),
        # 1:00 comes twice on 25 October: the first time, 0:00 UTC.
        ("2026-10-25T00:00:00+00:00", "2026-10-12", False, {"weekday": 6, "hour": 1}),
        ("2026-10-25T01:00:00+00:00", "2026-10-12", False, {"weekday": 6, "hour": 1}),
    ],
)
def test_when_a_summary_is_due(now: str, monday: str, late: bool, more: dict[str, object]) -> None:
    found = due(subscription(**more), datetime.fromisoformat(now))
    assert found is not None
    assert (found.week, found.late) == (monday, late)


def test_nothing_is_due_before_the_first_time_after_subscribing() -> None:
    made = subscription(created_at="2026-11-23T10:00:00+00:00")
    assert due(made, datetime(2026, 11, 23, 11, tzinfo=UTC)) is None
    assert due(made, datetime(2026, 11, 30, 9, tzinfo=UTC)) is not None


def test_the_headline_says_what_changed_and_small_numbers_are_not_over_read(tmp_path: Path) -> None:
    store = Store(tmp_path / "rung.db")
    before = [
        fact(n, at=f"2026-11-1{n % 5}T10:00:00+00:00", engagement="co_production") for n in range(1, 17)
    ]
    insert(store, before)
    insert(store, [fact(100 + n, open_questions=2 if n < 2 else 0) for n in range(3)])
    insert(store, [fact(200 + n, engagement="co_production", open_questions=0) for n in range(FEW)])
    week = numbers.week_of(MONDAY, "UTC")
    made = summary.make(store, Scope(TEAM), week, "This week")
    assert headline(BOOK, made) == (
        "This week: 13 initiatives, 11 more than usual; co-production doubled; 2 wait for answers."
    )
    few = summary.make(store, Scope(TEAM, channel="C9"), week, "This week")
    assert headline(BOOK, few) == "This week: nothing new."
    alone = numbers.between(date(2026, 11, 10), date(2026, 11, 11), "UTC")
    assert "%" not in headline(BOOK, summary.make(store, Scope(TEAM), alone, "One day"))


def test_times_are_read_and_others_are_not() -> None:
    today = date(2026, 11, 25)
    for asked, start, end in (
        ("", "2026-11-23", "2026-11-30"),
        ("last week", "2026-11-16", "2026-11-23"),
        ("month", "2026-11-01", "2026-12-01"),
        ("2026-11-01 2026-11-15", "2026-11-01", "2026-11-16"),
        ("2026-11-01–2026-11-01", "2026-11-01", "2026-11-02"),
    ):
        found = summary.when(asked, today, "UTC")
        assert found is not None
        assert (found[1].start[:10], found[1].end[:10]) == (start, end)
    for asked in ("tomorrow", "2026-11-15 2026-11-01", "2026-13-01 2026-13-02"):
        assert summary.when(asked, today, "UTC") is None


def subscribe(slack: Sandbox, bot: Bot, channel: str = "C0ENGAGEMENT") -> None:
    sam = slack.person("Sam")
    sam.slash("engagement", "/rung subscribe")
    form = slack.wait_for(lambda: sam.modal)
    assert sam.submit(form, {"Channel": channel, "Day": "0", "Hour": "9"}) is None
    slack.wait_for(lambda: [m for m in slack.messages("D0SAM") if "gets a summary" in slack.text_of(m)])
    with bot.store.transaction() as db:
        db.execute("update subscriptions set created_at = '2026-11-01T00:00:00+00:00'")


def posts(slack: Sandbox) -> list[str]:
    shown = slack.messages("engagement")
    return [slack.text_of(m) for m in shown if m.bot_id and slack.text_of(m).startswith("Week of")]


def test_a_week_is_posted_once_with_picture_and_table_by_two_workers(slack: Sandbox, bot: Bot) -> None:
    subscribe(slack, bot)
    bot.now = lambda: datetime(2026, 11, 18, 10, tzinfo=UTC)
    reply_to(slack, slack.person("Sam").mention("engagement", SURE))
    bot.now = lambda: datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: summaries.deliver_due(bot.services, bot.clients), range(4)))
    assert len(posts(slack)) == 1
    assert posts(slack)[0].startswith("Week of 16 November: 1 initiative; ")
    assert "Open questions: @Sam 1." in posts(slack)[0]
    assert "How far the model is right: too few to say" in posts(slack)[0]
    parent = next(m for m in slack.messages("engagement") if slack.text_of(m).startswith("Week of"))
    files = [slack.files.get(f) for m in slack.replies(parent) for f in m.files]
    assert [file.name for file in files] == ["week.png", "week.csv"]
    assert files[0].alt_text.startswith("Week of 16 November, cases by type:")
    assert b"type,pathway,cases" in (files[1].content or b"")
    bot.now = lambda: datetime(2026, 11, 30, 15, tzinfo=UTC)
    summaries.deliver_due(bot.services, bot.clients)
    assert (
        posts(slack)[1]
        == "Week of 23 November: nothing new. (This comes late: I was not running at the time.)"
    )


def test_a_worker_that_died_after_posting_does_not_make_it_twice(slack: Sandbox, bot: Bot) -> None:
    subscribe(slack, bot)
    bot.now = lambda: datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
    summaries.deliver_due(bot.services, bot.clients)
    with bot.store.transaction() as db:
        db.execute("update deliveries set ts = null")
    summaries.deliver_due(bot.services, bot.clients)  # the claim is fresh
    bot.now = lambda: datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    summaries.deliver_due(bot.services, bot.clients)
    assert len(posts(slack)) == 1
    with bot.store.transaction() as db:
        assert db.execute("select count(*) as n from deliveries where ts is not null").fetchone()["n"] == 1


@pytest.mark.refusals
def test_a_closed_channel_puts_the_subscription_to_sleep_and_tells_once(slack: Sandbox, bot: Bot) -> None:
    subscribe(slack, bot)
    slack.workspace.archive(slack.workspace.channel("engagement"), "U0MORGAN")
    for day in (23, 30):
        bot.now = lambda day=day: datetime(2026, 11, day, 9, 5, tzinfo=UTC)
        summaries.deliver_due(bot.services, bot.clients)
    told = [m for m in slack.messages("D0SAM") if "The subscription sleeps" in slack.text_of(m)]
    assert len(told) == 1
    assert bot.services.subscriptions.active() == []


def test_subscriptions_are_listed_paused_and_ended_and_need_a_channel_that_lets_rung_in(
    slack: Sandbox, bot: Bot
) -> None:
    sam = slack.person("Sam")
    sam.slash("engagement", "/rung subscribe")
    form = slack.wait_for(lambda: sam.modal)
    assert "Europe/London" in slack.text_of(form)
    refused = sam.submit(form, {"Channel": "C0RANDOM", "Day": "0", "Hour": "9"})
    assert refused is not None
    assert "/invite @Rung" in refused["channel"]
    sam.close(form)
    subscribe(slack, bot)
    sam.slash("engagement", "/rung subscriptions")
    shown = slack.wait_for(lambda: slack.ephemerals("Sam"))[-1]
    assert "Monday at 09:00 (Europe/London), active." in slack.text_of(shown)
    sam.click(shown, "Change")
    form = slack.wait_for(lambda: sam.modal)
    changed = {"Day": "4", "Hour": "16", "What it sums up": "team", "Also tell": ["trust"]}
    assert sam.submit(form, changed) is None
    (kept,) = bot.services.subscriptions.active()
    assert (kept.weekday, kept.hour, kept.scope, kept.include) == (4, 16, "team", "trust")
    sam.click(shown, "Pause")
    slack.wait_for(lambda: "paused" in slack.text_of(shown))
    assert bot.services.subscriptions.active() == []
    sam.click(shown, "End")
    slack.wait_for(lambda: "You have no subscription" in slack.text_of(shown))


def test_a_summary_at_once_is_shared_and_private_cases_are_counted_alone(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    reply_to(slack, sam.mention("engagement", SURE))
    reply_to(slack, sam.dm(f"{SURE} This one is nobody else's to read."))
    sam.slash("engagement", "/rung summary this week all")
    shown = slack.wait_for(lambda: slack.ephemerals("Sam"))[-1]
    text = slack.text_of(shown)
    assert text.startswith("This week: 2 initiatives")
    assert "1 from private places are counted and not shown." in text
    assert "case 2" not in text
    sam.click(shown, "Share in this channel")
    slack.wait_for(lambda: [m for m in slack.messages("engagement") if m.bot_id])
    sam.slash("engagement", "/rung summary someday")
    slack.wait_for(lambda: "Say which time" in slack.text_of(slack.ephemerals("Sam")[-1]))


def test_the_terminal_says_the_same(tmp_path: Path) -> None:
    store = Store(tmp_path / "rung.db")
    insert(store, [fact(n) for n in range(1, 4)])
    place = ["--store", str(tmp_path / "rung.db")]
    run = CliRunner().invoke
    said = run(main, ["summary", "2026-11-16", "2026-11-22", "--json", *place])
    assert json.loads(said.output)["total"] == 3
    files = [str(tmp_path / name) for name in ("week.png", "week.csv")]
    shown = run(main, ["summary", "2026-11-16", "2026-11-22", "--png", files[0], "--csv", files[1], *place])
    assert "3 initiatives; most of them consultation (3); 3 wait for answers." in shown.output
    assert Path(files[0]).read_bytes().startswith(b"\x89PNG")
    assert "Consultation,Inside-out,3" in Path(files[1]).read_text("utf-8-sig")
