"""How far the first set-up has come: a set-up document of its own, so that it survives everything the box does."""

from __future__ import annotations

from collections.abc import Mapping

from webui.office import Office

LANGUAGE, CLINIC, PEOPLE, HOURS, LINES, CALL = STEPS = ("language", "clinic", "people", "hours", "lines", "call")
DONE = "done"
_ORDER = (*STEPS, DONE)
_DOCUMENT = "wizard"


def reached(office: Office) -> str:
    """The step that waits, or `DONE`; a clinic that was set up without the wizard needs none."""
    step = (office.documents.load(_DOCUMENT) or {}).get("step")
    if not office.has_clinic:
        return step if step in (LANGUAGE, CLINIC) else LANGUAGE if step is None else CLINIC
    return str(step) if step in _ORDER else DONE


def is_waiting(office: Office) -> bool:
    """Whether the set-up was begun, or must be, and has not ended."""
    return reached(office) != DONE


def is_open(step: str, waiting: str) -> bool:
    """Whether `step` may be shown: those before the waiting one may be gone through again, until all is done."""
    if DONE in (step, waiting):
        return step == waiting
    return _ORDER.index(step) <= _ORDER.index(waiting)


def after(step: str) -> str:
    """The step that comes next."""
    return _ORDER[_ORDER.index(step) + 1]


def advance(office: Office, step: str, people: Mapping[str, str] | None = None) -> None:
    """`step` is done; an earlier one that is done again loses nothing. `people` is what was typed there."""
    known = office.documents.load(_DOCUMENT) or {}
    waiting = known.get("step", STEPS[0])
    furthest = max(after(step), waiting if waiting in _ORDER else STEPS[0], key=_ORDER.index)
    kept = known.get("people") if people is None else dict(people)
    if {"step": furthest, "people": kept} != known:
        office.documents.save(_DOCUMENT, {"step": furthest, "people": kept})


def typed_people(office: Office) -> dict[str, str] | None:
    """The fields of the departments' and doctors' step as they were sent last."""
    people = (office.documents.load(_DOCUMENT) or {}).get("people")
    return {str(name): str(value) for name, value in people.items()} if isinstance(people, dict) else None
