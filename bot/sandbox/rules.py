"""A few combinators to write Slack's limits down as a table.

A rule takes a JSON value, its JSON pointer and a report, and writes every fault into the report in the
words Slack uses (seen in issue threads of slackapi/java-slack-sdk#1017, grafana/oncall#702 and others:
"must be less than 3001 characters [json-pointer:/blocks/0/text/text]").
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """The faults found so far, and what the rules need to know of the place a block stands in."""

    surface: str = "message"
    faults: list[str] = field(default_factory=list)
    pointers: list[tuple[str, str]] = field(default_factory=list)

    def fault(self, pointer: str, text: str) -> None:
        """Note one fault."""
        self.faults.append(f"{text} [json-pointer:{pointer}]")
        self.pointers.append((pointer, text))


Rule = Callable[[Any, str, Report], None]
Check = Callable[[dict[str, Any], str, Report], None]


def anything(_value: Any, _pointer: str, _report: Report) -> None:
    """Accept every value."""


def string(most: int | None = None, least: int = 1) -> Rule:
    """A string of `least` to `most` characters, counted as code points."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.fault(pointer, "must be a string")
        elif len(value) < least:
            report.fault(pointer, f"must be more than {least - 1} characters")
        elif most is not None and len(value) > most:
            report.fault(pointer, f"must be less than {most + 1} characters")

    return rule


def integer(least: int, most: int | None = None) -> Rule:
    """A whole number in a range."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.fault(pointer, "must be an integer")
        elif value < least:
            report.fault(pointer, f"must be greater than {least - 1}")
        elif most is not None and value > most:
            report.fault(pointer, f"must be less than {most + 1}")

    return rule


def number(value: Any, pointer: str, report: Report) -> None:
    """A finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        report.fault(pointer, "must be a number")


def boolean(value: Any, pointer: str, report: Report) -> None:
    """True or false."""
    if not isinstance(value, bool):
        report.fault(pointer, "must be a boolean")


def one_of(*allowed: str) -> Rule:
    """One of a few words."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if value not in allowed:
            report.fault(pointer, f"must be one of: {', '.join(allowed)}")

    return rule


def array(item: Rule, most: int | None = None, least: int = 1) -> Rule:
    """A list of `least` to `most` items that all follow one rule."""

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.fault(pointer, "must be an array")
            return
        if len(value) < least:
            report.fault(pointer, f"no fewer than {least} items allowed")
        if most is not None and len(value) > most:
            report.fault(pointer, f"no more than {most} items allowed")
        for index, one in enumerate(value):
            item(one, f"{pointer}/{index}", report)

    return rule


def shape(
    required: Mapping[str, Rule] | None = None,
    optional: Mapping[str, Rule] | None = None,
    *checks: Check,
) -> Rule:
    """An object with these properties and no others: Slack refuses a message for one unknown property."""
    needed = dict(required or {})
    known = {**needed, **(optional or {})}

    def rule(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.fault(pointer, "must be an object")
            return
        for name in sorted(needed.keys() - value.keys()):
            report.fault(pointer, f"missing required field: {name}")
        for name, part in value.items():
            if name in known:
                known[name](part, f"{pointer}/{name}", report)
            else:
                report.fault(pointer, f"invalid additional property: {name}")
        for check in checks:
            check(value, pointer, report)

    return rule


def typed(rules: Mapping[str, Rule], surfaces: Mapping[str, set[str]] | None = None) -> Rule:
    """An object whose `type` says which rule it follows; `surfaces` keeps some types to some places."""
    places = surfaces or {}

    def rule(value: Any, pointer: str, report: Report) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            report.fault(pointer, "missing required field: type")
        elif kind not in rules or report.surface not in places.get(kind, {report.surface}):
            report.fault(f"{pointer}/type", f"unsupported type: {kind}")
        else:
            rules[kind](value, pointer, report)

    return rule


def exactly_one(*names: str) -> Check:
    """Exactly one of these properties is there."""

    def check(value: dict[str, Any], pointer: str, report: Report) -> None:
        if sum(name in value for name in names) != 1:
            report.fault(pointer, f"must define exactly one of: {', '.join(names)}")

    return check


def at_least_one(*names: str) -> Check:
    """At least one of these properties is there."""

    def check(value: dict[str, Any], pointer: str, report: Report) -> None:
        if not any(name in value for name in names):
            report.fault(pointer, f"must define at least one of: {', '.join(names)}")

    return check


def distinct(list_name: str, key: str) -> Check:
    """No two items of a list carry the same value of `key`."""

    def check(value: dict[str, Any], pointer: str, report: Report) -> None:
        items = value.get(list_name)
        seen: set[Any] = set()
        for index, item in enumerate(items if isinstance(items, list) else []):
            mark = item.get(key) if isinstance(item, dict) else None
            if isinstance(mark, str) and mark in seen:
                report.fault(f"{pointer}/{list_name}/{index}/{key}", f"{key} {mark} already exists")
            elif isinstance(mark, str):
                seen.add(mark)

    return check
