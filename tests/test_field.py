"""What went wrong for others, tried on the whole bot: one test each, named by what a person would see."""

from __future__ import annotations

import random
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.documents import Unreadable
from bot.ids import Action
from bot.originals import download
from bot.sandbox import Sandbox
from bot.sandbox.defaults import Settings as SandboxSettings
from bot.sandbox.workspace import Message
from classifier.assess import Assessor
from tests.bots import SURE, Bot, labels, reply_to

TEAM = "T0SANDBOX"
SIGNS = f"R&D <50 people :seedling: see https://example.org/?a=1&b=2 {SURE}"


def stored(bot: Bot, message: Message) -> tuple[str, str]:
    case = bot.store.find(TEAM, message.channel, message.ts)
    assert case is not None
    assert case.assessment is not None
    return case.message.text or "", case.assessment.engagement.label


def test_one_text_is_the_same_by_message_form_and_file(slack: Sandbox, bot: Bot) -> None:
    sam, riley, morgan = (slack.person(name) for name in ("Sam", "Riley", "Morgan"))
    message = sam.dm(SIGNS)
    reply_to(slack, message)
    riley.slash("engagement", "/rung")
    riley.submit(slack.wait_for(lambda: riley.modal), {"Description of the initiative": SIGNS})
    form = slack.wait_for(lambda: slack.workspace.messages("D0RILEY"))[0]
    reply_to(slack, form)
    file = morgan.upload("", "note.txt", SIGNS.encode())
    reply_to(slack, file)
    slack.wait_for(lambda: all(slack.replies(one) for one in (message, form, file)))
    found = [stored(bot, one) for one in (message, form, file)]
    assert found[0] == found[1] == found[2]
    assert found[0][0].startswith("R&D <50 people")
    assert "https://example.org/?a=1&b=2" in found[0][0]


@pytest.mark.refusals
def test_a_press_on_a_deleted_question_keeps_the_answer(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    message = sam.dm(SURE)
    reply = reply_to(slack, message)
    sam.click(reply, next(label for label in labels(reply) if label.startswith("Answer")))
    slack.wait_for(
        lambda: any(b.get("type") == "actions" for b in reply.blocks) and "answer_" in str(reply.blocks)
    )
    block, element = next(
        (b, e)
        for b in reply.blocks
        if b["type"] == "actions"
        for e in b["elements"]
        if e["action_id"].startswith(Action.ANSWER)
    )
    slack.workspace.remove(reply, {})
    assert sam.press(reply, block, element).acks[-1].ok  # type: ignore[union-attr]
    case = bot.store.find(TEAM, message.channel, message.ts)
    assert case is not None
    question, value = element["value"].split(":")[1:]
    slack.wait_for(lambda: bot.store.answers(TEAM, case.id).get(question) == value)
    anew = slack.wait_for(lambda: slack.replies(message))[0]
    assert "answer_" in str(anew.blocks)
    slack.wait_for(lambda: bot.store.case(TEAM, case.id).reply_ts == anew.ts)


def test_fifty_people_press_at_once_while_the_store_is_written(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    stopped = threading.Event()

    def write() -> None:
        while not stopped.is_set():
            with bot.store.transaction() as db:
                db.execute("update jobs set progress = 'x'")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [
            sam.dm(f"{SURE} Branch {i} of it opened last year in another part of the town.")
            for i in range(50)
        ]
        replies = [reply_to(slack, message) for message in made]
        threads = [
            threading.Thread(
                target=sam.click,
                args=(one, next(label for label in labels(one) if label.startswith("Answer"))),
            )
            for one in replies
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        slack.wait_for(lambda: all("answer_" in str(one.blocks) for one in replies), timeout=20)
        presses = [
            next((b, e) for b in one.blocks if b["type"] == "actions" for e in b["elements"])
            for one in replies
        ]
        threads = [
            threading.Thread(target=sam.press, args=(one, *press))
            for one, press in zip(replies, presses, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        stopped.set()
        writer.join()
    for message in made:
        case = bot.store.find(TEAM, message.channel, message.ts)
        assert case is not None
        assert len(bot.store.answers(TEAM, case.id)) == 1


def test_an_unfurl_of_the_bots_own_link_is_no_edit(slack: Sandbox, bot: Bot) -> None:
    message = slack.person("Sam").dm(f"{SURE} See https://example.org/food-bank for the rest of it.")
    reply = reply_to(slack, message)
    calls = len(slack.calls("chat.postMessage"))
    slack.sent(lambda: slack.workspace.edit(reply, {}, text=reply.text))
    slack.person("Riley").dm(f"{SURE} Riley's own one is in the north of the same town.")
    slack.wait_for(lambda: len(slack.calls("chat.postMessage")) > calls)
    assert len(slack.replies(message)) == 1


def test_a_window_that_came_too_late_is_said_and_opens_the_next_time(
    tmp_path: Path, assessor: Assessor
) -> None:
    with Sandbox(SandboxSettings(trigger_life=0.0)) as slack:
        bot = Bot(slack, tmp_path / "rung.db", assessor, "http")
        sam = slack.person("Sam")
        sam.slash("engagement", "/rung")
        slack.wait_for(lambda: [one for one in slack.ephemerals("Sam") if "press once more" in one.text])
        slack.triggers.life = 3.0
        sam.slash("engagement", "/rung")
        slack.wait_for(lambda: sam.modal)
        bot.stop()


def test_the_token_does_not_follow_a_file_to_another_host() -> None:
    seen: list[str | None] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization"))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    class Slacks(Elsewhere):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{elsewhere.server_port}/x")
            self.end_headers()

    elsewhere, slacks = (HTTPServer(("127.0.0.1", 0), handler) for handler in (Elsewhere, Slacks))
    for server in (elsewhere, slacks):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    file = {"id": "F1", "name": "a.txt", "url_private": f"http://127.0.0.1:{slacks.server_port}/a.txt"}
    with pytest.raises(Unreadable, match="refused"):
        download(WebClient(token="xoxb-secret"), file, 1000)
    assert seen == []
    for server in (elsewhere, slacks):
        server.shutdown()


@pytest.mark.parametrize("bot", ["socket"], indirect=True)
def test_the_socket_comes_back_after_every_kind_of_refusal(slack: Sandbox, bot: Bot) -> None:
    for status in (500, 429, 0):
        slack.fail_next("apps.connections.open", times=1, status=status, retry_after=0)
        slack.drop_sockets()
        slack.wait_for(lambda: not slack.fault_left("apps.connections.open"), timeout=30)
        slack.wait_for(lambda: slack.deliverer.sockets, timeout=30)
        message = slack.person("Sam").dm(f"{SURE} This is part {status} of it, which began in another year.")
        slack.wait_for(lambda message=message: slack.replies(message), timeout=20)


def test_memory_does_not_grow_with_new_words(assessor: Assessor) -> None:
    chance = random.Random(1)

    def made_up() -> str:
        words = ("".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=8)) for _ in range(60))
        return f"Neighbours {' '.join(words)}."

    def megabytes() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4 / 1024

    if not Path("/proc/self/statm").exists():
        pytest.skip("the memory of a process is read from /proc")
    for _ in range(300):
        assessor.assess(made_up())
    before = megabytes()
    for _ in range(1500):
        assessor.assess(made_up())
    assert megabytes() - before < 30  # 90,000 new words
