"""Settings from the environment, read once at start; a missing one stops the start and is named."""

from __future__ import annotations

import os
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

    bot_token: SecretStr = Field(default=SecretStr(""), alias="SLACK_BOT_TOKEN")
    client_id: str = Field(default="", alias="SLACK_CLIENT_ID")
    client_secret: SecretStr = Field(default=SecretStr(""), alias="SLACK_CLIENT_SECRET")
    signing_secret: SecretStr = Field(default=SecretStr(""), alias="SLACK_SIGNING_SECRET")
    app_token: SecretStr = Field(default=SecretStr(""), alias="SLACK_APP_TOKEN")
    api_url: str = Field(default="https://slack.com/api/", alias="SLACK_API_URL")
    admins: Annotated[frozenset[str], NoDecode] = Field(default=frozenset(), alias="RUNG_ADMINS")
    retrain_after: int = Field(default=0, alias="RUNG_RETRAIN_AFTER")
    review_channel: str = Field(default="", alias="RUNG_REVIEW_CHANNEL")
    retention_days: int = Field(default=0, ge=0, alias="RUNG_RETENTION_DAYS")
    port: int = Field(default=3000, alias="PORT")
    store: Path = Field(default=Path("rung.db"), alias="RUNG_STORE")
    training_data: Path = Field(default=TRAINING_DATA, alias="RUNG_TRAINING_DATA")
    models: Path = Field(default=Path("models"), alias="RUNG_MODELS")

    @field_validator("admins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return frozenset(value.replace(",", " ").split()) if isinstance(value, str) else value

    @property
    def many_workspaces(self) -> bool:
        """Whether workspaces install the app by themselves, each with a token of its own."""
        return bool(self.client_id)

    @model_validator(mode="after")
    def _one_door(self) -> Self:
        if self.client_id and not self.client_secret.get_secret_value():
            raise ValueError("SLACK_CLIENT_SECRET, which goes with SLACK_CLIENT_ID")
        if not self.client_id and not self.bot_token.get_secret_value():
            raise ValueError("SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET")
        if not self.app_token.get_secret_value() and not self.signing_secret.get_secret_value():
            raise ValueError("SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP")
        return self


def read_settings() -> Settings:
    """Settings from the environment, secrets also from files in the folder `RUNG_SECRETS`.

    Raises:
        SettingsError: naming every setting that is missing or wrong, or a file that others can read.
    """
    folder = os.environ.get("RUNG_SECRETS")
    try:
        for path in sorted(Path(folder).iterdir()) if folder else ():
            refuse_open(path)
        secrets: dict[str, Any] = {"_secrets_dir": folder}  # an argument that the type checker does not know
        settings = Settings(**secrets)
        refuse_open(settings.store)
        return settings
    except OSError as error:
        raise SettingsError(f"Cannot start. RUNG_SECRETS: {error.strerror}: {error.filename}.") from error
    except ValidationError as error:
        faults = ", ".join(_fault(found["loc"], found["msg"]) for found in error.errors())
        raise SettingsError(f"Cannot start. Set in the environment: {faults}.") from error


def refuse_open(path: Path) -> None:
    """Refuse a file with secrets or people's texts that everybody on the machine can read.

    Raises:
        SettingsError: naming the file and how to mend it.
    """
    if path.is_file() and path.stat().st_mode & 0o007:
        raise SettingsError(
            f"Cannot start. Everybody on this machine can read {path}. Mend it: chmod 600 {path}"
        )


def _fault(place: tuple[int | str, ...], words: str) -> str:
    return f"{place[0]} ({words.lower()})" if place else words.removeprefix("Value error, ")
