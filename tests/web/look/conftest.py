"""The sample page with every part of the look, served with our own headers to a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from types import SimpleNamespace
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from playwright.sync_api import Browser, Page, sync_playwright

from firmware.language.catalogue import Catalogue
from firmware.language.values import Name
from webui import render
from webui.assets import PREFIX, serve_asset
from webui.flashes import Flash, Undo
from webui.forms import Form
from webui.guard import WsgiApp, guarded
from webui.words import Words

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
NOW = datetime(2026, 10, 12, 8, 30, tzinfo=UTC)
FRAME_TEXTS = [render.VIEWS.with_name("texts") / f"{name}.yaml" for name in ("common", "look", "sign_in", "navigation")]
WRONG = {"phone": "form.phone"}


def sample_page(language: str, wrong: Mapping[str, str] = WRONG) -> str:
    """tests/web/look/sample.html as the receptionist Wang Fang would see it."""
    words = Words(Catalogue(*FRAME_TEXTS), "zh" if language == "zh" else "en")
    form = Form({"name": "王小明", "phone": "138 0013", "pay": "desk"})
    form.errors.update(wrong)
    environment = render.environment().overlay(
        loader=ChoiceLoader([FileSystemLoader(Path(__file__).parent), FileSystemLoader(render.VIEWS)])
    )
    rooms = [(words(key), symbol, path) for path, key, symbol, _ in render.NAVIGATION]
    return environment.get_template("sample.html").render(
        t=words,
        form=form,
        now=NOW - timedelta(hours=2),
        reader=SimpleNamespace(
            user=SimpleNamespace(name="王芳"),
            path="/bookings",
            office=SimpleNamespace(has_clinic=True),
            profile=SimpleNamespace(name=Name("康宁门诊", "Kangning Clinic")),
        ),
        nav=[
            {"url": path, "text": text, "icon": symbol, "is_current": path == "/", "waiting": 3 * (path == "/messages")}
            for text, symbol, path in rooms
        ],
        flashes=[
            Flash("Booked 08:45. 已预约。", "good", Undo("/undo", {"id": "1"})),
            Flash("The time is taken.", "bad"),
        ],
        form_fields=lambda: Markup('<input type="hidden" name="once" value="1">'),
        clock_time=str,
        moment=str,
        ago=lambda moment: f"{(NOW - moment).seconds // 3600} h ago",
        service="up",
        service_fault="",
        may=lambda right: True,
    )


class Posts(list[str]):
    """What the page's forms sent."""


def application(posts: Posts) -> WsgiApp:
    """The sample page on every address."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PREFIX):
            return serve_asset(environ, start_response)
        if environ["REQUEST_METHOD"] == "POST":
            posts.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode())
        if environ["PATH_INFO"] == "/live":
            start_response("200 OK", [("Content-Type", "text/event-stream")])
            return nothing_happens()
        wishes = environ.get("QUERY_STRING", "").split("&")
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [sample_page("zh" if "zh" in wishes else "en", {} if "right" in wishes else WRONG).encode()]

    return app


def nothing_happens() -> Iterator[bytes]:
    """A stream of events on a quiet day; its thread ends with the process."""
    yield b": quiet\n\n"
    threading.Event().wait()


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def posts() -> Posts:
    return Posts()


@contextmanager
def served(app: WsgiApp) -> Iterator[str]:
    """The address of an application behind our guard."""
    server = make_server("127.0.0.1", 0, guarded(app), Server, Silent)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def address(posts: Posts) -> Iterator[str]:
    sample_page("en")  # a part that is broken says so here, not as a page that never comes
    with served(application(posts)) as found:
        yield found


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ends with these tests: while it is there no other file can have a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """`open_page("dark", "phone", "zh", "right")`: the sample page; `complaints` holds what the browser said of it."""
    contexts = []

    def open_as(*wishes: str) -> Page:
        context = chromium.new_context(
            viewport={"width": 390, "height": 844} if "phone" in wishes else {"width": 1280, "height": 800},
            color_scheme="dark" if "dark" in wishes else "light",
        )
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []  # type: ignore[attr-defined]
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
        page.goto(f"{address}?{'&'.join(wishes)}")
        return page

    yield open_as
    for context in contexts:
        context.close()
