"""The server of ``lastack explore``: one page, and answers to its questions.

Whoever can open a web page in the same browser can send requests to a port of this machine. So all
addresses begin with a random token, requests must name this server as their host (else a name that
somebody points at this machine would do) and, to ask, as their origin. There is no access to files.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

MOST_BYTES = 2_000_000
"""Of a question; a saved trace is far smaller."""


NOTHING = "there is nothing here"


class Refused(Exception):
    """A question that cannot be answered; the message says why."""


@dataclass(frozen=True)
class Site:
    """What is served below the token: the page with its policy, and the ``answer`` to each of the
    ``questions``, which raises ``Refused``."""

    token: str
    page: bytes
    policy: str
    questions: frozenset[str]
    answer: Callable[[str, Any], Mapping[str, Any]]


class Server(ThreadingHTTPServer):
    """Serves a site at a host and a port, 0 for any that is free."""

    daemon_threads = True

    def __init__(self, host: str, port: int, site: Site) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.site = site
        self.host = host
        super().__init__((host, port), Handler)

    def server_bind(self) -> None:
        # Not that of HTTPServer, which asks the network for the name of this machine.
        super(ThreadingHTTPServer, self).server_bind()
        self.server_name, self.server_port = self.host, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has gone is no fault of ours."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{self.server_port}/{self.site.token}/"

    def is_ours(self, host: str) -> bool:
        """Whether a request that names this host means this server."""
        name, colon, port = host.rpartition(":")
        if not colon or port != str(self.server_port):
            return False
        name = name.removeprefix("[").removesuffix("]")
        if is_loopback(self.host):
            return name in {self.host, "localhost"}
        return name == self.host or _is_address(name)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    server_version = "lastack"
    sys_version = ""
    timeout = 30
    headers_of_all: ClassVar[Mapping[str, str]] = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    def do_GET(self) -> None:
        name = self._name()
        if name == "":
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", self.server.site.page)
        elif name is not None:
            self._refuse(HTTPStatus.NOT_FOUND, NOTHING)

    def do_POST(self) -> None:
        name = self._name()
        if name is None:
            return
        if name not in self.server.site.questions:
            self._refuse(HTTPStatus.NOT_FOUND, NOTHING)
        elif not self._comes_from_us():
            self._refuse(HTTPStatus.FORBIDDEN, "questions are only answered to the page of this server")
        elif (body := self._body()) is not None:
            self._answer(name, body)

    def _answer(self, name: str, body: bytes) -> None:
        try:
            question = json.loads(body)
        except (ValueError, RecursionError):
            self._refuse(HTTPStatus.BAD_REQUEST, "this is no JSON")
            return
        try:
            answer = self.server.site.answer(name, question)
        except Refused as error:
            self._refuse(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
            return
        self._send(HTTPStatus.OK, "application/json", json.dumps(answer, ensure_ascii=False).encode())

    # Who asks for what

    def _name(self) -> str | None:
        """What stands behind the token in the address; ``None``, and told so, where the host is
        another one or the token is not there."""
        if not self.server.is_ours(self.headers.get("Host", "")):
            self._refuse(HTTPStatus.FORBIDDEN, "this server goes by another name")
            return None
        start = f"/{self.server.site.token}/"
        if not hmac.compare_digest(self.path[: len(start)].encode(), start.encode()):
            self._refuse(HTTPStatus.NOT_FOUND, NOTHING)
            return None
        return self.path[len(start) :]

    def _comes_from_us(self) -> bool:
        scheme, _, host = self.headers.get("Origin", "").partition("://")
        return scheme == "http" and host == self.headers.get("Host")

    def _body(self) -> bytes | None:
        """What was sent; ``None``, and told so, if that is not what it should be."""
        if self.headers.get_content_type() != "application/json":
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "expected application/json")
            return None
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "expected a Content-Length")
            return None
        if len(length) > 9 or int(length) > MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"expected at most {MOST_BYTES:,} bytes")
            return None
        return self.rfile.read(int(length))

    # Answers

    def _refuse(self, code: int, text: str) -> None:
        self._send(code, "application/json", json.dumps({"error": text}, ensure_ascii=False).encode())

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """As for everything else: what is wrong with the request itself goes here."""
        self._refuse(code, message or HTTPStatus(code).phrase)

    def _send(self, code: int, kind: str, body: bytes) -> None:
        self.send_response(code)
        policy = {"Content-Security-Policy": f"{self.server.site.policy}; frame-ancestors 'none'"}
        sizes = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
        for name, value in {**self.headers_of_all, **policy, **sizes}.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: requests are no news, and the address has the token in it."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server at this host."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
