"""Posting what is due, once: in a thread, in place of a pressed message, or as a picture."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial

from slack_bolt import Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import followup, observe
from bot.facts import DIRECT, PRIVATE, PUBLIC
from bot.intake import keep, receive
from bot.originals import original
from bot.services import Services
from bot.slack_client import may_have_happened
from bot.store import DUE_FOR, Claim, StoredCase
from bot.views import assessment as view
from bot.views import doors as doors_view
from bot.views import followup as followup_view
from bot.views.parts import Block, Reply

logger = logging.getLogger(__name__)
Clients = Callable[[str], WebClient]  # the client of a workspace, by its id
MARK = "rung_reply"  # metadata that tells our reply to a case from our other messages; holds an id alone
_TRIES = 3  # of posting an answer at once; the worker takes it up again later
_REFUSED_BLOCKS = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long")

# Nothing can be posted there any more, however often it is tried.
_FOR_GOOD = (
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "restricted_action",
    "restricted_action_thread_locked",
    "thread_not_found",
    "messages_tab_disabled",
    "cannot_reply_to_message",
)


def answer(services: Services, team_id: str, case_id: int, client: WebClient) -> bool:
    """Read a kept message and post the reply, once whoever asks; returns whether this call posted it.

    A message that goes on with a text that was answered brings that answer up to date.
    """
    with observe.about(team_id, case_id):
        return _answer(services, team_id, case_id, client)


def _answer(services: Services, team_id: str, case_id: int, client: WebClient) -> bool:
    began = time.perf_counter()
    claim = services.store.claim_reply(team_id, case_id, services.now())
    if claim is Claim.TAKEN:
        reread(services, team_id, case_id, client)
        return False
    asked = services.store.case(team_id, case_id)
    if asked.message.text is None:
        session(client, asked, "processing")
    try:
        found = receive(services, team_id, case_id, partial(original, client))
        asked = services.store.case(team_id, case_id)
        if found.id == asked.id:
            services.facts.refresh(found, privacy(client, asked.message.channel))
        posted = _find(client, asked) if claim is Claim.AGAIN else None
        services.store.posted(team_id, case_id, posted or _post(services, client, asked, found))
    except SlackApiError as error:
        if error.response["error"] in _FOR_GOOD:
            services.store.posted(team_id, case_id, "")
        raise
    took = time.perf_counter() - began
    observe.REPLIES.labels("read_before" if found.id != asked.id else "read").inc()
    observe.REPLY_SECONDS.observe(took)
    logger.info("replied ms=%.0f", took * 1000)
    session(client, asked, "active")
    reread(services, team_id, case_id, client)  # it may have grown or changed while it was read
    return True


def reread(services: Services, team_id: str, case_id: int, client: WebClient) -> None:
    """Read a text again that has changed since, and bring its answer up to date; answers given stay."""
    case = services.store.case(team_id, case_id)
    if case.reply_ts is None or not case.stale:
        return
    case = receive(services, team_id, case_id, partial(original, client))
    if case.id == case_id:
        services.facts.refresh(case)
        update(client, case, current(services, case))


def current(services: Services, case: StoredCase, *, asking: bool = False) -> Reply:
    """What the answer to a case shows: its labels until a criterion is answered or asked for, then the next
    question or the card.
    """
    given = services.store.answers(case.message.team_id, case.id)
    asking = asking or bool(followup.ratings(services.book, given))
    if case.assessment is None or not case.assessment.is_description or not asking:
        return view.render(services.book, case, given)
    now = followup.standing(services.book, case.assessment, given)
    if now.question is None:
        return followup_view.card(services.book, case, given, now)
    return followup_view.question(services.book, case, given, now, now.question, None)


def offer_to_forget(services: Services, team_id: str, case_id: int, client: WebClient) -> None:
    """Ask the person who deleted a message whether its case should go as well."""
    case = services.store.case(team_id, case_id)
    reply = doors_view.deleted(case_id)
    client.chat_postMessage(channel=case.message.author, text=reply.text, blocks=reply.blocks)


def session(client: WebClient, case: StoredCase, status: str) -> None:
    """Show in the agent pane that a text is being read, then its title; a workspace without it does without.

    Bolt 1.30's own helper still calls the method that ends in February 2027. Tried once, without a wait:
    Slack takes 50 a minute, and nothing hangs on it.
    """
    if not case.message.channel.startswith("D"):
        return
    title = " ".join((case.message.text or doors_view.TITLE).split())[:80]
    at = {"channel_id": case.message.channel, "thread_ts": case.message.thread_ts}
    try:
        once = WebClient(token=client.token, base_url=client.base_url, timeout=3)
        once.api_call("agents.sessions.setStatus", json={**at, "status": status, "title": title})
    except (SlackApiError, OSError) as error:
        logger.debug("no_session error=%s", type(error).__name__)


def privacy(client: WebClient, channel: str) -> str:
    """Who can read a channel; private where Slack does not tell."""
    if channel.startswith("D"):
        return DIRECT
    try:
        found = client.conversations_info(channel=channel)["channel"]
    except SlackApiError:
        return PRIVATE
    return PRIVATE if found.get("is_private") or found.get("is_im") else PUBLIC


def answer_due(services: Services, clients: Clients) -> None:
    """Answer what was kept and not answered: after a crash, or when Slack was out of reach."""
    for team_id, case_id in services.texts.unread(services.now(), DUE_FOR):
        try:
            reread(services, team_id, case_id, clients(team_id))
        except Exception as error:  # as below
            logger.warning("reread_failed case=%s error=%s", case_id, type(error).__name__)
    for message in services.store.unanswered(services.now()):
        try:
            answer(services, message.team_id, keep(services, message), clients(message.team_id))
        except Exception as error:  # one message that fails must not keep the others waiting
            logger.warning("reply_failed channel=%s error=%s", message.channel, type(error).__name__)


def show(respond: Respond, reply: Reply) -> bool:
    """Put a reply in the place of the message whose button was pressed; False where that is gone."""
    answer_ = respond(text=reply.text, blocks=reply.blocks, replace_original=True)
    if answer_ is None or answer_.status_code == 200:
        return True
    if answer_.status_code == 404 or "not_found" in (answer_.body or ""):
        return False
    respond(text=reply.text, replace_original=True)
    return True


def show_anew(services: Services, client: WebClient, case: StoredCase, reply: Reply) -> None:
    """Show a reply where its address no longer works: in the message itself, or in a new one if that is gone."""
    try:
        update(client, case, reply)
        return
    except SlackApiError as error:
        if error.response["error"] not in ("message_not_found", "cant_update_message"):
            raise
    posted = client.chat_postMessage(
        channel=case.message.channel,
        thread_ts=case.message.thread_ts,
        text=reply.text,
        blocks=reply.blocks,
        metadata={"event_type": MARK, "event_payload": {"case": case.id}},
        unfurl_links=False,
        unfurl_media=False,
    )
    services.store.posted(case.message.team_id, case.id, str(posted["ts"]))


def update(client: WebClient, case: StoredCase, reply: Reply) -> None:
    """Put a reply in the place of the reply to a case, where no button of it was pressed."""
    if not case.reply_ts:
        return
    at = partial(client.chat_update, channel=case.message.channel, ts=case.reply_ts)
    try:
        at(text=reply.text, blocks=reply.blocks)
    except SlackApiError as error:
        if error.response["error"] not in _REFUSED_BLOCKS:
            raise
        at(text=reply.text, blocks=[])


def follow(services: Services, client: WebClient, case: StoredCase, told: Reply) -> None:
    """Say in the thread what reviewers settled, and show it in the answer above as well."""
    client.chat_postMessage(
        channel=case.message.channel,
        thread_ts=case.message.thread_ts,
        text=told.text,
        blocks=told.blocks,
        unfurl_links=False,
        unfurl_media=False,
    )
    update(client, case, current(services, case))


def say(client: WebClient, case: StoredCase, reply: Reply) -> None:
    """Say something in the thread of a case; a closed channel is let be."""
    try:
        client.chat_postMessage(
            channel=case.message.channel,
            thread_ts=case.message.thread_ts,
            text=reply.text,
            blocks=reply.blocks,
        )
    except SlackApiError as error:
        logger.warning("not_said case=%s error=%s", case.id, error.response["error"])


def update_view(client: WebClient, view_id: str, view: Block) -> None:
    """Change an open modal; one that was closed meanwhile needs nothing."""
    try:
        client.views_update(view_id=view_id, view=view)
    except SlackApiError as error:
        if error.response["error"] not in ("not_found", "hash_conflict"):
            raise


def remove(client: WebClient, file_id: str) -> None:
    """Take a picture away that a newer one replaces."""
    try:
        client.files_delete(file=file_id)
    except SlackApiError as error:
        logger.warning("picture_stays error=%s", error.response["error"])


def upload(client: WebClient, png: bytes, alt: str, *, case: StoredCase | None = None) -> str | None:
    """Upload a picture, into the thread of a case if one is given; returns its file id.

    Returns None where Slack refuses: every picture's facts also stand in words, so nothing is lost.
    """
    try:
        answer_ = client.files_upload_v2(
            content=png,
            filename="rung.png",
            title="How sure" if case is None else "Score card",
            alt_txt=alt,
            channel=None if case is None else case.message.channel,
            thread_ts=None if case is None else case.message.thread_ts,
        )
        return str(answer_["files"][0]["id"])
    except SlackApiError as error:
        logger.warning("picture_refused error=%s", error.response["error"])
        return None


def _post(services: Services, client: WebClient, asked: StoredCase, found: StoredCase) -> str:
    """Post the answer of a case in the thread of the message that asked: another one, if it was read before."""
    reply = view.render(services.book, found, services.store.answers(found.message.team_id, found.id))
    if found.id != asked.id:
        reply = view.read_before(reply, link_to(client, found), found.received_at[:10])
    case = asked
    post = partial(
        client.chat_postMessage,
        channel=case.message.channel,
        thread_ts=case.message.thread_ts,
        text=reply.text,
        metadata={"event_type": MARK, "event_payload": {"case": case.id}},
        unfurl_links=False,
        unfurl_media=False,
    )
    blocks: list[Block] | None = reply.blocks
    for left in reversed(range(_TRIES)):
        try:
            return str(post(blocks=blocks)["ts"])
        except (SlackApiError, OSError) as error:
            if isinstance(error, SlackApiError) and error.response["error"] in _REFUSED_BLOCKS and blocks:
                logger.error("blocks_refused case=%s error=%s", case.id, error.response.get("errors"))
                blocks = None
            elif not may_have_happened(error) or not left:
                raise
            else:
                time.sleep(0.5)
                there = _find(client, case)
                if there is not None:
                    return there
    raise AssertionError("the last try returns or raises")


def link_to(client: WebClient, case: StoredCase) -> str:
    """The address of a case's message; "" where Slack has none."""
    try:
        found = client.chat_getPermalink(channel=case.message.channel, message_ts=case.message.message_ts)
        return str(found["permalink"])
    except SlackApiError:
        return ""


def _find(client: WebClient, case: StoredCase) -> str | None:
    """The `ts` of the reply to a case, if it was posted before."""
    pages = client.conversations_replies(
        channel=case.message.channel, ts=case.message.thread_ts, include_all_metadata=True, limit=200
    )
    for page in pages:
        for message in page["messages"]:
            mark = message.get("metadata") or {}
            if mark.get("event_type") == MARK and mark.get("event_payload", {}).get("case") == case.id:
                return str(message["ts"])
    return None
