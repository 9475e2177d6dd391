"""Walks through all pages that a person can come to, following links, live parts and what forms ask for."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from bottle import HTTPError

from tests.web.browser import Browser, Reply
from webui.app import all_routes
from webui.routes import PAGE

_LEADS_ON = ("href", "src", "hx-get", "action")
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"])
MOST_OF_A_KIND = 4  # addresses of one rule: the fifth patient shows nothing new


@dataclass
class Element:
    """One element as a browser would understand it."""

    tag: str
    attributes: dict[str, str | None]


@dataclass
class Elements(HTMLParser):
    """All elements of a page, and the text with the elements around it."""

    elements: list[Element] = field(default_factory=list)
    texts: list[tuple[str, list[Element]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.texts.append((data, list(self._open)))


def elements_of(reply: Reply) -> Elements:
    found = Elements()
    found.feed(reply.body)
    return found


def walk(browser: Browser, begin: tuple[str, ...] = ("/",)) -> Iterator[tuple[str, Reply]]:
    """Every page and part, at most `MOST_OF_A_KIND` of one kind, with its address."""
    router = all_routes().build().router
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    waiting = deque(begin)
    while waiting:
        address = waiting.popleft()
        path = urlsplit(address).path
        try:
            route = router.match({"REQUEST_METHOD": "GET", "PATH_INFO": path})[0].config["clinicbox"]
        except HTTPError:
            continue
        if address in seen or kinds[route.rule] >= MOST_OF_A_KIND or route.kind != PAGE:
            continue
        seen.add(address)
        kinds[route.rule] += 1
        reply = browser.get(address)
        yield address, reply
        if "html" in reply.headers.get("Content-Type", ""):
            waiting.extend(urljoin(address, each) for each in leads(elements_of(reply)))


def leads(page: Elements) -> list[str]:
    """Where the page's links, images, parts and forms lead on our own box."""
    given = [value for each in page.elements for name, value in each.attributes.items() if name in _LEADS_ON]
    return [value for value in given if value and value[0] in "/?" and not value.startswith("/assets/")]
