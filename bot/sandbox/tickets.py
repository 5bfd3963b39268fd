"""Things Slack hands out that soon go stale: trigger ids and response URLs."""

import secrets
from dataclasses import dataclass

from bot.sandbox.clock import Clock
from bot.sandbox.errors import SlackError

RESPONSE_USES = 5  # docs.slack.dev/interactivity/handling-user-interaction
RESPONSE_LIFE = 30 * 60.0


@dataclass
class Trigger:
    """Leave to open one modal for one person."""

    user: str
    expires: float
    view_id: str | None = None
    used: bool = False


class Triggers:
    """Trigger ids: three seconds, one use (docs.slack.dev/interactivity/handling-user-interaction)."""

    def __init__(self, clock: Clock, life: float) -> None:
        self._clock = clock
        self._held: dict[str, Trigger] = {}
        self.life = life

    def issue(self, user: str, view_id: str | None = None) -> str:
        """A new trigger id; `view_id` is the modal it was pressed in."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._held[trigger_id] = Trigger(user, self._clock.now() + self.life, view_id)
        return trigger_id

    def redeem(self, trigger_id: str) -> Trigger:
        """Use a trigger id up."""
        trigger = self._held.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() >= trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger


@dataclass
class ResponseUrl:
    """Leave to answer one interaction, in its place."""

    user: str
    channel: str
    message_ts: str | None
    thread_ts: str | None
    expires: float
    uses: int = 0


class ResponseUrls:
    """Response URLs: five uses within thirty minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, ResponseUrl] = {}
        self.base = ""

    def issue(
        self, user: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        """A new URL."""
        key = secrets.token_hex(12)
        expires = self._clock.now() + RESPONSE_LIFE
        self._held[key] = ResponseUrl(user, channel, message_ts, thread_ts, expires)
        return f"{self.base}/actions/{key}"

    def use(self, key: str) -> ResponseUrl:
        """Use one of the five uses; Slack answers `used_url` or `expired_url` beyond."""
        held = self._held.get(key)
        if held is None:
            raise SlackError("invalid_url")
        if self._clock.now() >= held.expires:
            raise SlackError("expired_url")
        if held.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        held.uses += 1
        return held
