"""`python -m bot.sandbox`: the workspace alone; a bot of its own process connects to it."""

import argparse
import contextlib
import threading

from bot.sandbox import Sandbox


def main() -> None:
    """Start it and print where it is and what a bot needs to connect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    with Sandbox(port=parser.parse_args().port) as slack:
        print(slack.url, *(f"{name}={value}" for name, value in slack.environment.items()), flush=True)  # noqa: T201
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


main()
