"""What holds for every request and every reply, whatever the application behind it does."""

from __future__ import annotations

from typing import Any

import pytest

from webui.guard import guarded

Reply = tuple[str, dict[str, str]]


def ask(**environ: str) -> Reply:
    """An application that answers everything, behind the guard."""

    def app(_: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain"), ("X-Frame-Options", "ALLOWALL")])
        return [b"patients"]

    started: list[Any] = []
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}
    body = b"".join(guarded(app)({**asked, **environ}, lambda *given: started.append(given)))
    status, headers = started[0]
    assert (body == b"patients") == (status == "200 OK")
    assert len({name.lower() for name, _ in headers}) == len(headers)
    return status, dict(headers)


def test_every_reply_forbids_what_a_page_does_not_need() -> None:
    for status, headers in (ask(), ask(HTTP_HOST="evil.example")):
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'", status
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cross-Origin-Resource-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "same-origin"


def test_nothing_is_kept_by_browsers_unless_it_says_so() -> None:
    assert ask()[1]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "", "[::1", "clinic.com:8080",
        "localhost:8080:80", "localhost,evil.example", "evil.example#localhost", "user@localhost", "localhost ",
    ],
)  # fmt: skip
def test_names_that_somebody_else_could_have_given_us_are_not_answered(host: str) -> None:
    assert ask(HTTP_HOST=host)[0].startswith("421")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "192.168.1.7"])
def test_our_own_names_and_addresses_are(host: str) -> None:
    assert ask(HTTP_HOST=host)[0] == "200 OK"


@pytest.mark.parametrize(
    "address", ["203.0.113.9", "8.8.8.8", "2001:db8::1", "", "::ffff:203.0.113.9", "127.0.0.1, 8.8.8.8"]
)
def test_the_internet_is_not_answered(address: str) -> None:
    assert ask(REMOTE_ADDR=address)[0].startswith("403")


def test_what_a_proxy_would_say_of_the_asker_is_not_believed() -> None:
    assert ask(REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="192.168.1.2")[0].startswith("403")


@pytest.mark.parametrize("address", ["192.168.1.20", "10.0.0.3", "172.16.9.9", "::ffff:192.168.1.20", "fd00::7"])
def test_the_clinics_network_is(address: str) -> None:
    assert ask(REMOTE_ADDR=address)[0] == "200 OK"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "get", "X", ""])
def test_only_three_methods_are_known(method: str) -> None:
    assert ask(REQUEST_METHOD=method)[0].startswith("405")


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "１２", "9" * 5000, " 5"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert ask(REQUEST_METHOD="POST", CONTENT_LENGTH=length)[0].startswith("400")


def test_only_forms_have_a_body_and_they_say_how_long_it_is() -> None:
    assert ask(CONTENT_LENGTH="5")[0].startswith("413")
    assert ask(REQUEST_METHOD="POST", HTTP_TRANSFER_ENCODING="chunked")[0].startswith("411")
