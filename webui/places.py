"""Where in a dialogue a caller is, and what a key meant there, in the reader's words.

The journal names nodes ("book.times"). The shipped prompts have a short name each; a node of a clinic's own flow is
called by the question that it asks.
"""

from __future__ import annotations

from firmware.ivr.book import FlowBook
from firmware.ivr.catalogue import prompts
from firmware.ivr.checker import Known
from firmware.ivr.document import FlowError, FlowSet
from firmware.ivr.nodes import Asking, HangUp, Node, Say, Voicemail
from firmware.ivr.state import address_of
from firmware.ivr.steps import LISTS, STEPS
from firmware.language.catalogue import CatalogueError, Prompt
from firmware.language.values import Name
from firmware.storage.documents import SetupDocuments
from firmware.storage.errors import StorageError
from webui.words import Words

LONGEST_NAME = 40


class Places:
    """The nodes of every version of the flows; may be asked from any thread."""

    def __init__(self, documents: SetupDocuments) -> None:
        self.book = FlowBook(documents, Known(STEPS, LISTS, prompts()))

    def flows(self, template: str | None, version: int | None) -> FlowSet | None:
        """The flows that a call took; None if nobody knows them any more."""
        try:
            return self.book.current() if template is None else self.book.version(template, version or 0)
        except (FlowError, StorageError, OSError):
            return None


def place(flows: FlowSet | None, node: str, words: Words) -> str:
    """What the node is called; `node` as the journal has it."""
    address = address_of(node)
    if flows is None:
        return _plain(address.node)
    if address == flows.main:
        return words("place.main")
    if f"place.at.{address}" in words:
        return words(f"place.at.{address}")
    try:
        return _named(flows.node(address), words) or _plain(address.node)
    except FlowError:
        return _plain(address.node)


def place_of_short(flows: FlowSet | None, node: str, words: Words) -> str:
    """What a node is called of which the journal has only the name: "left at confirm"."""
    for flow in flows.flows.values() if flows else ():
        if isinstance(flow.nodes.get(node), Asking | Voicemail):
            return place(flows, f"{flow.name}.{node}", words)
    return _plain(node)


def pressed(flows: FlowSet | None, node: str, keys: str, words: Words) -> str:
    """What keys of a menu stood for; "" when they were no choice of it, or of a list that nobody kept."""
    try:
        found = flows.node(address_of(node)) if flows else None
    except FlowError:
        return ""
    labels = {choice.key: choice.label for choice in found.choices} if isinstance(found, Asking) else {}
    return _sentence(labels[keys], words) if keys in labels else ""


def _named(node: Node, words: Words) -> str:
    says = node.says if isinstance(node, Say | Asking | Voicemail | HangUp) else ()
    for key in says:
        if f"place.{key}" in words:
            return words(f"place.{key}")
    if says:
        return _sentence(says[-1], words)
    return words("place.goodbye") if isinstance(node, HangUp) else ""


def _sentence(key: str, words: Words) -> str:
    """A prompt as it is written, with dots for the values that only the call knew."""
    try:
        known_then = Name("…", "…")
        text = prompts().written(Prompt(key, dict.fromkeys(prompts().gaps(key), known_then)), words.language).strip()
    except CatalogueError:
        return key
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def _plain(node: str) -> str:
    return node.replace("_", " ")
