"""Pages over the clinic's network: compressed for browsers that take it, and the same pages for those that don't."""

from __future__ import annotations

import gzip

from tests.web.browser import Browser


def test_a_page_is_sent_compressed_to_a_browser_that_takes_it(desk: Browser) -> None:
    plain = desk.get("/account")
    small = desk.get("/account", **{"Accept-Encoding": "gzip, deflate, br"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) == len(small.content) < len(plain.content) / 2
    shown = gzip.decompress(small.content).decode()
    assert shown.splitlines()[:5] == plain.body.splitlines()[:5]
    assert shown.rstrip().endswith("</html>")


def test_a_browser_that_does_not_take_it_gets_the_page_as_it_is(desk: Browser) -> None:
    reply = desk.get("/account", **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in reply.headers
    assert reply.headers["Vary"] == "Accept-Encoding"  # a proxy must not hand it to the other
    assert "</html>" in reply.body


def test_a_few_words_are_not_worth_it(desk: Browser) -> None:
    part = desk.get("/messages/news", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in part.headers


def test_a_file_stays_as_it_is(admin: Browser) -> None:
    table = admin.get("/calls/export", **{"Accept-Encoding": "gzip"})
    assert table.status == 200
    assert "Content-Encoding" not in table.headers
