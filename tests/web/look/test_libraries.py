"""The libraries of the instruments draw what they should although nothing inline may run or style."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.web.look.conftest import served
from webui.assets import PREFIX, asset, serve_asset

PAGE = '<!doctype html><title>x</title><div id="here"></div>{head}<script type="module" src="/module"></script>'

CALENDAR = """
EventCalendar.create(document.getElementById("here"), {
    view: "timeGridWeek", date: "2026-11-23",
    events: [{start: "2026-11-23 09:00", end: "2026-11-23 10:00", title: "Dr Li"}],
});
"""
GRAPH = """
import * as dagre from "%s";
const {Graph, Paper} = joint.dia;
const graph = new Graph({}, {cellNamespace: joint.shapes});
const paper = Paper.extend({stylesheet: ""}); // its rules stand in a sheet of ours
new paper({el: document.getElementById("here"), model: graph, cellViewNamespace: joint.shapes});
const [one, two] = ["greet", "book"].map((name) => new joint.shapes.standard.Rectangle({id: name}));
for (const each of [one, two]) each.resize(100, 40).addTo(graph);
new joint.shapes.standard.Link({source: {id: "greet"}, target: {id: "book"}}).addTo(graph);
const layout = new dagre.graphlib.Graph().setGraph({rankdir: "LR"}).setDefaultEdgeLabel(() => ({}));
for (const each of [one, two]) layout.setNode(each.id, {width: 100, height: 40});
layout.setEdge("greet", "book");
dagre.layout(layout);
for (const each of [one, two]) each.position(layout.node(each.id).x, layout.node(each.id).y);
document.body.dataset.apart = two.position().x - one.position().x;
"""
WAVE = """
import WaveSurfer from "%s";
import { adoptStyles } from "%s";
const peaks = [Float32Array.from({length: 800}, (_, i) => Math.sin(i / 9))];
const wave = WaveSurfer.create({container: "#here", height: 80, peaks, duration: 1});
const root = wave.getWrapper().getRootNode();
adoptStyles(root);
wave.on("ready", () => {
    const layers = [...root.querySelectorAll(".canvases, .progress")].map((each) => each.getBoundingClientRect().top);
    document.body.dataset.layers = new Set(layers).size;
});
"""


@pytest.fixture
def run(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`run(module, head)`: a page with this module of ours, under our policy."""
    context = chromium.new_context()

    def open_page(module: str, head: str = "") -> Page:
        def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if environ["PATH_INFO"].startswith(PREFIX):
                return serve_asset(environ, start_response)
            is_module = environ["PATH_INFO"] == "/module"
            start_response("200 OK", [("Content-Type", "text/javascript" if is_module else "text/html")])
            return [(module if is_module else PAGE.format(head=head)).encode()]

        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        with served(app) as address:
            page.goto(address)
        return page

    yield open_page
    context.close()


def test_the_roster_is_drawn_as_a_week(run: Callable[..., Page]) -> None:
    page = run(CALENDAR, f'<script src="{asset("lib/event-calendar.js")}"></script>')
    page.wait_for_selector(".ec-event")
    assert page.inner_text(".ec-event").endswith("Dr Li")


def test_a_flow_is_drawn_from_left_to_right(run: Callable[..., Page]) -> None:
    page = run(GRAPH % asset("lib/dagre.js"), f'<script src="{asset("lib/joint.js")}"></script>')
    page.wait_for_selector("body[data-apart]")
    assert float(page.get_attribute("body", "data-apart") or 0) > 100
    assert page.locator("#here rect").count() == 2
    assert page.locator("#here style").count() == 0


def test_the_played_part_of_a_recording_lies_over_its_wave(run: Callable[..., Page]) -> None:
    page = run(WAVE % (asset("lib/wavesurfer.js"), asset("js/adopt_styles.js")))
    page.wait_for_selector("body[data-layers]")
    assert page.get_attribute("body", "data-layers") == "1"
