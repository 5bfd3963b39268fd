"""One text in many shapes: edited, deleted, split, repeated, linked, forwarded, in a document."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path

import pytest
from docx import Document
from odfdo import Document as OpenDocument
from odfdo import Paragraph

from bot import documents
from bot.sandbox import Sandbox
from bot.sandbox.workspace import Message
from tests.bots import SURE, Bot, labels, reply_to

TEAM = "T0SANDBOX"
OTHER = (
    "The council asked all households in the valley by post what they think of three routes for the new bus. "
    "Every reply was counted and printed in the local paper. Councillors chose the route in a closed session."
)


def case_of(bot: Bot, message: Message) -> int:
    found = bot.services.texts.case_of(TEAM, message.channel, message.ts)
    assert found is not None
    return found


def test_an_edit_is_read_again_in_the_same_message_and_answers_stay(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    message = sam.dm(SURE)
    reply = reply_to(slack, message)
    case_id = case_of(bot, message)
    slack.wait_for(lambda: bot.store.case(TEAM, case_id).reply_ts)
    bot.store.answer(TEAM, case_id, {"reach": "2"}, "U0SAM", bot.now())
    before = bot.store.case(TEAM, case_id).assessment
    sam.edit(message, OTHER)
    slack.wait_for(lambda: not bot.store.case(TEAM, case_id).stale)
    case = bot.store.case(TEAM, case_id)
    assert case.message.text == OTHER
    assert case.assessment is not None
    assert case.assessment != before
    assert bot.store.answers(TEAM, case_id) == {"reach": "2"}
    assert slack.replies(message) == [reply]
    assert bot.services.facts.page(TEAM, "U0SAM", search="valley")[1] == 1
    assert bot.services.facts.page(TEAM, "U0SAM", search="garage")[1] == 0
    sam.edit(message, SURE)
    slack.wait_for(lambda: bot.store.case(TEAM, case_id).message.text == SURE)


def test_an_event_of_change_without_a_change_does_nothing(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    message = sam.dm(SURE)
    reply_to(slack, message)
    posted = len(slack.calls("chat.postMessage"))
    sam.edit(message, SURE)  # as an unfurled link or Slack's language detection sends it
    own = slack.replies(message)[0]
    slack.workspace.edit(own, {"ts": own.ts, "bot_id": "B0RUNG", "text": own.text}, text=own.text + " ")
    time.sleep(0.3)
    assert slack.calls("chat.update") == []
    assert len(slack.calls("chat.postMessage")) == posted


def test_an_older_edit_that_comes_late_is_let_be(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    message = sam.dm(SURE)
    reply_to(slack, message)
    at = (TEAM, message.channel, message.ts)
    assert bot.services.texts.edit(*at, "new", "200.1") is not None
    assert bot.services.texts.edit(*at, "old", "100.1") is None
    assert bot.store.case(TEAM, case_of(bot, message)).message.text == "new"


def test_a_deleted_message_offers_to_forget_once_and_does(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    message = sam.dm(SURE)
    reply_to(slack, message)
    case_id = case_of(bot, message)
    slack.wait_for(lambda: bot.store.case(TEAM, case_id).reply_ts)
    sam.delete(message)
    offer = slack.wait_for(lambda: [m for m in slack.messages("D0SAM") if "You deleted a message" in m.text])[
        0
    ]
    assert labels(offer) == ["Forget it", "Keep it"]
    slack.deliver_again(slack.deliveries[-1], 2)
    sam.click(offer, "Forget it")
    slack.wait_for(lambda: bot.services.texts.case_of(TEAM, message.channel, message.ts) is None)
    slack.wait_for(lambda: "You deleted" not in slack.text_of(offer))
    assert not any("You deleted" in m.text for m in slack.messages("D0SAM"))
    assert not traces(bot.path, "food bank")


def test_a_paste_that_slack_splits_is_one_case_in_any_order(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    filler = "The valley has three villages and one road that floods every spring. " * 50
    first = sam.dm(filler)
    second = sam.dm(f"And so it went on. {SURE}")
    reply_to(slack, first)
    case_id = case_of(bot, first)
    assert case_of(bot, second) == case_id
    slack.wait_for(lambda: not bot.store.case(TEAM, case_id).stale)
    text = bot.store.case(TEAM, case_id).message.text or ""
    assert text.startswith("The valley")
    assert text.endswith(SURE)
    assert len(slack.replies(first)) == 1
    assert slack.replies(second) == []
    sam.edit(second, "And so it ended.")
    slack.wait_for(lambda: (bot.store.case(TEAM, case_id).message.text or "").endswith("it ended."))


def test_ten_short_messages_in_a_row_are_ten_cases(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    sent = [sam.dm(f"{SURE} Number {i} of them is the largest.") for i in range(10)]
    for message in sent:
        reply_to(slack, message)
    assert len({case_of(bot, message) for message in sent}) == 10


def test_the_same_text_again_leads_to_the_first_and_counts_once(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    first = sam.dm(SURE)
    reply_to(slack, first)
    slack.wait_for(lambda: bot.services.facts.page(TEAM, "U0SAM")[1] == 1)
    again = sam.dm(SURE.upper().replace(" ", "\n"))
    reply = reply_to(slack, again)
    assert reply.text.startswith("I read this text before")
    assert bot.services.facts.page(TEAM, "U0SAM")[1] == 1
    # In somebody else's direct message it is new: nobody hears what others sent.
    other = reply_to(slack, slack.person("Riley").dm(SURE))
    assert "before" not in other.text.split(".")[0]


def test_a_link_to_a_message_is_followed_only_where_the_person_may_read(slack: Sandbox, bot: Bot) -> None:
    sam, riley = slack.person("Sam"), slack.person("Riley")
    linked = riley.post("engagement", SURE)
    link = f"https://rung-sandbox.slack.com/archives/{linked.channel}/p{linked.ts.replace('.', '')}"
    message = sam.dm(f"please read {link}")
    reply_to(slack, message)
    assert bot.store.case(TEAM, case_of(bot, message)).message.text == SURE
    secret = riley.dm(OTHER)
    reply_to(slack, secret)
    closed = sam.dm(f"https://rung-sandbox.slack.com/archives/{secret.channel}/p{secret.ts.replace('.', '')}")
    assert "I cannot read the message behind this link" in reply_to(slack, closed).text


def _docx(text: str) -> bytes:
    document, out = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


def _odt(text: str) -> bytes:
    document, out = OpenDocument("text"), io.BytesIO()
    document.body.clear()
    document.body.append(Paragraph(text))
    document.save(out)
    return out.getvalue()


def _pdf(text: str) -> bytes:
    """A smallest PDF of one page with one line of text."""
    stream = f"BT /F1 12 Tf 20 700 Td ({text}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 2000 800] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    at = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % at


FILES = {
    "note.docx": _docx(SURE),
    "note.odt": _odt(SURE),
    "note.pdf": _pdf(SURE),
    "note.md": SURE.encode(),
    "note.txt": SURE.encode("utf-16"),
    "note.html": f"<html><nav>Menu</nav><main><p>{SURE}</p></main></html>".encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_a_document_alone_is_read_in_direct_message_and_channel(slack: Sandbox, bot: Bot, name: str) -> None:
    sam = slack.person("Sam")
    message = sam.upload("", name, FILES[name])
    reply_to(slack, message)
    assert (bot.store.case(TEAM, case_of(bot, message)).message.text or "").strip() == SURE
    if name == "note.docx":
        shared = slack.person("Riley").upload("engagement", name, FILES[name], "@Rung")
        reply_to(slack, shared)
        assert SURE in (bot.store.case(TEAM, case_of(bot, shared)).message.text or "")


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 200_000_000)
    return out.getvalue()


def test_a_bad_document_gets_a_clear_answer_in_time_and_others_are_served(slack: Sandbox, bot: Bot) -> None:
    bad = {
        "locked.docx": (b"\xd0\xcf\x11\xe0" + b"x" * 600, "password"),
        "scan.pdf": (_pdf(""), "may be a scan"),
        "page.pdf": (b"<html>log in</html>", "damaged"),
        "bomb.docx": (_bomb(), "too large"),
        "cut.docx": (FILES["note.docx"][:300], "damaged"),
        "noise.txt": (bytes(range(256)) * 20, "damaged"),
    }
    sam, riley = slack.person("Sam"), slack.person("Riley")
    began = time.monotonic()
    sent = {name: sam.upload("", name, content) for name, (content, _) in bad.items()}
    reply_to(slack, riley.dm(OTHER))
    for name, (_, words) in bad.items():
        assert words in reply_to(slack, sent[name]).text, name
    assert time.monotonic() - began < 30


def test_a_document_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "SECONDS", 0.01)
    with pytest.raises(documents.Unreadable, match="slow"):
        documents.read("note.docx", FILES["note.docx"])


def test_a_forwarded_message_is_read(slack: Sandbox, bot: Bot) -> None:
    share = [{"is_share": True, "text": SURE, "fallback": SURE}]
    message = Message(channel="D0SAM", ts=slack.clock.ts(), text="", user="U0SAM", attachments=share)
    slack.sent(lambda: slack.workspace.post(message))
    reply_to(slack, message)
    assert bot.store.case(TEAM, case_of(bot, message)).message.text == SURE


def traces(path: Path, words: str) -> bool:
    """Whether words stand anywhere in the store's files."""
    files = [path, Path(f"{path}-wal")]
    return any(words.encode() in file.read_bytes() for file in files if file.exists())


