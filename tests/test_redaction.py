"""Personal data goes before a text is kept; what the labels hang on stays."""

from __future__ import annotations

import socket

import pytest

from benchmarks.redaction import measure
from bot.redaction import redact
from tests.conftest import ROOT


def test_on_the_labelled_set_nearly_all_personal_data_goes_and_the_rest_stays() -> None:
    found = measure(ROOT / "benchmarks" / "personal_data.txt")
    assert found["recall"] >= 0.95
    assert found["kept"] >= 0.98


def test_figures_dates_amounts_and_postcodes_stay() -> None:
    text = (
        "In 2019, 1,204 of 3,500 households in LS8 2AB and SW1A 1AA gave £45,000.50; 12/03/2021, 14:30, "
        "call no. 4471, 62.5 %, section 106, A&E, route 72A, 2,000 m², minus 4 °C, 1/3 of 7-10-year-olds."
    )
    assert redact(text) == text


@pytest.mark.parametrize(
    "text", ["", " \n", "😀 👩🏽‍🌾", "a" * 40_000, "A-" * 10_000, "1 " * 10_000, "\x00\ud83d"]
)
def test_any_text_passes(text: str) -> None:
    assert isinstance(redact(text), str)
    assert redact(redact(text)) == redact(text)


def test_nothing_leaves_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an outgoing call")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert redact("Write to Anna Smith, anna@example.org, https://example.org.") == (
        "Write to [name], [e-mail], https://example.org."
    )
