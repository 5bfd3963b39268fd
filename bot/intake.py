"""Receiving a text: decode Slack's encoding, keep it, assess it, record what was found.

Every step can be repeated: the same message again finds its case.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot import observe, review
from bot.services import Services
from bot.store import Message, StoredCase

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Original:
    """What was fetched of a message: who wrote it, its text, and why there is less of it than there should be.

    Problems: `file_` and a reason of `bot.documents`, `link_closed`, `message_gone`.
    """

    author: str
    text: str
    problem: str = ""


Fetch = Callable[[Message], Original]
_TOKEN = re.compile(r"<([^<>]*)>")
_EMOJI = re.compile(r"(?<!\w):(?:[a-z][a-z0-9_'+-]*|[+-]1):(?!\w)")


def decode(text: str) -> str:
    """What the person typed: links and names unwrapped first, entities decoded last (`&amp;` very last).

    Another order would turn typed `&lt;!channel&gt;` into a mention. Emoji come as `:names:`, which are no
    words of the text, and go.
    """
    plain = without_emoji(_TOKEN.sub(lambda match: _unwrap(match.group(1)), text))
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def without_emoji(text: str) -> str:
    """The text without `:names:` of emoji, by whatever door they came."""
    return _EMOJI.sub("", text)


def _unwrap(token: str) -> str:
    address, _, label = token.partition("|")
    if address.startswith("@"):
        return f"@{label}" if label else ""
    if address.startswith(("#", "!")):
        return f"{address[0] if label else ''}{label}".replace("!", "")
    return label or address


def keep(services: Services, message: Message) -> int:
    """Keep a message without personal data, once; returns its case, that of the text it goes on with, if any."""
    known = services.texts.case_of(message.team_id, message.channel, message.message_ts)
    if known is not None:
        return known
    if message.text:
        message = replace(message, text=services.redact(without_emoji(message.text)))
    joined = services.texts.join(message)
    case_id = joined if joined is not None else services.store.keep(message, services.now())[0]
    observe.KEPT.inc()
    logger.info("kept case=%s team=%s joined=%s", case_id, message.team_id, joined is not None)
    return case_id


def receive(services: Services, team_id: str, case_id: int, fetch: Fetch) -> StoredCase:
    """Read a kept message; the same text again is read once, and a changed one anew.

    `fetch` is asked for author and text where the message came without. Returns the case that answers: of
    a text that was read before, and that the person may see, the first one.
    """
    case = services.store.case(team_id, case_id)
    problem = ""
    if case.message.text is None:
        found = fetch(case.message)
        problem = found.problem
        services.store.fill(team_id, case_id, found.author, services.redact(without_emoji(found.text)))
        case = services.store.case(team_id, case_id)
    twin = services.texts.twin(team_id, case_id, case.message.asker)
    if twin is not None:
        return services.store.case(team_id, twin)
    if case.stale:
        before = case.assessment
        with observe.ASSESS_SECONDS.time():
            assessment = services.assess(case.message.text or "")
        if problem:
            assessment = replace(assessment, warnings=(problem, *assessment.warnings))
        services.store.record(case, assessment, services.now())
        case = services.store.case(team_id, case_id)
        why = review.reasons(assessment, case_id)
        enqueue(services, case, (*why, *((review.EDITED,) if _reviewed(services, case, before) else ())))
        services.facts.refresh(case)
    return case


def _reviewed(services: Services, case: StoredCase, before: object) -> bool:
    """Whether reviewers have settled the text as it was before an edit."""
    return before is not None and bool(services.reviews.of_case(case.message.team_id, case.id))


def enqueue(services: Services, case: StoredCase, why: Iterable[str]) -> None:
    """Put a case into the review queue, if there is a reason."""
    reasons = tuple(why)
    if reasons and case.assessment is not None:
        gain = review.gain(case.assessment.engagement, case.assessment.pathway, services.labels())
        services.reviews.enter(case.message.team_id, case.id, reasons, gain, services.now())
