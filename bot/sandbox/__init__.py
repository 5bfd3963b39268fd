"""A small stand-in for Slack, for people without an account and for tests. Knows nothing of the bot."""

from bot.sandbox.sandbox import Sandbox

__all__ = ["Sandbox"]
