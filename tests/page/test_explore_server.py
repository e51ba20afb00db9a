"""The server of ``lastack explore``: whom it answers, and what."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.cli.serving import MOST_BYTES, Server, Site, is_loopback
from tests.cli.commands import process
from tests.page.explorer import Explorer, explorer


@pytest.fixture(scope="module")
def server() -> Iterator[Explorer]:
    with explorer("textbook") as running:
        yield running


def ask(
    server: Explorer, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """(the code, the headers in small letters, the body)."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    response = connection.getresponse()
    found = response.status, {key.lower(): value for key, value in response.getheaders()}, response.read()
    connection.close()
    return found


def question(server: Explorer, name: str, content: Any, **headers: str) -> tuple[int, Any]:
    given = {"Content_Type": "application/json", "Origin": f"http://127.0.0.1:{server.port}", **headers}
    code, _, body = ask(server, "POST", f"/{server.token}/{name}", json.dumps(content).encode(), **given)
    return code, json.loads(body)


# Who is answered


def test_the_page_comes_with_its_policy(server: Explorer) -> None:
    code, headers, body = ask(server, "GET", f"/{server.token}/")
    assert code == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "connect-src 'self'" in policy
    assert policy.endswith("frame-ancestors 'none'")
    assert policy.removesuffix("; frame-ancestors 'none'") in body.decode()
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "python" not in headers["server"].lower()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/TOKEN",
        "/TOKENx/",
        "/TOKEN/walk",
        "/TOKEN/../../etc/passwd",
        "/TOKEN/%2e%2e/%2e%2e/etc/passwd",
        "/TOKEN//etc/passwd",
        "/TOKEN/page.css",
        "/etc/passwd",
        "/favicon.ico",
        "/?TOKEN/",
        "/\u00e9/",
    ],
)
def test_there_is_nothing_but_the_page(server: Explorer, path: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        line = f"GET {path.replace('TOKEN', server.token)} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n"
        connection.sendall(line.encode())
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.0 404 ")
    assert b"there is nothing here" in answer
    assert b"Content-Security-Policy" in answer


@pytest.mark.parametrize(
    "host", ["evil.example:PORT", "127.0.0.1", "127.0.0.1:1", "[::1]:PORT", "", "127.0.0.1.evil.example:PORT"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_host_is_refused(server: Explorer, host: str, method: str) -> None:
    named = host.replace("PORT", str(server.port))
    code, _, body = ask(server, method, f"/{server.token}/", b"{}", Host=named)
    assert code == 403
    assert b"goes by another name" in body


def test_localhost_is_another_name_of_it(server: Explorer) -> None:
    host = f"localhost:{server.port}"
    assert ask(server, "GET", f"/{server.token}/", Host=host)[0] == 200
    asked = {"scenario": "three-way", "choices": []}
    assert question(server, "walk", asked, Host=host, Origin=f"http://{host}")[0] == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "https://127.0.0.1:PORT",
        "http://127.0.0.1:1",
        "http://localhost:PORT",
    ],
)
def test_another_origin_is_refused(server: Explorer, origin: str) -> None:
    named = origin.replace("PORT", str(server.port))
    code, answer = question(server, "walk", {"scenario": "three-way", "choices": []}, Origin=named)
    assert code == 403
    assert "run" not in answer


def test_a_request_without_an_origin_is_refused(server: Explorer) -> None:
    code, _, _ = ask(server, "POST", f"/{server.token}/walk", b"{}", Content_Type="application/json")
    assert code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"])
def test_other_methods_are_refused(server: Explorer, method: str) -> None:
    code, headers, _ = ask(server, method, f"/{server.token}/")
    assert code == 501
    assert "content-security-policy" in headers


def test_questions_have_a_kind_and_a_size(server: Explorer) -> None:
    path, origin = f"/{server.token}/walk", f"http://127.0.0.1:{server.port}"
    json_kind = {"Content_Type": "application/json", "Origin": origin}
    assert ask(server, "POST", path, b"{}", Origin=origin, Content_Type="text/plain")[0] == 415
    assert ask(server, "POST", path, b"{", **json_kind)[0] == 400
    assert ask(server, "POST", path, b"[" * 100_000, **json_kind)[0] == 400
    assert ask(server, "POST", path, b"\xff", **json_kind)[0] == 400
    assert ask(server, "POST", path, b"", Content_Length=str(MOST_BYTES + 1), **json_kind)[0] == 413
    assert ask(server, "POST", path, b"", Content_Length="9" * 30, **json_kind)[0] == 413
    assert ask(server, "POST", path, b"", Content_Length="-1", **json_kind)[0] == 411
    assert ask(server, "POST", f"/{server.token}/nothing", b"{}", **json_kind)[0] == 404


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="there is no list of sockets to read")
def test_only_this_machine_is_listened_to(server: Explorer) -> None:
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    listening = [line.split()[1] for line in lines if line.split()[3] == "0A"]
    assert [place for place in listening if place.endswith(f":{server.port:04X}")] == [
        f"0100007F:{server.port:04X}"
    ]


def test_names_are_refused_where_others_may_ask() -> None:
    """Listening everywhere, a server is known by addresses only: a name may be anybody's."""
    site = Site("t", b"", "", frozenset(), lambda name, content: {})
    with Server("0.0.0.0", 0, site) as server:
        port = server.server_port
        assert server.is_ours(f"192.0.2.7:{port}")
        assert server.is_ours(f"[2001:db8::1]:{port}")
        assert not server.is_ours(f"evil.example:{port}")
        assert not server.is_ours(f"192.0.2.7:{port + 1}")
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost")] == [True] * 3
    assert [is_loopback(host) for host in ("0.0.0.0", "192.0.2.7", "evil.example")] == [False] * 3


