"""Time as the workspace sees it: the real time plus what a test added."""

import threading
import time


class Clock:
    """Tells the time, and gives every message a `ts` of its own."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._last = 0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass at once: trigger ids and response URLs grow old, later messages are later."""
        with self._lock:
            self._ahead += seconds

    def ts(self) -> str:
        """A time stamp as Slack gives messages: unique, growing, six decimals."""
        with self._lock:
            self._last = max(self._last + 1, int(self.now() * 1_000_000))
            return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
