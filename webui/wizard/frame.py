"""What all steps share: their page, and the way on."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse

from webui.gate import SET_UP
from webui.reader import Reader
from webui.wizard import progress

START = SET_UP


def page(reader: Reader, step: str, status: int = 200, **context: Any) -> HTTPResponse:
    """The page of a step with the bar of all steps above it."""
    here = progress.STEPS.index(step) if step in progress.STEPS else len(progress.STEPS)
    steps = [
        (reader.words(f"wizard.step.{each}"), "done" if number < here else "here" if number == here else "")
        for number, each in enumerate(progress.STEPS)
    ]
    back = f"{START}/{progress.STEPS[here - 1]}" if 0 < here < len(steps) else ""
    number = min(here + 1, len(steps))
    return reader.page(f"wizard/{step}.html", status, step=step, steps=steps, number=number, back=back, **context)


def next_step(reader: Reader, step: str) -> HTTPResponse:
    """On to the step after this one."""
    return reader.go(f"{START}/{progress.after(step)}")


class NotGood(Exception):
    """The form can't be carried out, so nothing is; its `errors` say why."""
