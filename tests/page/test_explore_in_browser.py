"""Choosing a run on the page of ``lastack explore``, in a real browser."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.page.browser import Browser
from tests.page.explorer import Explorer, explorer
from tests.page.test_report_in_browser import CONTRAST

pytestmark = pytest.mark.slow

BACKSPACE, LEFT = "\ue003", "\ue012"


@pytest.fixture(scope="module")
def server() -> Iterator[Explorer]:
    with explorer("textbook") as running:
        yield running


def wait(condition: Callable[[], object]) -> None:
    """Until it is so: answers take a moment."""
    from selenium.common.exceptions import StaleElementReferenceException

    end = time.monotonic() + 15
    while time.monotonic() < end:
        # An element may be replaced between being found and being read.
        with contextlib.suppress(StaleElementReferenceException):
            if condition():
                return
        time.sleep(0.05)
    pytest.fail("it did not happen")


def begin(
    browser: Browser, server: Explorer, fragment: str = "", width: int = 1280, dark: bool = False
) -> None:
    browser.open(server.url + fragment, width, dark=dark)
    wait(lambda: browser.all(".controls"))


def choices(browser: Browser) -> list[str]:
    texts: list[str] = browser.script(
        "return [...document.querySelectorAll('.choices button span')].map((choice) => choice.textContent)"
    )
    return texts


def fragment(browser: Browser) -> str:
    address: str = browser.driver.current_url
    return address.partition("#")[2]


def test_a_run_is_chosen_and_taken_back(browser: Browser, server: Explorer) -> None:
    begin(browser, server, "#scenario=SYN+lost")
    assert choices(browser) == ["A: connect"]
    browser.one(".choices button").click()
    wait(lambda: len(choices(browser)) == 2)
    assert browser.text(".count") == "1 of 1"
    browser.press("1")
    wait(lambda: "Nothing is enabled here." in browser.text(".enabled"))
    assert fragment(browser) == "scenario=SYN+lost&run=0.0"
    browser.press(BACKSPACE)
    wait(lambda: len(choices(browser)) == 2)
    browser.driver.back()
    wait(lambda: "Nothing is enabled here." in browser.text(".enabled"))
    assert browser.complaints() == []
    asked = [url for url in browser.requests() if not url.startswith(("about:", "data:"))]
    assert {url.split("#")[0] for url in asked} == {server.url, f"{server.url}walk"}


def test_one_goes_on_from_an_earlier_step(browser: Browser, server: Explorer) -> None:
    begin(browser, server, "#scenario=three-way&run=0.0.0")
    assert browser.text(".count") == "3 of 3"
    browser.press(LEFT)
    assert fragment(browser) == "scenario=three-way&run=0.0.0&step=2"
    browser.one(".tools .on").click()
    wait(lambda: browser.text(".count") == "2 of 2")
    assert fragment(browser) == "scenario=three-way&run=0.0"


def test_a_counterexample_is_jumped_to(browser: Browser, server: Explorer) -> None:
    begin(browser, server, "#scenario=TIME-WAIT+too+short")
    find = browser.one("main > section:last-child button")
    browser.script("arguments[0].scrollIntoView(); arguments[0].click()", find)
    wait(lambda: browser.all("[aria-label='Show the run: last ACK']"))
    browser.script("arguments[0].click()", browser.one("[aria-label='Show the run: last ACK']"))
    wait(lambda: browser.text(".count") == "13 of 13")
    assert "Back where it was after step 11." in browser.text(".panel")
    address = browser.driver.current_url
    browser.open(address)
    wait(lambda: browser.all(".count") and browser.text(".count") == "13 of 13")
    assert "Back where it was after step 11." in browser.text(".panel")
    assert browser.complaints() == []


def test_a_run_is_saved_and_loaded(browser: Browser, server: Explorer, tmp_path: Path) -> None:
    begin(browser, server, "#scenario=SYN+lost&run=0.0")
    browser.command("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    next(button for button in browser.all("header button") if button.text == "Save trace").click()
    saved = tmp_path / "textbook--SYN-lost.json"
    wait(saved.exists)
    assert len(json.loads(saved.read_text(encoding="utf-8"))["steps"]) == 2
    begin(browser, server)
    browser.one("input[type=file]").send_keys(str(saved))
    wait(lambda: browser.text(".count") == "2 of 2")
    assert fragment(browser) == "scenario=SYN+lost&run=0.0"
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    browser.one("input[type=file]").send_keys(str(bad))
    wait(lambda: browser.text("[role=alert]") == "bad.json: this is no JSON.")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("#scenario=nobody", "there is no scenario `nobody`"),
        ("#scenario=SYN+lost&run=9", "step 1: there is no choice 9, only 0 to 0"),
        ("#scenario=SYN+lost&run=x", "not all numbers"),
    ],
)
def test_an_address_that_names_no_run_is_told(
    browser: Browser, server: Explorer, named: str, said: str
) -> None:
    browser.open(server.url + named)
    wait(lambda: browser.one("[role=alert]").is_displayed())
    assert said in browser.text("[role=alert]")
    first = browser.one("select option").text if "nobody" in named else "SYN lost"
    assert browser.one("select").get_attribute("value") == first
    browser.one(".tools button").click()
    wait(lambda: choices(browser))
    assert fragment(browser) == f"scenario={first.replace(' ', '+')}"
    assert not browser.one("[role=alert]").is_displayed()


def test_the_end_of_the_server_is_told(browser: Browser) -> None:
    with explorer("textbook") as mortal:
        begin(browser, mortal)
        mortal.end()
        browser.one(".choices button").click()
        wait(lambda: "The server does not answer" in browser.text("[role=alert]"))


@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)])
def test_it_can_be_read(browser: Browser, server: Explorer, width: int, dark: bool) -> None:
    begin(browser, server, "#scenario=last+ACK+sent+again&run=0.0.0.0", width, dark)
    wait(lambda: choices(browser))
    assert not browser.scrolls_sideways()
    assert browser.script(CONTRAST, "body *") == []