def test_forgetting_a_person_leaves_no_byte(slack: Sandbox, bot: Bot) -> None:
    sam, riley, morgan = slack.person("Sam"), slack.person("Riley"), slack.person("Morgan")
    for i in range(5):
        reply_to(slack, sam.dm(f"{SURE} Its zebrafish tank number {i} is blue."))
    kept = riley.dm(OTHER)
    reply_to(slack, kept)
    bot.store.answer(TEAM, case_of(bot, kept), {"reach": "1"}, "U0SAM", bot.now())
    assert traces(bot.path, "zebrafish")
    sam.slash("engagement", "/rung forget @Riley")
    slack.wait_for(lambda: slack.ephemerals("Sam"))
    assert "for reviewers and admins" in slack.text_of(slack.ephemerals("Sam")[-1])
    morgan.slash("engagement", "/rung forget @Sam")
    asked = slack.wait_for(lambda: slack.ephemerals("Morgan"))[-1]
    assert "5 descriptions" in slack.text_of(asked)
    morgan.click(asked, "Forget everything")
    slack.wait_for(lambda: bot.store.of_person(TEAM, "U0SAM") == [])
    slack.wait_for(lambda: not traces(bot.path, "zebrafish"))
    assert not traces(bot.path, "U0SAM")
    assert bot.store.answers(TEAM, case_of(bot, kept)) == {"reach": "1"}