# What is answered


def test_a_run_is_walked(server: Explorer) -> None:
    code, answer = question(server, "walk", {"scenario": "SYN lost", "choices": [0]})
    assert code == 200
    assert [choice["words"] for choice in answer["enabled"]] == [
        "<FLAGS=SYN><Seq=100> from A is lost, place 1",
        "<FLAGS=SYN><Seq=100> from A arrives at B",
    ]
    assert [answer["texts"][step["words"]] for step in answer["run"]["steps"]] == ["A: connect"]
    assert question(server, "walk", {"scenario": "SYN lost", "choices": [0, 0]})[1]["enabled"] == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([], "expected an object"),
        ({}, "`scenario` is missing"),
        ({"scenario": "nobody", "choices": []}, "there is no scenario `nobody`"),
        ({"scenario": "SYN lost"}, "`choices` is missing"),
        ({"scenario": "SYN lost", "choices": [7]}, "step 1: there is no choice 7, only 0 to 0"),
        ({"scenario": "SYN lost", "choices": [-1]}, "there is no choice -1"),
        ({"scenario": "SYN lost", "choices": [0, 0, 0]}, "step 3: there is no choice 0, nothing is enabled"),
        ({"scenario": "SYN lost", "choices": ["0"]}, "not all numbers"),
        ({"scenario": "SYN lost", "choices": [True]}, "not all numbers"),
        ({"scenario": "SYN lost", "choices": [0] * 501}, "at most 500 steps"),
        ({"scenario": "SYN lost", "choices": [0], "loop": 2}, "`loop` is not the number of a step"),
        ({"scenario": "SYN lost", "choices": [0], "stuck": "1"}, "`stuck` is not an integer"),
    ],
)
def test_what_cannot_be_walked_is_told(server: Explorer, asked: Any, said: str) -> None:
    code, answer = question(server, "walk", asked)
    assert code == 422
    assert said in answer["error"]


def test_counterexamples_are_found_and_can_be_walked(server: Explorer) -> None:
    code, found = question(server, "find", {"scenario": "TIME-WAIT too short"})
    assert (code, found["complete"]) == (200, True)
    (run,) = found["runs"]
    assert (run["property"], run["outcome"], run["wrong"]) == ("last ACK", "violated", False)
    asked = {key: run[key] for key in ("choices", "loop", "stuck")}
    code, answer = question(server, "walk", {"scenario": "TIME-WAIT too short", **asked})
    assert (code, len(answer["run"]["steps"])) == (200, 13)
    assert (answer["run"]["loop"], answer["run"]["stuck"], answer["same"]) == (11, 11, 11)


def test_a_cycle_that_is_none_is_not_shown_as_one(server: Explorer) -> None:
    answer = question(server, "walk", {"scenario": "SYN lost", "choices": [0], "loop": 0})[1]
    assert answer["run"]["loop"] is None


def test_a_saved_run_replays_and_is_loaded(server: Explorer, tmp_path: Path) -> None:
    asked = {"scenario": "last ACK lost", "choices": [0, 1, 1]}
    code, trace = question(server, "save", asked)
    assert code == 200
    path = tmp_path / "run.json"
    path.write_text(json.dumps(trace), encoding="utf-8")
    assert process("replay", path, "textbook").code == 0
    loaded = question(server, "load", {"trace": trace})
    assert loaded == (200, {**asked, "loop": None, "stuck": None})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "other"}, "this is no lastack-trace"),
        ({"capacity": 3}, "the trace changes the scenario"),
        ({"initial": None}, "expected an object"),
        ({"document": "rfc9293", "scenario": "x"}, "this is a trace of rfc9293, not of textbook"),
    ],
)
def test_what_cannot_be_loaded_is_told(server: Explorer, change: dict[str, Any], said: str) -> None:
    trace = question(server, "save", {"scenario": "SYN lost", "choices": [0]})[1]
    code, answer = question(server, "load", {"trace": {**trace, **change}})
    assert code == 422
    assert said in answer["error"]


def test_a_trace_that_does_not_run_is_not_loaded(server: Explorer) -> None:
    trace = question(server, "save", {"scenario": "SYN lost", "choices": [0, 0]})[1]
    trace["steps"][1]["after"]["A"]["state"] = "LISTEN"
    code, answer = question(server, "load", {"trace": trace})
    assert (code, answer["error"]) == (422, "step 2 has another effect")


# The command


def test_the_server_ends_with_a_line() -> None:
    with explorer("textbook") as server:
        assert ask(server, "GET", f"/{server.token}/")[0] == 200
        assert server.end() == (0, "\nended\n", "")


@pytest.mark.slow
def test_every_server_has_a_token_of_its_own(server: Explorer) -> None:
    with explorer("textbook") as other:
        assert other.token != server.token
        assert len(server.token) >= 32


def test_a_port_that_is_taken_is_told(server: Explorer) -> None:
    ran = process("explore", "textbook", "--no-browser", "--port", server.port)
    assert ran.code == 2
    assert ran.err == f"lastack: 127.0.0.1, port {server.port}: Address already in use\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("document", "said"), [("nobody", "nobody"), ("changes", "not of a folder"), ("claims", "decides claims")]
)
def test_what_cannot_be_explored(document: str, said: str) -> None:
    ran = process("explore", document, "--no-browser")
    assert ran.code == 2
    assert said in ran.err
