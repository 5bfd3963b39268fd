"""Ids of everything that can be pressed; a listener's pattern is the id, then what varies."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Prefixes of action ids; one block needs distinct ids, so an index follows."""

    ANSWER = "answer"
    SHOW = "show"
    CONFIRM = "confirm"
    STOP = "stop"
