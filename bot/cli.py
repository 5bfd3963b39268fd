"""The command `rung`: takes in the classifier's subcommands; what runs the bot is added here."""

from __future__ import annotations

import click

from classifier import cli as classifier_cli


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rung")
def main() -> None:
    """Rung names the type, pathway and quality of citizen engagement from a free-text description."""


for command in classifier_cli.commands:
    main.add_command(command)
