"""Ids of everything that can be pressed or sent; a listener's pattern is the id, then what varies."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Prefixes of action ids; one block needs distinct ids, so an index follows."""

    ANSWER = "answer"
    SETTLE = "settle"
    SHOW = "show"
    CONFIRM = "confirm"
    STOP = "stop"
    DETAILS = "details"
    WRONG = "wrong"
    DESCRIBE = "describe"
    REVIEW = "review"
    REVISE = "revise"
    UNDO = "undo"
    PROMOTE = "promote"
    CANCEL = "cancel"
    RESUME = "resume"
    PAGE = "page"
    SHARE = "share"
    PAUSE = "pause"
    END = "end"
    AGAIN = "again"
    CHANGE = "change"
    TEAM = "team"
    FILTER = "filter"
    FORGET = "forget"
    KEEP = "keep"
    HAND = "hand"


class Callback(StrEnum):
    """Ids of modals, shortcuts and the command."""

    DETAILS = "details"
    CORRECTION = "correction"
    DESCRIPTION = "description"
    CLASSIFY = "classify"
    CLASSIFY_MESSAGE = "classify_message"
    STEP = "classify_description"
    HAND = "hand"
    REVIEW = "review"
    REVIEWED = "reviewed"
    SUBSCRIBE = "subscribe"
    SEARCH = "search"
    COMMAND = "/rung"


class Field(StrEnum):
    """Ids of inputs in modals; each is its block's and its element's id."""

    ENGAGEMENT = "engagement"
    PATHWAY = "pathway"
    REASON = "reason"
    TEXT = "text"
    LEVEL = "level"
    MODES = "modes"
    SPAN = "span"
    COMMENT = "comment"
    CHANNEL = "channel"
    DAY = "day"
    HOUR = "hour"
    SCOPE = "scope"
    INCLUDE = "include"
    WORDS = "words"
    MORE = "more"
    FILES = "files"
    PERSON = "person"
