"""Slack's limits for whole messages and views; the only door to the tables of blocks and elements.

Every function raises `SlackError` with Slack's own code, or returns nothing. Sources of the numbers:
docs.slack.dev/reference/methods/<method>, docs.slack.dev/reference/block-kit, and where those are silent
the reports named beside the constant.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.blocks import any_block
from bot.sandbox.composition import identifier, plain_text
from bot.sandbox.errors import SlackError
from bot.sandbox.rules import Report, anything, array, boolean, one_of, shape, string, typed

Json = dict[str, Any]
FileReady = Callable[[Json], bool]

TEXT_CUT = 40_000  # chat.postMessage cuts beyond this and warns `message_truncated`
TEXT_SINGLE = 4_040  # largest text posted as one message, report of 2026-08-27
TEXT_PART = 4_000  # size of the parts beyond that; also the most chat.update takes (`msg_too_long`)
MARKDOWN_TEXT = 12_000  # chat.postMessage markdown_text; all `markdown` blocks of a message together
BLOCKS_TEXT = 13_200  # text of all blocks together, report in slackapi/bolt-js#2509
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000  # views.open `view_too_large`
CHARTS = 2  # data_visualization blocks in a message, report in vercel/chat#696

_view_common = {
    "private_metadata": string(3_000, least=0),
    "callback_id": identifier,
    "external_id": identifier,
}
_blocks = array(any_block, VIEW_BLOCKS)
_view = typed(
    {
        "modal": shape(
            {"type": anything, "title": plain_text(24), "blocks": _blocks},
            {
                **_view_common,
                "submit": plain_text(24),
                "close": plain_text(24),
                "clear_on_close": boolean,
                "notify_on_close": boolean,
                "submit_disabled": boolean,
            },
        ),
        "home": shape({"type": anything, "blocks": _blocks}, _view_common),
    }
)
_metadata = shape({"event_type": string(), "event_payload": anything})


def check_message_blocks(blocks: Any, file_ready: FileReady) -> None:
    """Refuse what Slack refuses in the blocks of one message."""
    report = message_report(blocks, file_ready)
    if report.faults:
        raise SlackError("invalid_blocks", report.faults)
    if sum(map(len, texts(blocks))) > BLOCKS_TEXT:
        raise SlackError("msg_blocks_too_long")


def message_report(blocks: Any, file_ready: FileReady) -> Report:
    """All faults in the blocks of one message."""
    report = Report("message")
    array(any_block, MESSAGE_BLOCKS, least=0)(blocks, "/blocks", report)
    if not report.faults:
        _check_once(blocks, report)
        _check_together(blocks, report)
        _check_files(blocks, report, file_ready)
    return report


def check_view(view: Any, file_ready: FileReady) -> None:
    """Refuse what `views.*` refuses; the view is one of `modal`, `home`."""
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", ["must provide an object [json-pointer:/view]"])
    report = view_report(view, file_ready)
    if report.faults:
        raise SlackError("invalid_arguments", report.faults)
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")


def view_report(view: Json, file_ready: FileReady) -> Report:
    """All faults in a view."""
    report = Report("home" if view.get("type") == "home" else "modal")
    _view(view, "/view", report)
    if report.faults:
        return report
    _check_once(view["blocks"], report, "/view/blocks")
    _check_files(view["blocks"], report, file_ready, "/view")
    if view["type"] == "modal" and "submit" not in view and _has_inputs(view["blocks"]):
        report.fault("/view", "missing required field: submit")
    return report


def check_text(text: str, most: int, code: str = "msg_too_long") -> None:
    """Refuse a message text beyond `most` characters."""
    if len(text) > most:
        raise SlackError(code)


def check_metadata(metadata: Any) -> None:
    """Refuse message metadata that has not the documented shape."""
    report = Report()
    _metadata(metadata, "/metadata", report)
    if report.faults:
        raise SlackError("invalid_metadata_format", report.faults)


def check_chosen(word: str, *allowed: str) -> None:
    """Refuse an argument that is not one of a few words."""
    report = Report()
    one_of(*allowed)(word, "", report)
    if report.faults:
        raise SlackError("invalid_arguments", report.faults)


def _has_inputs(blocks: list[Json]) -> bool:
    return any(block["type"] == "input" for block in blocks)


def _check_once(blocks: list[Json], report: Report, pointer: str = "/blocks") -> None:
    """`block_id` is unique within its message or view."""
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        mark = block.get("block_id")
        if mark in seen:
            report.fault(f"{pointer}/{index}", f"block_id {mark} already exists")
        elif mark:
            seen.add(mark)


def _check_together(blocks: list[Json], report: Report) -> None:
    """Limits that hold for all blocks of a message together."""
    kinds = [block["type"] for block in blocks]
    if kinds.count("table") > 1:
        report.fault("/blocks", "only one table block allowed")
    if kinds.count("data_visualization") > CHARTS:
        report.fault("/blocks", f"no more than {CHARTS} data_visualization blocks allowed")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_TEXT:
        report.fault("/blocks", f"markdown must be less than {MARKDOWN_TEXT + 1} characters in total")


def _check_files(blocks: list[Json], report: Report, ready: FileReady, pointer: str = "") -> None:
    """A file not processed yet, or no image, is refused (slackapi/python-slack-sdk#1521)."""
    for where, value in walk(blocks, f"{pointer}/blocks"):
        if "slack_file" in value and not ready(value["slack_file"]):
            report.fault(f"{where}/slack_file", "invalid slack file")


def walk(value: Any, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Every object inside a JSON value, with its pointer."""
    if isinstance(value, dict):
        yield pointer, value
        for name, part in value.items():
            yield from walk(part, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from walk(part, f"{pointer}/{index}")


def texts(blocks: Any) -> Iterator[str]:
    """Every text inside blocks that a person can read."""
    for _, value in walk(blocks):
        if isinstance(value.get("text"), str):
            yield value["text"]