def test_texts_older_than_the_operator_keeps_them_go_and_numbers_stay(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    message = sam.dm(SURE)
    reply = reply_to(slack, message)
    slack.wait_for(lambda: bot.services.facts.page(TEAM, "U0SAM")[1] == 1)
    assert bot.services.forgetting.older_than(bot.now()) == 1
    assert not traces(bot.path, "food bank")
    assert bot.services.facts.page(TEAM, "U0SAM")[1] == 1
    sam.click(reply, "Details")
    slack.wait_for(lambda: slack.ephemerals("Sam"))
    assert "no longer kept" in slack.text_of(slack.ephemerals("Sam")[-1])


def test_personal_data_never_reaches_the_store(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    message = sam.dm(f"{SURE} Call Margaret Oyelaran on 0113 496 0132 or write to m.o@example.org in Leeds.")
    reply_to(slack, message)
    text = bot.store.case(TEAM, case_of(bot, message)).message.text or ""
    assert text.endswith("Call [name] on [phone] or write to [e-mail] in Leeds.")
    assert not traces(bot.path, "Oyelaran")
    case = bot.store.case(TEAM, case_of(bot, message))
    assert case.assessment is not None
    for phrase in case.assessment.engagement.because:
        assert text[phrase.start : phrase.end] == phrase.text


def test_the_agent_pane_offers_prompts_and_answers_them_once(slack: Sandbox, bot: Bot) -> None:
    sam = slack.person("Sam")
    sam.open_home("messages")
    offered = slack.wait_for(lambda: slack.calls("assistant.threads.setSuggestedPrompts"))[0]
    assert offered.arguments["prompts"][0]["title"] == "What can you do?"
    for prompt in offered.arguments["prompts"]:
        asked = sam.dm(prompt["message"])
        reply_to(slack, asked)
        slack.deliver_again(slack.deliveries[-1], 2)
        time.sleep(0.2)
        assert len(slack.replies(asked)) == 1
    assert bot.store.of_person(TEAM, "U0SAM") == []


def test_a_workflow_step_hands_labels_on(slack: Sandbox, bot: Bot) -> None:
    event = {
        "type": "function_executed",
        "function": {"callback_id": "classify_description"},
        "inputs": {"description": SURE, "user": "U0SAM"},
        "function_execution_id": "Fx1",
        "workflow_execution_id": "Wx1",
        "event_ts": "1.1",
        "bot_access_token": slack.bot_token,
    }
    slack.sent(lambda: slack.events.emit(event))
    done = slack.wait_for(lambda: slack.calls("functions.completeSuccess"))[0]
    outputs = json.loads(done.arguments["outputs"])
    assert outputs["engagement"] == "Self-help"
    assert outputs["link"].startswith("https://")
    slack.deliver_again(slack.deliveries[-1], 2)
    time.sleep(0.3)
    assert len(slack.calls("functions.completeSuccess")) == 1
    assert len(bot.store.of_person(TEAM, "U0SAM")) == 1
