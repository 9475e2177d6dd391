"""A new version on its way: pasted or as a file, checked, looked at, then published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bottle import HTTPResponse, request

from firmware.ivr import document, flow_text
from firmware.ivr.checker import Issue
from firmware.ivr.document import FlowError, FlowSet
from firmware.ivr.flow_text import LONGEST_TEXT
from firmware.ivr.nodes import Address
from firmware.staff.rights import Right
from webui import sayings
from webui.reader import Reader
from webui.recordings import StaffRecordings
from webui.rooms.flows import shelf
from webui.rooms.flows.lengths import lengths
from webui.rooms.flows.nodes import Picture
from webui.rooms.flows.version import drawn
from webui.routes import Routes

DRAFT_BYTES = 90 * 1024  # a form of this size is still taken whole


@dataclass
class Draft:
    """What was sent, as far as it can be understood."""

    text: str
    problem: str = ""  # a text key: there is nothing to check
    fault: str = ""  # why it can't be read, in the reader's language
    plain: Any = None
    flows: FlowSet | None = None
    issues: list[Issue] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(issue.is_error for issue in self.issues)

    @property
    def is_good(self) -> bool:
        return self.flows is not None and not self.errors


@dataclass(frozen=True)
class Finding:
    """One line of the checker, in words."""

    is_error: bool
    where: str  # the node's name in words
    what: str
    target: str  # "flow.node" when it is one
    line: int


def add_to(routes: Routes) -> None:
    routes.get(shelf.DRAFT, begin, Right.FLOWS)
    routes.post(shelf.DRAFT, check, Right.FLOWS, body_limit=DRAFT_BYTES)


def begin(reader: Reader) -> HTTPResponse:
    """The form, with the text of the version that it should begin from."""
    wanted = shelf.asked(reader, reader.query)
    text = reader.office.places.book.as_yaml(*wanted) if wanted else ""
    return reader.page("flows/draft.html", draft=None, text=text, findings=[])


def check(reader: Reader) -> HTTPResponse:
    """What is wrong with the draft; nothing is changed."""
    return page(reader, read(reader))


def read(reader: Reader) -> Draft:
    """The draft of the form: the file when there is one, else the text."""
    try:
        text = _sent(reader)
    except UnicodeDecodeError:
        return Draft("", "flows.draft_not_text")
    if not text.strip():
        return Draft("", "flows.draft_empty")
    if len(text) > LONGEST_TEXT:
        return Draft("", "flows.draft_too_long")
    draft = Draft(text)
    try:
        draft.plain = flow_text.read(text)
        draft.flows = document.parse(draft.plain)
        seconds = lengths(StaffRecordings(reader.office.folders.staff_recordings))
        draft.issues = reader.office.places.book.check(draft.plain, seconds)
    except FlowError as error:
        draft.fault = sayings.in_language(str(error), reader.language)
    return draft


def page(reader: Reader, draft: Draft) -> HTTPResponse:
    """The draft with its findings, and the picture when it can be drawn."""
    context = drawn(Picture(draft.flows, reader.words, draft.issues)) if draft.flows else {}
    return reader.page(
        "flows/draft.html",
        200 if draft.is_good else 422,
        draft=draft,
        text=draft.text,
        findings=_findings(reader, draft),
        **context,
    )


def _sent(reader: Reader) -> str:
    upload = reader.upload("file")
    if upload is not None:
        content: bytes = upload.file.read(DRAFT_BYTES)
        return content.decode("utf-8-sig")
    return str(request.forms.decode().get("text", "")).replace("\r\n", "\n")


def _findings(reader: Reader, draft: Draft) -> list[Finding]:
    if draft.flows is None:
        return []
    lines = flow_text.lines(draft.text)
    picture = Picture(draft.flows, reader.words)
    return [_finding(picture, issue, lines) for issue in draft.issues]


def _finding(picture: Picture, issue: Issue, lines: dict[str, int]) -> Finding:
    words = picture.words
    flow, _, node = issue.where.rpartition(".")
    is_node = flow in picture.flows.flows and node in picture.flows.flows[flow].nodes
    where = issue.where
    if is_node:
        where = f"{picture.flow_title(flow)} · {picture.title(Address(flow, node))}"
    what = sayings.in_language(issue.what, words.language)
    return Finding(issue.is_error, where, what, issue.where if is_node else "", lines.get(issue.where, 0))
