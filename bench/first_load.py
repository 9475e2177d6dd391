"""What a browser fetches when a page is opened for the first time: requests and bytes on the wire, in real Chromium."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench import ledgers
from bench.figures import Figures
from bench.hammer_server import crowd, prepare, web_process
from bench.pages_clinic import call_id

ABOUT = "kB on the wire (headers too) and requests, cold cache; again: the same page once more, with the cache"
CHROMIUM = "/usr/bin/chromium"
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")
_SETTLES_MS = 1_500  # what a page fetches after its load event
PAGES = {
    "today": "/",
    "roster": "/roster",
    "flow": "/flows/version?template=default&version=0",
    "prompts": "/prompts",
    "bookings": "/bookings",
    "call": f"/calls/{call_id(300)}",
    "test_phone": "/test-phone",
}


@dataclass
class Wire:
    """What went over the wire, by the kind of what was fetched."""

    requests: int = 0
    bytes_by_kind: dict[str, int] = field(default_factory=dict)

    @property
    def kb(self) -> float:
        return round(sum(self.bytes_by_kind.values()) / 1000, 1)


def measure() -> Figures:
    """Each page in a browser that has seen none before; nothing on a machine without the browser."""
    if not Path(CHROMIUM).exists():
        return {"not_measured": f"{CHROMIUM} is not there"}
    figures: Figures = {}
    with ledgers.folder() as folder:
        prepare(folder)
        with web_process(folder) as (_, port), sync_playwright() as playwright:
            name, _, token = crowd(folder, port, clients=1).cookie.partition("=")
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
            cookie = {"name": name, "value": token, "url": f"http://127.0.0.1:{port}"}
            for page, address in PAGES.items():
                figures |= _opened(browser, cookie, page, address)
            browser.close()
    return figures


def _opened(browser: Browser, cookie: Any, name: str, address: str) -> Figures:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    context.add_cookies([cookie])
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    wire = _listen(devtools)
    page.goto(cookie["url"] + address, wait_until="load")
    page.wait_for_timeout(_SETTLES_MS)
    cold = Wire(wire.requests, dict(wire.bytes_by_kind))
    wire.requests, wire.bytes_by_kind = 0, {}
    page.goto(cookie["url"] + address, wait_until="load")
    page.wait_for_timeout(_SETTLES_MS)
    context.close()
    kinds = ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in sorted(cold.bytes_by_kind.items()))
    return {
        f"{name}_kb": cold.kb,
        f"{name}_requests": cold.requests,
        f"{name}_again_kb": wire.kb,
        f"{name}_kinds_kb": kinds,
    }


def _listen(devtools: Any) -> Wire:
    """Count on; a stream of events never ends and is a request without bytes."""
    wire, kinds = Wire(), {}

    def asked(event: Any) -> None:
        if event["request"]["url"].startswith("http"):  # not data: addresses
            wire.requests += 1
            kinds[event["requestId"]] = event.get("type", "Other").lower()

    def finished(event: Any) -> None:
        kind = kinds.get(event["requestId"])
        if kind is not None:
            wire.bytes_by_kind[kind] = wire.bytes_by_kind.get(kind, 0) + int(event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", asked)
    devtools.on("Network.loadingFinished", finished)
    return wire
