"""What the exchange tells its listeners: only what changed, and never twice."""

from __future__ import annotations

from typing import Any

from firmware.box.news import News

IDLE = {"name": "L1", "state": "idle", "node": None, "since_s": None}
BUSY = {"name": "L1", "state": "busy", "node": "front.main", "since_s": 1.0}


class Paper:
    """Lines that a test sets, and the events that were published."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = [IDLE]
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.news = News(self._publish, lambda: self.lines, lambda: None)

    def _publish(self, event: str, **details: Any) -> None:
        self.events.append((event, details))

    def look(self, *lines: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        self.events.clear()
        self.lines = list(lines)
        self.news.look()
        return self.events


def test_a_line_is_told_when_it_changes_and_not_when_only_time_passes() -> None:
    paper = Paper()
    assert paper.look(IDLE) == [("line", IDLE)]
    assert paper.look(IDLE) == []
    assert paper.look(BUSY) == [("line", BUSY)]
    assert paper.look({**BUSY, "since_s": 99.0}) == []
    further = {**BUSY, "node": "book.day", "since_s": 100.0}
    assert paper.look(further) == [("line", further)]


def test_a_line_that_is_no_more_is_told_once() -> None:
    paper = Paper()
    paper.look(IDLE, {**IDLE, "name": "test"})
    assert paper.look(IDLE) == [("line", {**IDLE, "name": "test", "state": "gone"})]
    assert paper.look(IDLE) == []


def test_many_texts_at_once_are_told_once() -> None:
    paper = Paper()
    paper.look(IDLE)
    for _ in range(50):
        paper.news.texts()
    assert paper.look(IDLE) == [("texts", {})]
    assert paper.look(IDLE) == []


def test_a_call_tells_of_itself_at_once() -> None:
    paper = Paper()
    paper.news.call("c1", "L1", "key", "4 digits")
    assert paper.events == [("call", {"call": "c1", "line": "L1", "kind": "key", "detail": "4 digits"})]
