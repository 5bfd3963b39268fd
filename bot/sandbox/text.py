"""What a person types, as Slack sends it: entities, mentions, links, emoji names, and a `rich_text` block.

Source: docs.slack.dev/messaging/formatting-message-text. Slack's composer formats while one types; here
asterisks and backticks stay the characters that were pasted, only quotes and code fences become parts.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import emoji

Json = dict[str, Any]
_URL = r"https?://[^\s<>|\"']*[^\s<>|\"'.,;:!?)\]]"
_FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)


def escape(text: str) -> str:
    """Encode the three characters that Slack encodes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Decode them; `&amp;` last, or typed text would become mentions."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@dataclass(frozen=True)
class Names:
    """What `@Name` and `#channel` stand for."""

    users: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)

    def pattern(self) -> re.Pattern[str]:
        """Matches what is more than plain text: a link, a mention, a channel, an emoji."""
        users = "|".join(re.escape(name) for name in self.users) or "(?!)"
        channels = "|".join(re.escape(name) for name in self.channels) or "(?!)"
        return re.compile(
            rf"(?P<url>{_URL})|<@(?P<id>[UW][A-Z0-9]+)>|(?<!\w)@(?P<user>{users})\b"
            rf"|(?<!\w)#(?P<channel>{channels})(?![\w-])"
            rf"|(?<!\w):(?P<emoji>[a-z0-9_+-]+):|(?P<picture>{emoji.pattern().pattern})"
        )


@dataclass(frozen=True)
class Typed:
    """A typed text in Slack's two forms."""

    text: str
    blocks: list[Json]


def typed(text: str, names: Names) -> Typed:
    """Encode what somebody typed or pasted."""
    encoded, parts = [], []
    for kind, piece in _split(text):
        pieces = _pieces(piece, names)
        encoded.append(_wrap(kind, "".join(one for one, _ in pieces)))
        parts.append({"type": f"rich_text_{kind}", "elements": _joined([one for _, one in pieces])})
    parts = [part for part in parts if part["elements"]]
    blocks = [{"type": "rich_text", "elements": parts}] if parts else []
    return Typed("\n".join(encoded), blocks)


def _split(text: str) -> list[tuple[str, str]]:
    """Cut a text into ordinary sections, quotes and preformatted parts."""
    found: list[tuple[str, str]] = []
    for index, chunk in enumerate(_FENCE.split(text)):
        if index % 2:
            found.append(("preformatted", chunk))
        elif chunk.strip("\n") or not index:
            found += _quotes(chunk.strip("\n") if "```" in text else chunk)
    return found or [("section", "")]


def _quotes(text: str) -> list[tuple[str, str]]:
    runs: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        kind = "quote" if line.startswith("> ") else "section"
        if not runs or runs[-1][0] != kind:
            runs.append((kind, []))
        runs[-1][1].append(line[2:] if kind == "quote" else line)
    return [(kind, "\n".join(lines)) for kind, lines in runs]


def _wrap(kind: str, encoded: str) -> str:
    if kind == "preformatted":
        return f"```{encoded}```"
    if kind == "quote":
        return "\n".join(f"&gt; {line}" for line in encoded.split("\n"))
    return encoded


def _pieces(text: str, names: Names) -> list[tuple[str, Json]]:
    """Each piece of a text with its encoded form and its rich text element."""
    pieces: list[tuple[str, Json]] = []
    start = 0
    for found in names.pattern().finditer(text):
        if found.start() > start:
            pieces.append(_plain(text[start : found.start()]))
        pieces.append(_special(found, names))
        start = found.end()
    if start < len(text):
        pieces.append(_plain(text[start:]))
    return pieces


def _plain(text: str) -> tuple[str, Json]:
    return escape(text), {"type": "text", "text": text}


def _special(found: re.Match[str], names: Names) -> tuple[str, Json]:
    what, piece = found.lastgroup, found[0]
    if what == "url":
        return f"<{escape(piece)}>", {"type": "link", "url": piece}
    if what in ("id", "user"):
        user = found["id"] or names.users[found["user"]]
        return f"<@{user}>", {"type": "user", "user_id": user}
    if what == "channel":
        channel = names.channels[found["channel"]]
        return f"<#{channel}|{found['channel']}>", {"type": "channel", "channel_id": channel}
    name = found["emoji"] or emoji.names()[found["picture"]]
    if name not in emoji.pictures():
        return _plain(piece)
    return f":{name}:", {"type": "emoji", "name": name}


def _joined(elements: list[Json]) -> list[Json]:
    """Neighbouring plain texts become one."""
    joined: list[Json] = []
    for element in elements:
        if element["type"] == "text" and joined and joined[-1]["type"] == "text":
            joined[-1] = {"type": "text", "text": joined[-1]["text"] + element["text"]}
        else:
            joined.append(element)
    return joined
