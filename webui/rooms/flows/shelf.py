"""What the pages of the flows share: names, addresses, and which version an address means."""

from __future__ import annotations

from datetime import datetime

from firmware.ivr.book import SHIPPED, Edition
from webui.forms import Form
from webui.reader import Reader, address
from webui.words import Words

VERSION, FILE, DIFFERENCE = "/flows/version", "/flows/file", "/flows/difference"
DRAFT, PUBLISH, ROLL_BACK, USE = "/flows/draft", "/flows/publish", "/flows/roll-back", "/flows/use"


def template_title(words: Words, template: str) -> str:
    return words.code("flows.template", template)


def version_title(words: Words, version: int) -> str:
    return words("flows.version_number", number=version) if version else words("flows.shipped")


def url(path: str, template: str, version: int, **more: int) -> str:
    return address(path, template=template, version=str(version), **more)


def when(edition: Edition) -> datetime:
    return datetime.fromisoformat(edition.at)


def newest(reader: Reader, template: str) -> int:
    """The number of the template's newest version; 0 when the clinic has published none."""
    history = reader.office.places.book.history(template)
    return history[-1].version if history else 0


def asked(reader: Reader, form: Form, name: str = "version") -> tuple[str, int] | None:
    """The template and version that an address or a form names; None when there is no such thing."""
    book, template, version = reader.office.places.book, form.raw("template"), form.key(name)
    if template not in book.templates():
        return None
    known = {edition.version for edition in book.history(template)}
    return (template, version) if version in known or (version == 0 and is_shipped(template)) else None


def is_shipped(template: str) -> bool:
    """Whether the box came with it: then it has a version 0."""
    return (SHIPPED / f"{template}.yaml").name in {file.name for file in SHIPPED.glob("*.yaml")}
