"""What a reader of a report sees and can do, in a real browser."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

from tests.cli.commands import door, process, write_door
from tests.page.browser import Browser

RIGHT, LEFT, HOME, END, ESCAPE = "\ue014", "\ue012", "\ue011", "\ue010", "\ue00c"

LAST_ACK = "[aria-label='Show the run: last ACK in TIME-WAIT too short']"


pytestmark = pytest.mark.slow


def open_run(browser: Browser, selector: str = LAST_ACK) -> None:
    button = browser.one(selector)
    browser.script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()


@pytest.mark.slow
def test_a_report_says_nothing_on_the_console_and_asks_for_nothing(browser: Browser, textbook: str) -> None:
    browser.open(textbook)
    open_run(browser)
    browser.press(END)
    asked = [url for url in browser.requests() if not url.startswith(("about:", "data:"))]
    assert asked == [textbook]
    assert browser.complaints() == []


def test_the_policy_keeps_a_page_from_loading_anything(browser: Browser, textbook: str) -> None:
    """The test above can fail: an attempt would be seen, and is refused."""
    browser.open(textbook)
    browser.script("const image = new Image(); image.src = 'http://127.0.0.1:9/x.png';")
    browser.script("return fetch('http://127.0.0.1:9/').catch(() => 0);")
    refused = browser.complaints()
    assert any("img-src" in text for text in refused)
    assert any("connect-src" in text for text in refused)


def test_the_sum_and_the_scenarios_are_there(browser: Browser, textbook: str) -> None:
    browser.open(textbook)
    assert browser.text("h1") == "textbook"
    assert browser.text(".summary") == "✓ 40 as expected\n✗ 0 not as expected\n? 0 not decided"
    assert len(browser.all("article.scenario")) == 9
    scope = browser.text("article.scenario:nth-of-type(4)")
    assert "exhaustive; at most 1 segment in flight each way" in scope
    assert "as expected, by open.connect" in scope
    assert len(browser.all("table.rows tbody tr")) == 23


@pytest.mark.slow
def test_what_is_not_as_expected_is_marked(browser: Browser, tmp_path: Path) -> None:
    """In words and signs, not by colour alone; so are rows that never fired."""
    report = tmp_path / "door.html"
    assert process("report", write_door(tmp_path, lossy=""), "-o", report).code == 1
    browser.open(report.as_uri())
    assert "✗ 1 not as expected" in browser.text(".summary")
    assert browser.text("article.scenario:nth-of-type(2) h3") == "lossy 1 not as expected"
    assert "NOT AS EXPECTED (expected to hold)" in browser.text(".verdicts li.wrong")
    never = [row.text for row in browser.all("tr.never")]
    assert len(never) == 2
    assert all("✗ 0" in text for text in never)


def test_buttons_step_through_a_run(browser: Browser, textbook: str) -> None:
    browser.open(textbook)
    open_run(browser)
    assert browser.text(".count") == "0 of 13"
    assert browser.text(".said") == "Before the first step"
    browser.one("[aria-label^='Step forth']").click()
    assert browser.text(".said") == "1. A: connect"
    assert "open.connect" in browser.text(".card")
    assert browser.text(".ends tbody tr:first-child") == "state CLOSED → SYN-SENT LISTEN"
    assert [cell.text for cell in browser.all(".ends .changed strong")] == ["SYN-SENT", "299", "300", "on"]
    assert browser.text(".flight") == "A to B\n<FLAGS=SYN><Seq=299> new\nB to A\nnothing"
    browser.one("[aria-label^='To the end']").click()
    assert browser.text(".count") == "13 of 13"
    assert "Back where it was after step 11." in browser.text(".panel")
    assert browser.one("[aria-label^='Step forth']").get_attribute("disabled")
    browser.one("[aria-label^='Step back']").click()
    assert browser.text(".count") == "12 of 13"


def test_keys_step_through_a_run(browser: Browser, textbook: str) -> None:
    browser.open(textbook)
    open_run(browser)
    for key, count in ((RIGHT, 1), (RIGHT, 2), (LEFT, 1), (END, 13), (RIGHT, 13), (HOME, 0), (LEFT, 0)):
        browser.press(key)
        assert browser.text(".count") == f"{count} of 13"
    browser.press(" ")
    assert browser.text("[aria-label^='Play']") == "Pause"
    browser.press(" ")
    assert browser.text("[aria-label^='Play']") == "Play"
    browser.press(ESCAPE)
    assert browser.all("dialog[open]") == []


def test_the_ladder_shows_where_the_run_is(browser: Browser, textbook: str) -> None:
    browser.open(textbook)
    open_run(browser)
    browser.press(RIGHT)
    browser.press(RIGHT)
    bands = browser.all(".beside .ladder .band")
    assert [("now" in band.get_attribute("class")) for band in bands] == [n == 1 for n in range(13)]
    later = browser.script(
        "return [...document.querySelectorAll('.beside .ladder g.later')].map((g) => g.dataset.step)"
    )
    assert sorted(map(int, later)) == list(range(3, 14))
    bands[5].click()
    assert browser.text(".count") == "6 of 13"


def test_the_address_names_the_step(browser: Browser, textbook: str) -> None:
    browser.open(textbook)
    open_run(browser)
    browser.press(RIGHT)
    browser.press(RIGHT)
    address = browser.driver.current_url
    assert address.endswith("#scenario=TIME-WAIT+too+short&property=last+ACK&step=2")
    browser.open(address)
    assert browser.text(".count") == "2 of 13"
    assert browser.text("dialog h2") == "last ACK in TIME-WAIT too short"


@pytest.mark.parametrize("step", ["99", "-1", "x", ""])
def test_an_address_with_a_wrong_step_shows_the_run_all_the_same(
    browser: Browser, textbook: str, step: str
) -> None:
    browser.open(f"{textbook}#scenario=SYN lost&property=connected&step={step}")
    assert browser.text(".count") == ("2 of 2" if step == "99" else "0 of 2")
    browser.open(f"{textbook}#scenario=nobody&property=connected")
    assert browser.all("dialog[open]") == []
    assert browser.complaints() == []


def test_search_finds_scenarios_properties_and_rows(browser: Browser, textbook: str) -> None:
    browser.open(textbook)
    browser.press("/")
    assert browser.script("return document.activeElement.type") == "search"
    for letter in "syn lost":
        browser.press(letter)
    shown = [card.text.splitlines()[0] for card in browser.all("article.scenario") if card.is_displayed()]
    assert shown == ["SYN lost"]
    browser.one(".search input").clear()
    browser.one(".search input").send_keys("FORGET")
    assert browser.text(".hits") == "1 scenario, 1 row"
    rows = [row for row in browser.all("table.rows tbody tr") if row.is_displayed()]
    assert [row.text.split()[0] for row in rows] == ["fin.forget"]
    browser.press(ESCAPE)
    assert browser.text(".hits") == ""
    assert all(card.is_displayed() for card in browser.all("article.scenario"))


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_no_page_scrolls_sideways(browser: Browser, textbook: str, width: int) -> None:
    browser.open(textbook, width, 740)
    assert not browser.scrolls_sideways()
    open_run(browser)
    browser.press(END)
    assert not browser.scrolls_sideways()
    steps = browser.one(".steps")
    assert steps.is_displayed() == (width < 880)
    assert browser.one(".beside .ladder").is_displayed() == (width >= 880)


CONTRAST = """
const part = (text) => text.match(/[\\d.]+/g).map(Number);
const light = (colour) => {
  const [r, g, b] = part(colour).slice(0, 3).map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if ((part(colour)[3] ?? 1) > 0.9) return colour;
  }
  return "rgb(255, 255, 255)";
};
const poor = [];
for (const element of document.querySelectorAll(arguments[0])) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || !element.checkVisibility() || element.disabled) continue;
  const look = getComputedStyle(element);
  const colour = element.namespaceURI.endsWith("svg") ? look.fill : look.color;
  const [a, b] = [light(colour), light(behind(element))].sort((x, y) => y - x);
  const contrast = (a + 0.05) / (b + 0.05);
  if (contrast < 4.5) poor.push(`${element.tagName}.${element.getAttribute("class")} ${contrast.toFixed(1)}`);
}
return poor;
"""


@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_all_text_has_enough_contrast(browser: Browser, textbook: str, dark: bool) -> None:
    """At least 4.5 to 1, as WCAG 2.2 wants it."""
    browser.open(textbook, dark=dark)
    background = browser.script("return getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is not dark
    assert browser.script(CONTRAST, "body *") == []
    open_run(browser)
    browser.press(END)
    assert browser.script(CONTRAST, "dialog *") == []


def test_paper_shows_every_counterexample(browser: Browser, textbook: str) -> None:
    browser.open(textbook)
    browser.script("dispatchEvent(new Event('beforeprint'))")
    assert len(browser.all(".printed article")) == 7
    assert all(
        len(article.find_elements("css selector", ".ladder")) == 1
        for article in browser.all(".printed article")
    )
    assert all(fold.get_attribute("open") for fold in browser.all("details.group"))
    browser.script("dispatchEvent(new Event('afterprint'))")
    assert browser.all(".printed article") == []
    assert not any(fold.get_attribute("open") for fold in browser.all("details.group"))


def test_paper_breaks_no_name_and_shows_no_empty_fold(browser: Browser, textbook: str) -> None:
    browser.open(textbook)
    browser.command("Emulation.setEmulatedMedia", media="print")
    try:
        browser.script("dispatchEvent(new Event('beforeprint'))")
        heights = browser.script(
            "return [...document.querySelectorAll('.rows tbody th')].map((name) => {"
            "const range = document.createRange(); range.selectNodeContents(name);"
            "return new Set([...range.getClientRects()].map((line) => line.top)).size; });"
        )
        assert heights == [1] * 23
        closed = (
            "return [...document.querySelectorAll('details:not([open])')].map((fold) => fold.offsetHeight)"
        )
        assert browser.script(closed) == [0] * 9
    finally:
        browser.script("dispatchEvent(new Event('afterprint'))")
        browser.command("Emulation.setEmulatedMedia", media="")


def test_paper_is_not_wasted(browser: Browser, textbook: str) -> None:
    """A run begins where the one before it ends; only a ladder has to be on one sheet."""
    browser.open(textbook)
    pdf = base64.b64decode(browser.command("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert 5 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 10


def test_a_narrow_window_keeps_a_verdict_beside_its_run(browser: Browser, textbook: str) -> None:
    browser.open(textbook, 360, 740)
    away = browser.script(
        "return [...document.querySelectorAll('.verdicts li')].map((item) => {"
        "item.querySelector('strong').textContent = 'in the end it is so';"
        "const [a, b] = ['.outcome', '.run'].map((part) => item.querySelector(part).getBoundingClientRect());"
        "return Math.abs(a.top + a.bottom - b.top - b.bottom) / 2; });"
    )
    assert len(away) >= 7
    assert max(away) < 10


def test_words_of_a_ladder_lie_above_the_lines_before_them(browser: Browser, textbook: str) -> None:
    """What an earlier step has sent must not strike out what is said of a later one."""
    browser.open(textbook)
    open_run(browser, "[aria-label='Show the run: last ACK in last ACK lost']")
    texts = "document.querySelectorAll('dialog .ladder text')"
    drawn = browser.script(f"return [...{texts}].map((text) => text.textContent)")
    data = json.loads(browser.one("script[type='application/json']").get_attribute("textContent"))
    runs = [[shape for shape in run["ladder"]["shapes"] if shape[0] == "t"] for run in data["runs"]]
    assert drawn in [[data["texts"][shape[-1]] for shape in shapes] for shapes in runs]
    words = next(place for place, text in enumerate(drawn) if "stuck" in text)
    assert words > drawn.index("LAST-ACK")


def test_a_narrow_window_gives_both_ends_the_same_room(browser: Browser, textbook: str) -> None:
    browser.open(textbook, width=360, height=740)
    open_run(browser)
    browser.press(END)
    left, right = browser.script(
        "return [...document.querySelectorAll('.ends thead th')].slice(-2).map((end) => end.offsetWidth)"
    )
    assert abs(left - right) <= 1


SCRIPT = "</script><script>document.title = 'taken'</script>"
IMAGE = "<img src=x onerror=alert(1)>"


@pytest.mark.slow
def test_what_a_document_says_is_text_and_nothing_else(browser: Browser, tmp_path: Path) -> None:
    text = door(lossy="woken violated by knock.asleep").replace("a knock is heard", SCRIPT)
    for name, hostile in (("lossy", IMAGE), ("tidy", "ti\"dy'")):
        text = text.replace(name, hostile)
    path, report = tmp_path / "door.md", tmp_path / "door.html"
    path.write_text(text, encoding="utf-8")
    ran = process("report", path, "-o", report)
    assert ran.err == ""
    browser.open(report.as_uri())
    open_run(browser, "button.run")
    browser.press(END)
    assert browser.driver.title == "door: Lastack"
    assert SCRIPT in browser.text("dialog .heading")
    assert IMAGE in browser.text("dialog h2")
    assert browser.all("img, main b:not(.summary b)") == []
    assert len(browser.all("script")) == 2
    assert browser.complaints() == []
