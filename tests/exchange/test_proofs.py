"""Proofs as JSON: they come back as they were, and nothing else is taken for one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.document.library import load
from checker.exchange.proofs import document_of, proof_to_json, read_proofs
from checker.exchange.values import FormatError
from checker.explore.limits import Limits
from checker.prove.audit import audit
from checker.prove.certificate import Certificate, Refused
from checker.prove.results import prove_scenario
from tests.prove.certificates import document, path_of, refusal

SCENARIOS = {
    "textbook": ["four-way", "last ACK lost"],
    "rfc9293": ["TIME-WAIT assassinated", "crash, listening again", "RFC 793 resets"],
    "outage": ["crash twice", "tickets"],
    "post": ["two in a bag"],
}


@cache
def text_of(name: str) -> str:
    """The text of a proof of some scenarios."""
    protocol = document(name)
    results = [prove_scenario(protocol, protocol.scenarios[s], Limits) for s in SCENARIOS[name]]
    return proof_to_json(path_of(name), protocol, results)


def read(name: str, data: Any) -> list[Certificate]:
    return list(read_proofs(data, path_of(name), document(name)))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_proof_comes_back_and_is_accepted(name: str) -> None:
    certificates = read(name, json.loads(text_of(name)))
    protocol = document(name)
    results = [prove_scenario(protocol, protocol.scenarios[s], Limits) for s in SCENARIOS[name]]
    assert proof_to_json(path_of(name), protocol, results) == text_of(name)
    proved = {
        (result.scenario.name, proof.verdict.property.name)
        for result in results
        for proof in result.proofs
        if proof.verdict.outcome == "proved"
    }
    assert proved
    assert {(c.scenario.name, claim.name) for c in certificates for claim in c.claims} == proved
    for certificate in certificates:
        assert refusal(certificate) == ""
        assert certificate.scenario == protocol.scenarios[certificate.scenario.name]


@pytest.mark.parametrize("name", ["textbook", "rfc9293", "outage"])
def test_what_else_bounds_a_proof_is_said_as_where_it_was_made(name: str) -> None:
    """Supplies that ran out, and ghosts that saturated."""
    protocol = document(name)
    for certificate in read(name, json.loads(text_of(name))):
        result = prove_scenario(protocol, certificate.scenario, Limits)
        said = {part for part in result.scope.split("; ") if " ran out" in part or " saturated" in part}
        assert {*audit(certificate)} == said


def test_views_stand_one_a_line() -> None:
    lines = text_of("textbook").splitlines()
    certificates = read("textbook", json.loads(text_of("textbook")))
    views = [line for line in lines if line.startswith("[") and '"' in line]
    assert len(views) == sum(len(certificate.views) for certificate in certificates)
    assert max(map(len, lines)) < 200


def test_a_scenario_in_which_nothing_is_proved_is_left_out() -> None:
    protocol = document("outage")
    results = [prove_scenario(protocol, s, Limits, []) for s in protocol.scenarios.values()]
    data = json.loads(proof_to_json(path_of("outage"), protocol, results))
    assert data["proofs"] == []
    assert read("outage", data) == []


# Which document


def test_a_bundled_document_is_found_again(tmp_path: Path) -> None:
    assert document_of(json.loads(text_of("rfc9293")), tmp_path / "proof.json") == path_of("rfc9293")


def test_a_document_beside_its_proof_is_found_again(tmp_path: Path) -> None:
    data = json.loads(text_of("post"))
    with pytest.raises(FormatError, match="there is no document `post`, of which this is a proof, beside"):
        document_of(data, tmp_path / "proof.json")
    beside = tmp_path / "post.md"
    beside.write_text(path_of("post").read_text(encoding="utf-8"), encoding="utf-8")
    assert document_of(data, tmp_path / "proof.json") == beside.resolve()


@pytest.mark.parametrize("name", ["../post", "/etc/passwd", "", "post.md", "a b"])
def test_a_proof_leads_to_no_other_files(tmp_path: Path, name: str) -> None:
    (tmp_path / "post.md").write_text("")
    with pytest.raises(FormatError, match="there is no document"):
        document_of({**json.loads(text_of("post")), "document": name}, tmp_path / "folder" / "proof.json")


def test_another_version_of_the_document_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "textbook.md"
    changed.write_text(path_of("textbook").read_text(encoding="utf-8") + "\nMore prose.\n", encoding="utf-8")
    with pytest.raises(
        Refused, match=r"^this is a proof of textbook in the version [0-9a-f]{12}; .* has the"
    ):
        list(read_proofs(json.loads(text_of("textbook")), changed, load(changed)))


def test_another_document_is_refused() -> None:
    with pytest.raises(Refused, match="this is a proof of textbook in the version"):
        read("rfc9293", json.loads(text_of("textbook")))


# What is no proof

Change = Callable[[dict[str, Any]], None]


def setting(value: Any, *keys: str | int) -> Change:
    """Sets what stands under ``keys``, which lead through objects and lists."""

    def change(data: Any) -> None:
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = value

    return change


def removing(*keys: str | int) -> Change:
    def change(data: Any) -> None:
        for key in keys[:-1]:
            data = data[key]
        del data[keys[-1]]

    return change


STATE = ("proofs", 0, "A", 1)
CLOSURE = ("proofs", 0, "closures", 0)
VIEW = (*CLOSURE, "views", 2)
NO_SET = "is no set of segments, which are hexadecimal digits"
CLAIM = (*CLOSURE, "claims", 0)
WRONG = [
    (setting("lastack-trace", "format"), "this is no lastack-proof of version 1"),
    (setting(2, "format_version"), "this is no lastack-proof of version 1"),
    (setting(None, "version"), "the file: `version` is not text"),
    (removing("proofs"), "the file: `proofs` is missing"),
    (setting({}, "proofs"), "the file: `proofs` is not a list"),
    (setting([], "proofs", 0), "proof 1: expected an object"),
    (setting("nowhere", "proofs", 0, "scenario"), "textbook has no scenario `nowhere`, which the file names"),
    (setting({"fast": "on"}, "proofs", 0, "set"), "textbook has no switch `fast`, which the file sets"),
    (removing("proofs", 0, "B"), "proof 1: `B` is missing"),
    (setting(7, *STATE), "proof 1, A, local state 1: expected an object"),
    (setting("AWAKE", *STATE, "state"), "proof 1, A, local state 1: textbook has no state `AWAKE`"),
    (setting(-1, *STATE, "called"), "proof 1, A, local state 1: `called` is -1, expected 0 to 3"),
    (setting(10**30, *STATE, "called"), f"proof 1, A, local state 1: `called` is {10**30}, expected 0 to 3"),
    (setting(True, *STATE, "called"), "proof 1, A, local state 1: `called` is not an integer"),
    (setting(3, *STATE, "values", "ISN"), "proof 1, A, local state 1: `ISN` is 3, expected 0 to 1"),
    (setting(None, *STATE, "values", "ISN"), "proof 1, A, local state 1: `ISN` is -1, expected 0 to 1"),
    (removing(*STATE, "values", "seq"), "proof 1, A, local state 1: `seq` is missing"),
    (
        setting(2**32, *STATE, "values", "seq"),
        "proof 1, A, local state 1: `seq` is 4294967296, expected an own seq",
    ),
    (setting("x", *STATE, "values", "seq"), "proof 1, A, local state 1: `seq` is 'x', expected an own seq"),
    (setting(True, *STATE, "values", "seq"), "proof 1, A, local state 1: `seq` is True, expected an own seq"),
    (setting(1, *STATE, "values", "client"), "proof 1, A, local state 1: `client` is 1, expected a flag"),
    (setting(1.5, *STATE, "values", "seq"), "proof 1, A, local state 1: 1.5 is not a value"),
    (
        setting(["SYN", "LOUD"], "proofs", 0, "segments", 0, "Flags"),
        "proof 1, segment 0: `Flags` is ('SYN', 'LOUD'), expected a set of flags",
    ),
    (
        setting(["ACK", "SYN"], "proofs", 0, "segments", 0, "Flags"),
        "proof 1, segment 0: `Flags` is ('ACK', 'SYN'), expected a set of flags",
    ),
    (
        setting(None, "proofs", 0, "segments", 0, "Flags"),
        "proof 1, segment 0: `Flags` is None, expected a set of flags",
    ),
    (
        removing("proofs", 0, "segments", 0, "Seq"),
        "proof 1, segment 0: a segment of this document has the fields Flags, Seq, Ack",
    ),
    (
        setting([0, 0, "1"], *VIEW),
        "proof 1, closure 1, view 2: expected two numbers of local states and two sets of segments",
    ),
    (
        setting(99, *VIEW, 0),
        "proof 1, closure 1, view 2: A has no local state 99; they are 0 to 8",
    ),
    (setting(-1, *VIEW, 1), "proof 1, closure 1, view 2: B has no local state -1; they are 0 to 8"),
    (setting(True, *VIEW, 1), "proof 1, closure 1, view 2: B has no local state True; they are 0 to 8"),
    (setting("0", *VIEW, 1), "proof 1, closure 1, view 2: B has no local state '0'; they are 0 to 8"),
    (
        setting("0x1", *VIEW, 2),
        f"proof 1, closure 1, view 2: '0x1' {NO_SET}",
    ),
    (
        setting("-1", *VIEW, 2),
        f"proof 1, closure 1, view 2: '-1' {NO_SET}",
    ),
    (
        setting(1, *VIEW, 2),
        f"proof 1, closure 1, view 2: 1 {NO_SET}",
    ),
    (
        setting("", *VIEW, 3),
        f"proof 1, closure 1, view 2: '' {NO_SET}",
    ),
    (
        setting("400", *VIEW, 3),
        "proof 1, closure 1, view 2: there are 10 segments, and none for all bits of '400'",
    ),
    (
        setting("f" * 5_000, *VIEW, 3),
        "proof 1, closure 1, view 2: there are 10 segments, and none for all bits of '" + "f" * 39,
    ),
    (setting("luck", *CLAIM, "property"), "proof 1, closure 1: textbook has no property `luck`"),
    (
        setting("step", *CLAIM, "kind"),
        "proof 1, closure 1: `numbers agree` is of the kind `invariant`, not `step`",
    ),
    (setting("numbers agree", *CLAIM), "proof 1, closure 1: expected an object"),
]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_is_wrong_is_said(change: Change, said: str) -> None:
    data = json.loads(text_of("textbook"))
    change(data)
    with pytest.raises(FormatError) as error:
        read("textbook", data)
    assert str(error.value) == said


@pytest.mark.parametrize("value", [None, 3, "lastack-proof", [], {}, {"format": "lastack-proof"}])
def test_what_is_no_object_with_our_format(value: Any) -> None:
    with pytest.raises(FormatError):
        read("textbook", value)


def places(data: Any, keys: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """All that stands in a JSON value, by the keys that lead there."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*keys, key)
        yield from places(value, (*keys, key))


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 300), st.text(max_size=3), st.just([]), st.just({}), st.floats()
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_changed_nothing_false_is_accepted(data: st.DataObject) -> None:
    """A file with anything replaced is no proof, refused, or proves what it says."""
    proof = copy.deepcopy(json.loads(text_of("textbook")))
    keys = data.draw(st.sampled_from(list(places(proof))))
    setting(data.draw(JUNK), *keys)(proof)
    try:
        certificates = read("textbook", proof)
    except (FormatError, Refused):
        return
    for certificate in certificates:
        if refusal(certificate) == "":
            name = certificate.scenario.name
            honest = prove_scenario(document("textbook"), certificate.scenario, Limits)
            proved = {p.verdict.property.name for p in honest.proofs if p.verdict.outcome == "proved"}
            assert {claim.name for claim in certificate.claims} <= proved, name
