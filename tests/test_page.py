"""A person in a browser: pastes a description and reads the score card, on a desk and on a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.sandbox import Sandbox
from tests.bots import SURE, Bot

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install Debian's package `chromium`, or set CHROMIUM to one")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["desk", "phone"])
def page(browser: Browser, slack: Sandbox, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    made = browser.new_page(viewport={"width": width, "height": height})
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.goto(slack.url)
    yield made
    made.close()
    assert faults == []


def open_dm(page: Page) -> None:
    channel = page.locator("[data-channel=D0SAM]")
    if channel.is_visible():  # on a phone the list of channels comes first
        channel.click()


def test_from_paste_to_score_card(page: Page, slack: Sandbox, bot: Bot) -> None:
    assess = bot.assessor.assess

    def sure(text: str) -> object:
        made = assess(text)
        heads = {name: replace(getattr(made, name), abstain=False) for name in ("engagement", "pathway")}
        return replace(made, **heads, criteria={})

    bot.services.__dict__["assess"] = sure
    open_dm(page)
    expect(page.get_by_text("Paste a description")).to_be_visible()
    page.get_by_label("Message", exact=True).fill(SURE)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="1 reply").click()
    thread = page.locator("#thread")
    thread.get_by_role("button", name="Answer 12 questions").click()
    for number in range(12):
        expect(thread.get_by_text(f"{number} of 12 answered")).to_be_visible()
        thread.locator("[data-action-id=answer_2]").click()
    expect(thread.get_by_text("At least 67 of 100")).to_be_visible()
    picture = thread.get_by_role("img", name="Score card. At least 67 of 100")
    expect(picture).to_be_visible()
    assert picture.evaluate("node => node.naturalWidth") > 600
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_form_shows_errors_under_its_fields_and_escape_closes_it(
    page: Page, slack: Sandbox, bot: Bot
) -> None:
    open_dm(page)
    box = page.get_by_label("Message", exact=True)
    box.fill("/rung")
    box.press("Enter")
    dialog = page.get_by_role("dialog", name="Classify a description")
    dialog.get_by_role("button", name="Classify").click()
    expect(dialog.get_by_text("Paste a description here, or add a file below.")).to_be_visible()
    dialog.get_by_label("Description of the initiative").fill(SURE)
    dialog.get_by_role("button", name="Classify").click()
    expect(dialog).not_to_be_visible()
    page.get_by_role("button", name="1 reply").click()
    page.locator("#thread").get_by_role("button", name="Details").click()
    details = page.get_by_role("dialog", name="Details")
    expect(details.get_by_role("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(details).not_to_be_visible()


def test_other_people_home_and_hostile_words(page: Page, slack: Sandbox, bot: Bot) -> None:
    page.goto(f"{slack.url}/#as=U0RILEY&at=C0ENGAGEMENT")
    box = page.get_by_placeholder("Message #engagement")
    box.fill("<img src=x onerror=alert(1)> *bold* <!channel> @Sam")
    box.press("Enter")
    said = page.locator(".message").last
    expect(said.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    expect(said.locator(".mention")).to_have_text("@Sam")
    assert said.locator("img").count() == 0
    page.goto(f"{slack.url}/#as=U0RILEY&at=home")
    slack.person("Riley").open_home()
    page.get_by_role("button", name="Classify a description").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")


def test_a_long_paste_can_go_as_a_snippet(page: Page, slack: Sandbox, bot: Bot) -> None:
    open_dm(page)
    page.get_by_label("Message", exact=True).fill(
        "The county plans much for the years to come. " * 300 + SURE
    )
    page.get_by_role("button", name="Send as a text snippet").click()
    expect(page.get_by_role("button", name="1 reply")).to_be_visible()
    case = bot.store.case("T0SANDBOX", 1)
    assert (case.message.text or "").endswith(SURE)


def test_a_server_that_went_away_is_said_and_found_again(browser: Browser) -> None:
    with Sandbox() as first:
        page = browser.new_page()
        page.goto(first.url)
        expect(page.get_by_label("Message", exact=True)).to_be_visible()
        port = first.port
    expect(page.get_by_text("The sandbox does not answer.")).to_be_visible(timeout=30_000)
    with Sandbox(port=port) as second:
        second.person("Sam").post("engagement", "back again")
        expect(page.get_by_text("The sandbox does not answer.")).not_to_be_visible()
        page.close()


def test_search_on_the_home_tab_by_enter(page: Page, slack: Sandbox, bot: Bot) -> None:
    slack.wait_for(lambda: slack.deliverer.connected)
    for text in (SURE, f"{SURE} A greenhouse came later."):
        message = slack.person("Sam").post("engagement", f"@Rung {text}")
        slack.wait_for(lambda message=message: slack.replies(message))
    page.goto(f"{slack.url}/#as=U0SAM&at=home")
    expect(page.get_by_text("Your cases: 2")).to_be_visible()
    page.get_by_label("Search your cases and those of public channels").fill("greenhouse")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Found: 1")).to_be_visible()
