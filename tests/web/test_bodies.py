"""What a form may be on the wire: cut off, bent or blown up, it changes nothing and is refused in words."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import pytest

from tests.web.browser import Browser, Reply
from webui.bodies import LARGEST_HEAD, MOST_PARTS

PARTS = "multipart/form-data; boundary=line"


def part(name: str, value: bytes, *more: str) -> bytes:
    head = "\r\n".join((f'--line\r\nContent-Disposition: form-data; name="{name}"', *more))
    return head.encode() + b"\r\n\r\n" + value + b"\r\n"


def send(browser: Browser, body: bytes, kind: str = PARTS, **headers: str) -> Reply:
    """Sign out: a change that shows whether it happened."""
    return browser.send_raw("/sign-out", body, Content_Type=kind, **headers)


@pytest.fixture
def csrf(admin: Browser) -> str:
    return admin.get("/account").form("/sign-out").fields["csrf"]


def test_a_form_in_parts_is_understood(admin: Browser, csrf: str) -> None:
    body = part("csrf", csrf.encode()) + part("name", "王小明".encode())
    assert send(admin, body + b"--line--\r\n").status == 303
    assert send(admin, b"", "text/plain").status == 401  # it was carried out: nobody is signed in here any more


def test_a_form_that_broke_off_changes_nothing(admin: Browser, csrf: str) -> None:
    """The line was cut while the form was on its way: what has come looks like a shorter form."""
    body = urlencode({"csrf": csrf, "once": "1", "rest": "x" * 100}).encode()
    reply = send(admin, body[:-50], "application/x-www-form-urlencoded", Content_Length=str(len(body)))
    assert reply.status == 400
    assert "did not arrive whole" in reply.text
    assert admin.get("/account", follow=False).status == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x", PARTS),
        (b"", PARTS),
        (b"--line--\r\nmore", PARTS),
        (part("a", b"\xff") + b"--line--", PARTS),
        (part("a", b"x", "Content-Type: text/plain; charset=klingon") + b"--line--", PARTS),
        (part("a", b"x", "Content-Length: many") + b"--line--", PARTS),
        (b"--line\r\n\r\nx\r\n--line--", PARTS),
        (b"--line\r\nno colon\r\n\r\nx\r\n--line--", PARTS),
        (part("a", b"x"), PARTS),
        (b"a=1", "multipart/form-data"),
        (b"a=1", "multipart/form-data; boundary="),
        (b"a=1", "multipart/form-data; boundary=" + "x" * 71),
        (b"a=1", "multipart/mixed; boundary=line"),
        (b"a=1", "multipart/form-data; boundary=line; charset=klingon"),
        (b"a=1", "Multipart/form-data; xboundary=a; boundary=b"),
        (b"a=1", 'multipart/form-data; boundary="li,ne"'),
    ],
)
def test_what_no_browser_sends_is_refused_without_breaking(admin: Browser, body: bytes, kind: str) -> None:
    reply = send(admin, body, kind)
    assert reply.status == 400
    assert "nothing was saved" in reply.text


def test_a_thousand_parts_are_not_taken_apart(admin: Browser) -> None:
    assert send(admin, part("a", b"") * (MOST_PARTS + 1) + b"--line--").status == 400


@pytest.mark.timeout(20)
def test_a_head_without_end_costs_no_time(admin: Browser) -> None:
    """Ten megabytes of folded lines would keep Bottle busy for hours; a recording may be that large."""
    body = part("csrf", b"", "X: y", *[" z"] * 2_400_000) + b"--line--"
    began = time.process_time()
    assert admin.send_raw("/prompts/record", body, Content_Type=PARTS).status == 400
    assert time.process_time() - began < 2
    assert len(body) > LARGEST_HEAD


def test_halves_of_characters_reach_no_page(admin: Browser, csrf: str) -> None:
    """UTF-7 can hold what no text may: the ledger could not write it down."""
    half = part("name", b"+2AA-", "Content-Type: text/plain; charset=utf-7")
    rest = part("csrf", csrf.encode()) + part("once", b"1") + part("language", b"en")
    reply = admin.send_raw("/account", rest + half + b"--line--", Content_Type=PARTS)
    assert reply.status == 303
    assert admin.get("/account").form("/account").fields["name"] == "?"
