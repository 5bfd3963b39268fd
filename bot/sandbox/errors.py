"""What the stand-in answers when Slack would refuse."""

from collections.abc import Sequence
from typing import Any


class SlackError(Exception):
    """A refusal with one of Slack's error codes.

    `messages` become `response_metadata.messages` as in Slack's own answers
    (docs.slack.dev/apis/web-api, "Evaluating responses").
    """

    def __init__(self, code: str, messages: Sequence[str] = (), **more: Any) -> None:
        super().__init__(": ".join([code, *messages]))
        self.code = code
        self.messages = list(messages)
        self.more = more

    def body(self) -> dict[str, Any]:
        """The JSON body of the refusal."""
        answer: dict[str, Any] = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            answer["errors"] = self.messages
            answer["response_metadata"] = {"messages": [f"[ERROR] {text}" for text in self.messages]}
        return answer
