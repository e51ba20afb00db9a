"""Pages: what of a run, a picture and a document gets into one, and that nothing else does."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from checker.document.kinds import show_value
from checker.explore.limits import Limits
from checker.model.endpoint import values_by_name
from checker.show.page.html import FOLDER, PROGRAMS, page, policy
from checker.show.page.runs import RunWriter, shown_variables
from checker.show.page.svg import elements_of
from checker.verify.results import check_scenario
from checker.verify.stuck import run_of
from tests.toys import toy


def written(name: str, scenario: str) -> list[tuple[Any, Any, list[str], Any]]:
    """The runs of a scenario: (model, trace, texts, what is written of it)."""
    protocol = toy(name)
    result = check_scenario(protocol, protocol.scenarios[scenario], Limits())
    writer = RunWriter(protocol)
    runs = [run_of(result.model, judged.verdict) for judged in result.judged]
    return [
        (result.model, run, writer.texts.values, writer.run(result.model, run))
        for run in runs
        if run is not None
    ]


SCENARIOS = [(name, scenario) for name in ("pit", "post", "timers") for scenario in toy(name).scenarios]


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS)
def test_what_is_written_of_a_run_is_all_of_it(name: str, scenario: str) -> None:
    """The changes, put together again, give the states of the trace."""
    for model, trace, texts, value in written(name, scenario):
        ends = [
            {"state": texts[end["state"]], "values": dict(end.get("values", {}))}
            for end in value["initial"]["ends"]
        ]
        assert_same(model, trace.initial, ends, value["initial"], texts)
        for step, change in zip(trace.steps, value["steps"], strict=True):
            end = ends[change["end"]]
            end["values"].update(change.get("values", {}))
            end["state"] = texts[change["state"]] if "state" in change else end["state"]
            assert_same(model, step.after, ends, change, texts)
            assert [model.protocol.rules[row].id for row in change["rows"]] == list(step.rules)
            assert [texts[sent] for sent in change["sent"]] == [model.form.write(s) for s in step.sent]
        assert len(value["ladder"]["rows"]) == len(trace.steps)
        json.dumps(value)


def assert_same(model: Any, state: Any, ends: list[Any], network: Any, texts: list[str]) -> None:
    names = shown_variables(model.protocol)
    for local, end in zip(state.ends, ends, strict=True):
        values = values_by_name(model.protocol, local)
        assert end["state"] == local.state
        shown = {names[int(key)]: texts[text] for key, text in end["values"].items()}
        assert shown == {name: show_value(values[name]) for name in names}
    for segments, numbers in zip(state.in_flight, network["flight"], strict=True):
        assert [texts[number] for number in numbers] == [model.form.write(segment) for segment in segments]
    assert network["left"] == [state.losses, state.duplications]


def test_there_are_runs_to_be_written() -> None:
    """Else the test above would test nothing."""
    assert sum(len(run[1].steps) for each in SCENARIOS for run in written(*each)) > 20


# Pages

HOSTILE = "</script><script>alert('{{style}}')</script><!-- & \u2028 \u2029"


def island(text: str) -> Any:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


def test_no_text_can_end_the_data_or_begin_anything_else() -> None:
    text = page(HOSTILE, {"mode": "report", HOSTILE: HOSTILE})
    assert island(text) == {"mode": "report", HOSTILE: HOSTILE}
    assert text.count("<script") == text.count("</script>") == 2
    assert text.count("<style>") == 1
    assert "<!--" not in text
    assert not {"\u2028", "\u2029"} & set(text[text.index('id="data"') :])
    assert "<title>&lt;/script&gt;" in text


def test_the_policy_allows_what_is_in_the_page_and_nothing_else() -> None:
    text = page("t", {"mode": "report"})
    (allowed,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    rules = dict(rule.split(" ", 1) for rule in allowed.split("; "))
    for name, tag in (("script-src", "script"), ("style-src", "style")):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    assert (
        rules["default-src"] == rules["connect-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    )
    assert "connect-src 'self'" in policy("'self'")


def test_every_program_of_a_page_is_in_it() -> None:
    assert {path.name for path in FOLDER.glob("*.js")} == set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_program_makes_markup_of_text(name: str) -> None:
    program = (FOLDER / name).read_text(encoding="utf-8")
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "</script",
    ):
        assert way not in program


# Pictures of Graphviz

DRAWN = b"""<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
 "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg width="8pt" height="9pt" viewBox="0 0 8 9" onload="alert(1)"
 xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<g id="node1" class="node"><title>s1</title>
<g><a xlink:href="javascript:alert(1)" xlink:title="a &lt;b&gt;"><polygon fill="white" points="0,0 1,1"
 style="x"/>
</a></g>
<script>alert(1)</script><image href="http://127.0.0.1/"/>
<text x="1" y="2" font-size="14.00">A &amp; B</text></g>
</svg>"""


def test_only_what_is_drawn_is_kept_of_a_picture() -> None:
    tip = ["title", {}, "a <b>"]
    polygon = ["polygon", {"fill": "white", "points": "0,0 1,1"}, [tip]]
    text = ["text", {"x": "1", "y": "2", "font-size": "14.00"}, "A & B"]
    size = {"width": "8pt", "height": "9pt", "viewBox": "0 0 8 9"}
    assert elements_of(DRAWN) == ["svg", size, [["g", {"class": "node"}, [["g", {}, [polygon]], text]]]]
