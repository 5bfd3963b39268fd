"""What the operator sees: logs as lines of JSON with a case's id from door to reply, counters and timings.

No text and no name of a person goes into either.
"""

from __future__ import annotations

import logging
import sys
from contextlib import AbstractContextManager
from typing import Any

import structlog
from prometheus_client import Counter, Histogram

KEPT = Counter("rung_texts_kept_total", "Texts kept, before they are read.")
REPLIES = Counter("rung_replies_total", "Answers posted.", ["outcome"])
FAILURES = Counter("rung_failures_total", "Listeners and jobs that failed.", ["error"])
ANSWERS = Counter("rung_answers_total", "Answers given to questions.")
ASSESS_SECONDS = Histogram(
    "rung_assess_seconds", "Reading a text.", buckets=(0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)
)
REPLY_SECONDS = Histogram(
    "rung_reply_seconds",
    "From taking up a kept text to its posted answer.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
)
ACK_SECONDS = Histogram(
    "rung_ack_seconds",
    "From a request of Slack to its acknowledgement.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3),
)


def configure(stream: object = None) -> None:
    """Write every log line as JSON to standard error; lines of a case carry its id."""
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)  # type: ignore[arg-type]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=steps,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(logging.INFO)


def about(team: str, case: int) -> AbstractContextManager[None]:
    """A stretch of work on one case: every log line in it carries the case's id."""
    return structlog.contextvars.bound_contextvars(team=team, case=case)
