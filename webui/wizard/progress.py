"""How far the first set-up has come: a set-up document of its own, so that it survives everything the box does."""

from __future__ import annotations

from typing import Any

from firmware.storage.documents import SetupDocuments
from webui.office import Office

STEPS = ("language", "clinic", "people", "hours", "lines", "call")
DONE = "done"
_ORDER = (*STEPS, DONE)
_DOCUMENT = "wizard"


def reached(documents: SetupDocuments, has_clinic: bool) -> str:
    """The step that waits, or `DONE`; a clinic that was set up without the wizard needs none."""
    step = (documents.load(_DOCUMENT) or {}).get("step")
    if step in _ORDER:
        return str(step)
    return DONE if has_clinic else STEPS[0]


def is_waiting(office: Office) -> bool:
    """Whether the set-up was begun, or must be, and has not ended."""
    return reached(office.documents, office.has_clinic) != DONE


def is_open(step: str, waiting: str) -> bool:
    """Whether `step` may be shown: those before the waiting one may be gone through again."""
    return waiting != DONE and _ORDER.index(step) <= _ORDER.index(waiting)


def after(step: str) -> str:
    """The step that comes next."""
    return _ORDER[_ORDER.index(step) + 1]


def advance(documents: SetupDocuments, has_clinic: bool, step: str) -> None:
    """`step` is done; going back and doing an earlier one again loses nothing."""
    waiting, following = reached(documents, has_clinic), after(step)
    if _ORDER.index(following) > _ORDER.index(waiting):
        documents.save(_DOCUMENT, {**memory(documents), "step": following})


def memory(documents: SetupDocuments) -> dict[str, Any]:
    """What the steps remember of each other."""
    return documents.load(_DOCUMENT) or {}
