from __future__ import annotations

import pytest

from tests.web.conftest import Page


def test_every_reply_forbids_what_the_page_does_not_need(page: Page) -> None:
    for path in ("/", "/static/style.css", "/nothing-here"):
        headers = page(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_the_page_holds_no_inline_script_or_style(page: Page) -> None:
    body = page().body
    assert "<style" not in body
    assert " style=" not in body
    assert " on" + "click" not in body
    assert body.count("<script") == body.count('<script src="/static/')


@pytest.mark.parametrize("host", ["evil.example", "192.168.1.5:8080", "localhost.evil.example:8080", "", "[::1"])
def test_only_a_reader_on_the_box_itself_is_answered(page: Page, host: str) -> None:
    assert page(HTTP_HOST=host).status.startswith("421")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080"])
def test_the_box_is_known_by_its_local_names(page: Page, host: str) -> None:
    assert page(HTTP_HOST=host).status == "200 OK"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "X"])
def test_nothing_can_be_changed(page: Page, method: str) -> None:
    assert page(method=method).status.startswith("405")


@pytest.mark.parametrize("header", [{"CONTENT_LENGTH": "9999999999"}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_a_request_with_a_body_is_refused(page: Page, header: dict[str, str]) -> None:
    assert page(**header).status.startswith("413")


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/..%2fapp.py", "/static//etc/passwd", "/static/x\x00y"])
def test_only_the_static_folder_is_served(page: Page, path: str) -> None:
    assert page(path).status[:3] in ("403", "404")
