"""Settings from the environment, read once at start; a missing one stops the start and is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it."""


class Settings(BaseSettings):
    """What the operator decides. Each field is the environment variable of its alias."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    bot_token: SecretStr = Field(alias="SLACK_BOT_TOKEN")
    signing_secret: SecretStr = Field(alias="SLACK_SIGNING_SECRET")
    api_url: str = Field(default="https://slack.com/api/", alias="SLACK_API_URL")
    port: int = Field(default=3000, alias="PORT")
    store: Path = Field(default=Path("rung.db"), alias="RUNG_STORE")
    models: Path = Field(default=Path("models"), alias="RUNG_MODELS")


_NONE: dict[str, Any] = {}  # every value comes from the environment; the type checker wants arguments


def read_settings() -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: naming every setting that is missing or wrong.
    """
    try:
        return Settings(**_NONE)
    except ValidationError as error:
        faults = ", ".join(f"{fault['loc'][0]} ({fault['msg'].lower()})" for fault in error.errors())
        raise SettingsError(f"Cannot start. Set in the environment: {faults}.") from error
