"""What differs between two versions of a template, node by node, in the words of the pictures."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from bottle import HTTPResponse

from firmware.ivr.document import FlowSet
from firmware.language.values import LANGUAGES
from firmware.staff.rights import Right
from webui import refusals
from webui.reader import Reader
from webui.rooms.flows import shelf
from webui.rooms.flows.nodes import ExitView, NodeView, Picture
from webui.routes import Routes
from webui.said import said


@dataclass(frozen=True)
class Part:
    """Something that differs; a line begins with "-" (only in the earlier), "+" (only in the later) or a blank."""

    title: str
    state: str  # added, removed, changed
    lines: list[tuple[str, str]]


def add_to(routes: Routes) -> None:
    routes.get(shelf.DIFFERENCE, show, Right.FLOWS)


def show(reader: Reader) -> HTTPResponse:
    before, after = (shelf.asked(reader, reader.query, name) for name in ("from", "to"))
    if before is None or after is None:
        return refusals.page(reader, 404)
    book, template = reader.office.places.book, before[0]
    pictures = [Picture(book.version(*each), reader.words) for each in (before, after)]
    versions = [edition.version for edition in book.history(template)]
    numbers = [*([0] if shelf.is_shipped(template) else []), *versions]
    return reader.page(
        "flows/difference.html",
        name=template,
        title=shelf.template_title(reader.words, template),
        choices=[(number, shelf.version_title(reader.words, number)) for number in reversed(numbers)],
        before=before[1],
        after=after[1],
        parts_differing=list(_parts(*pictures)),
    )


def _parts(before: Picture, after: Picture) -> Iterator[Part]:
    yield from _part(after.words("flows.frame"), _frame(before), _frame(after))
    nodes = [dict(_nodes(each)) for each in (before, after)]
    for address in [*nodes[1], *(each for each in nodes[0] if each not in nodes[1])]:
        old, new = (each.get(address) for each in nodes)
        title = " · ".join((new or old or ("", []))[0].split("\n"))
        yield from _part(title, old[1] if old else [], new[1] if new else [])


def _part(title: str, old: list[str], new: list[str]) -> Iterator[Part]:
    if old != new:
        state = "changed" if old and new else "added" if new else "removed"
        compared = [line for line in difflib.ndiff(old, new) if not line.startswith("?")]
        yield Part(title, state, [(line[0], line[2:]) for line in compared])


def _nodes(picture: Picture) -> Iterator[tuple[str, tuple[str, list[str]]]]:
    for flow in picture.flow_views():
        for node in flow.nodes:
            yield node.address, (f"{flow.title}\n{node.title}", list(_lines(picture, node)))


def _lines(picture: Picture, node: NodeView) -> Iterator[str]:
    t = picture.words
    yield node.kind_title
    if node.is_start:
        yield t("flows.start")
    for text in node.texts:
        yield from (f"{t('flows.says')}: {text[language]}" for language in LANGUAGES)
    yield from node.facts
    yield from (_exit_line(picture, each) for each in node.exits)


def _exit_line(picture: Picture, each: ExitView) -> str:
    key = f"{picture.words('flows.key', press=each.key)} " if each.key else ""
    node = f" [{each.target}]" if each.target else ""  # two nodes may have the same words
    return f"{key}{each.label} → {each.target_title}{node}"


def _frame(picture: Picture) -> list[str]:
    t, flows = picture.words, picture.flows
    lines = [f"{t('flows.frame.entries')}: {entry} → {picture.title(to)}" for entry, to in flows.entries.items()]
    for name in ("main", "gave_up", "trouble", "enough"):
        lines.append(f"{t(f'flows.frame.{name}')} → {picture.title(getattr(flows, name))}")
    lines += [f"{t('flows.frame.always')}: {_exit_line(picture, each)}" for each in picture.always()]
    return lines + _reminder(flows, picture)


def _reminder(flows: FlowSet, picture: Picture) -> list[str]:
    t = picture.words
    return [f"{t('flows.frame.reminder')}: {said(flows.reminder, t.language)}"] if flows.reminder else []
