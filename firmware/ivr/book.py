"""The flow book: what ships with the box and what the clinic has published, by template and version.

Publishing makes a new version, which new dialogues take; those under way finish on the version they began with.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from tinydb import Query
from tinydb.table import Document

from firmware.ivr import checker, document
from firmware.ivr.checker import Issue, Known, Seconds
from firmware.ivr.document import FlowError, FlowSet
from firmware.ivr.flow_text import write
from firmware.storage.documents import SetupDocuments
from firmware.storage.errors import StorageError

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).with_name("flows")
TABLE = "flows"
DEFAULT = "default"
CURRENT = "flow"  # the document that names the template in use


class FlowRefused(FlowError):
    """A draft may not be published: `issues` name the nodes."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__("; ".join(str(issue) for issue in issues if issue.is_error))
        self.issues = issues


@dataclass(frozen=True)
class Edition:
    """Who put which version of a template into use, and when; version 0 is the shipped one."""

    template: str
    version: int
    who: str
    at: str
    returns_to: int | None = None  # rolled back: the version whose text this one has again


@dataclass(frozen=True)
class _Kept:
    """What the set-up documents hold of flows, as of their stamp."""

    stamp: tuple[int, int] | None
    template: str
    rows: list[dict[str, Any]]


class FlowBook:
    """The flows of a box; may be asked from any thread."""

    def __init__(self, documents: SetupDocuments, known: Known, seconds: Seconds | None = None) -> None:
        self._documents = documents
        self._known = known
        self._seconds = seconds
        self._read: dict[tuple[str, int], FlowSet] = {}
        self._known_fault: str | None = None
        self._last_kept: _Kept | None = None

    def current(self) -> FlowSet:
        """What new dialogues take: the template in use in its newest version. If that cannot be read, the last one that
        can: a caller is never sent away because of a document."""
        flows, fault = self._choose()
        if fault != self._known_fault:
            log.log(logging.ERROR if fault else logging.INFO, "the flows: %s", fault or "as they should be again")
            self._known_fault = fault
        return flows

    @property
    def fault(self) -> str | None:
        """Why `current` is not what the clinic has chosen; None when it is."""
        return self._choose()[1]

    def _choose(self) -> tuple[FlowSet, str | None]:
        fault = None
        for choose in (self._chosen, *self._earlier()):
            try:
                return choose(), fault
            except (FlowError, StorageError, OSError) as error:
                fault = fault or str(error)
        return self.version(DEFAULT, 0), fault

    def _chosen(self) -> FlowSet:
        return self.newest(self._template())

    def _earlier(self) -> Iterator[Callable[[], FlowSet]]:
        """The template's other versions, newest first, then the shipped one."""
        try:
            template = self._template()
            versions = [edition.version for edition in self.history(template)]
        except (FlowError, StorageError, OSError):
            return
        for version in (*reversed(versions), 0):
            yield partial(self.version, template, version)

    def _template(self) -> str:
        return self._kept().template

    def _kept(self) -> _Kept:
        """Read anew only when the documents have changed: they grow with every version."""
        stamp, kept = self._documents.stamp(), self._last_kept
        if kept is None or kept.stamp != stamp:
            with self._documents.reading() as db:
                current = db.table(CURRENT).get(doc_id=1)
                template = current.get("template", DEFAULT) if isinstance(current, Document) else DEFAULT
                kept = _Kept(stamp, str(template), [dict(row) for row in db.table(TABLE).all()])
            self._last_kept = kept
        return kept

    def templates(self) -> list[str]:
        """Every template there is: the shipped ones and those that the clinic has published, by name."""
        shipped = {file.stem for file in SHIPPED.glob("*.yaml")}
        return sorted(shipped | {str(row["template"]) for row in self._kept().rows if "template" in row})

    def newest(self, template: str) -> FlowSet:
        editions = self.history(template)
        return self.version(template, editions[-1].version if editions else 0)

    def version(self, template: str, version: int) -> FlowSet:
        """One version of a template, as running dialogues need it; raises `FlowError` if there is none."""
        known = self._read.get((template, version))
        if known is None:
            known = document.parse(self.text(template, version), version)
            self._read[template, version] = known
        return known

    def text(self, template: str, version: int) -> Any:
        """The plain document of a version, to be edited and published again."""
        if version == 0:
            return _shipped(template)
        for row in self._kept().rows:
            if (row.get("template"), row.get("version")) == (template, version):
                return row["text"]
        raise FlowError(f"there is no version {version} of the template {template!r}")

    def as_yaml(self, template: str, version: int) -> str:
        """The document of a version as people edit it: the shipped ones with their comments."""
        return _shipped_file(template).read_text("utf-8") if version == 0 else write(self.text(template, version))

    def history(self, template: str) -> list[Edition]:
        """What was published, oldest first."""
        found = [_edition(row) for row in self._kept().rows if row.get("template") == template]
        return sorted(found, key=lambda edition: edition.version)

    def use(self, template: str) -> None:
        """New dialogues take this template from now on; raises `FlowError` if there is no such template."""
        self.newest(template)
        self._documents.save(CURRENT, {"template": template})
        self._last_kept = None  # the stamp's clock may be too coarse for two changes in a row

    def check(self, text: Any, seconds: Seconds | None = None) -> list[Issue]:
        """What is wrong with a draft; raises `FlowError` if it cannot even be read."""
        return checker.check(document.parse(text), self._known, seconds or self._seconds)

    def publish(self, text: Any, who: str, now: datetime) -> Edition:
        """Make a draft the newest version of its template; raises `FlowError` or `FlowRefused`."""
        issues = self.check(text)
        if any(issue.is_error for issue in issues):
            raise FlowRefused(issues)
        return self._add(text, who, now)

    def roll_back(self, template: str, version: int, who: str, now: datetime) -> Edition:
        """Make an earlier version the newest again, as a version of its own."""
        return self._add(self.text(template, version), who, now, returns_to=version)

    def _add(self, text: Any, who: str, now: datetime, returns_to: int | None = None) -> Edition:
        template = str(text["template"])
        with self._documents.changing() as db:
            table = db.table(TABLE)
            versions = [each["version"] for each in table.search(Query().template == template)]
            edition = Edition(template, max(versions, default=0) + 1, who, now.isoformat(), returns_to)
            table.insert({**vars(edition), "text": text})
        self._last_kept = None
        return edition


def _edition(row: Mapping[str, Any]) -> Edition:
    try:
        return Edition(row["template"], row["version"], row["who"], row["at"], row.get("returns_to"))
    except KeyError as error:
        raise FlowError(f"a published version lacks its {error}") from error


def _shipped(template: str) -> Any:
    return yaml.safe_load(_shipped_file(template).read_text(encoding="utf-8"))


def _shipped_file(template: str) -> Path:
    files = {file.stem: file for file in SHIPPED.glob("*.yaml")}
    if template not in files:
        raise FlowError(f"there is no template {template!r}; shipped are {', '.join(sorted(files))}")
    return files[template]
