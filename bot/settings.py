"""Settings from the environment, read once at start; a missing one stops the start and is named."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from classifier.dataset import TRAINING_DATA


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it."""


class Settings(BaseSettings):
    """What the operator decides. Each field is the environment variable of its alias."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    bot_token: SecretStr = Field(alias="SLACK_BOT_TOKEN")
    signing_secret: SecretStr = Field(default=SecretStr(""), alias="SLACK_SIGNING_SECRET")
    app_token: SecretStr = Field(default=SecretStr(""), alias="SLACK_APP_TOKEN")
    api_url: str = Field(default="https://slack.com/api/", alias="SLACK_API_URL")
    admins: Annotated[frozenset[str], NoDecode] = Field(default=frozenset(), alias="RUNG_ADMINS")
    retrain_after: int = Field(default=0, alias="RUNG_RETRAIN_AFTER")
    review_channel: str = Field(default="", alias="RUNG_REVIEW_CHANNEL")
    port: int = Field(default=3000, alias="PORT")
    store: Path = Field(default=Path("rung.db"), alias="RUNG_STORE")
    training_data: Path = Field(default=TRAINING_DATA, alias="RUNG_TRAINING_DATA")
    models: Path = Field(default=Path("models"), alias="RUNG_MODELS")

    @field_validator("admins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return frozenset(value.replace(",", " ").split()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_door(self) -> Self:
        if not self.app_token.get_secret_value() and not self.signing_secret.get_secret_value():
            raise ValueError("SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP")
        return self


_NONE: dict[str, Any] = {}  # every value comes from the environment; the type checker wants arguments


def read_settings() -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: naming every setting that is missing or wrong.
    """
    try:
        return Settings(**_NONE)
    except ValidationError as error:
        faults = ", ".join(_fault(found["loc"], found["msg"]) for found in error.errors())
        raise SettingsError(f"Cannot start. Set in the environment: {faults}.") from error


def _fault(place: tuple[int | str, ...], words: str) -> str:
    return f"{place[0]} ({words.lower()})" if place else words.removeprefix("Value error, ")
