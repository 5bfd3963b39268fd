"""Receiving a text: decode Slack's encoding, keep it, assess it, record what was found.

Every step can be repeated: the same message again finds its case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from bot import review
from bot.services import Services
from bot.store import Message, StoredCase

Fetch = Callable[[Message], tuple[str, str]]
_TOKEN = re.compile(r"<([^<>]*)>")
_EMOJI = re.compile(r"(?<!\w):(?:[a-z][a-z0-9_'+-]*|[+-]1):(?!\w)")


def decode(text: str) -> str:
    """What the person typed: links and names unwrapped first, entities decoded last (`&amp;` very last).

    Another order would turn typed `&lt;!channel&gt;` into a mention. Emoji come as `:names:`, which are no
    words of the text, and go.
    """
    plain = _EMOJI.sub("", _TOKEN.sub(lambda match: _unwrap(match.group(1)), text))
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unwrap(token: str) -> str:
    address, _, label = token.partition("|")
    if address.startswith("@"):
        return f"@{label}" if label else ""
    if address.startswith(("#", "!")):
        return f"{address[0] if label else ''}{label}".replace("!", "")
    return label or address


def receive(services: Services, message: Message, fetch: Fetch) -> StoredCase:
    """Keep and assess a message; the same message again finds its case, assessed once.

    `fetch` is asked for author and text where the message came without.
    """
    case_id, _ = services.store.keep(message, services.now())
    case = services.store.case(message.team_id, case_id)
    if case.message.text is None:
        services.store.fill(message.team_id, case_id, *fetch(case.message))
        case = services.store.case(message.team_id, case_id)
    if case.assessment is None:
        assessment = services.assess(case.message.text or "")
        services.store.record(message.team_id, case_id, assessment, services.now())
        case = services.store.case(message.team_id, case_id)
        enqueue(services, case, review.reasons(assessment, case_id))
        services.facts.refresh(case)
    return case


def enqueue(services: Services, case: StoredCase, why: Iterable[str]) -> None:
    """Put a case into the review queue, if there is a reason."""
    reasons = tuple(why)
    if reasons and case.assessment is not None:
        gain = review.gain(case.assessment.engagement, case.assessment.pathway, services.labels())
        services.reviews.enter(case.message.team_id, case.id, reasons, gain, services.now())
