"""Emoji shortcodes: people type pictures, Slack sends `:names:`.

The table is `page/emoji.json`, which the page uses too. An emoji that is not in it stays as it was typed.
"""

import json
import re
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "page" / "emoji.json"


@cache
def pictures() -> dict[str, str]:
    """Name to picture."""
    table: dict[str, str] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table


@cache
def names() -> dict[str, str]:
    """Picture to its first name."""
    return {picture: name for name, picture in reversed(pictures().items())}


@cache
def pattern() -> re.Pattern[str]:
    """Matches every known picture, the longest first."""
    return re.compile("|".join(re.escape(one) for one in sorted(names(), key=len, reverse=True)))


def to_names(text: str) -> str:
    """`🎉` becomes `:tada:`."""
    return pattern().sub(lambda found: f":{names()[found[0]]}:", text)


def to_pictures(text: str) -> str:
    """`:tada:` becomes `🎉`; an unknown name stays."""
    return re.sub(r":([a-z0-9_+'-]+):", lambda found: pictures().get(found[1], found[0]), text)
