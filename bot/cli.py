"""The command `rung`: takes in the classifier's subcommands; what runs the bot is added here."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from classifier import cli as classifier_cli


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rung")
def main() -> None:
    """Rung names the type, pathway and quality of citizen engagement from a free-text description."""


for command in classifier_cli.commands:
    main.add_command(command)


@main.command()
def serve() -> None:
    """Run the bot: answer Slack's HTTP requests at /slack/events.

    Needs SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET; PORT (3000), RUNG_STORE (rung.db) and RUNG_MODELS (models)
    have defaults. The model must have been trained (`rung train`).
    """
    # Slack's libraries are loaded here alone: the classifier's commands start without them.
    import uvicorn

    from bot.app import create_app, web
    from bot.listeners.paste import finish_due
    from bot.services import Services
    from bot.settings import SettingsError, read_settings
    from bot.store import Store
    from classifier.taxonomy import taxonomy

    try:
        settings = read_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    assessor = classifier_cli.load(settings.models)
    services = Services(Store(settings.store), assessor.assess, lambda: datetime.now(UTC), taxonomy())
    app = create_app(settings, services)
    finish_due(services, app.client)
    uvicorn.run(web(app), host="0.0.0.0", port=settings.port, log_level="warning")
