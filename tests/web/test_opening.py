"""What is in the way of all pages is said in one sentence, until it is mended."""

from __future__ import annotations

from firmware.language.catalogue import CatalogueError
from firmware.storage.errors import StorageError
from tests.web.browser import Reply, WsgiApp
from webui.opening import OpeningApp


def ask(app: WsgiApp) -> Reply:
    started: list[tuple[str, list[tuple[str, str]]]] = []
    content = b"".join(app({}, lambda status, headers: started.append((status, headers))))
    return Reply(*started[0], content)


def test_pages_come_when_what_was_in_the_way_is_mended() -> None:
    troubles: list[Exception] = [
        CatalogueError("roster.yaml, line 12: no colon"),
        StorageError("damaged"),
    ]

    def make_app() -> WsgiApp:
        if troubles:
            raise troubles.pop(0)
        return lambda _, start: (start("200 OK", []), [b"Today"])[1]

    app = OpeningApp(make_app)
    first, second, third = ask(app), ask(app), ask(app)
    assert (first.status, first.body) == (503, "roster.yaml, line 12: no colon\n")
    assert (second.status, second.body) == (503, "damaged\n")
    assert (third.status, third.body) == (200, "Today")
