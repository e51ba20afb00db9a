"""``lastack explore``: a page on which a run is chosen step by step."""

from __future__ import annotations

import secrets
import webbrowser
from collections.abc import Mapping
from typing import Any

import click

from checker.cli import AS_EXPECTED
from checker.cli.messages import complain
from checker.cli.report import one_document
from checker.cli.serving import Refused, Server, Site, is_loopback
from checker.cli.walking import REFUSED, Walking
from checker.document.library import version_of
from checker.show.page.html import page, policy
from checker.show.page.walk import walk_page_value

CONNECT = "'self'"
"""The page may ask its own server, and nobody else."""


@click.command("explore", context_settings={"max_content_width": 80})
@click.argument("document", metavar="DOC")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, metavar="N", help="Serve at this port.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Serve here.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def command(document: str, port: int, host: str, no_browser: bool) -> int:
    """Choose runs of DOC step by step, on a page in the browser.

    The page shows what is enabled and what it does; it goes back, finds the counterexamples of a
    scenario, saves and loads traces, and its address names the run. It is served to this machine
    only, unless --host says otherwise, until Ctrl-C.
    """
    path, protocol = one_document(document, "a page")
    if not protocol.scenarios:
        raise click.UsageError(f"{document}: this has no scenario; one says what may happen")
    walking = Walking(protocol)

    def answer(name: str, question: Any) -> Mapping[str, Any]:
        try:
            return walking.answer(name, question)
        except REFUSED as error:
            raise Refused(str(error)) from None

    text = page(f"{protocol.name}: explore", walk_page_value(protocol, version_of(path)), CONNECT)
    site = Site(
        secrets.token_urlsafe(24), text.encode(), policy(CONNECT), frozenset(walking.questions), answer
    )
    with _server(host, port, site) as server:
        if not is_loopback(host):
            complain(
                f"--host {host}: others on the network can reach this; whoever knows the address can ask"
            )
        click.echo(f"{server.url} (Ctrl-C ends)")
        if not no_browser:
            webbrowser.open(server.url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("\nended")
    return AS_EXPECTED


def _server(host: str, port: int, site: Site) -> Server:
    try:
        return Server(host, port, site)
    except OSError as error:
        raise click.ClickException(f"{host}, port {port}: {error.strerror or error}") from None
