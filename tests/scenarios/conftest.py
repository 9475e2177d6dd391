"""The stage of the acceptance stories: a whole box on a virtual network, twenty times as fast as life."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from firmware.staff.rights import Role
from tests.scenarios.people import Hire, Person
from tests.scenarios.stage import LISTENING, Stage

CLIPS = Path(__file__).parents[2] / ".cache" / "clips"  # speech that one test made need not be made by the next


@pytest.fixture
def open_stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Opens a stage with the sample clinic on Monday 2026-03-02 09:00; closed at the end of the test."""
    with ExitStack() as stack:

        def open_one(template: str = "default", **options: object) -> Stage:
            return stack.enter_context(Stage(tmp_path / "box", template=template, clips=CLIPS, **options))

        yield open_one


@pytest.fixture
def stage(open_stage: Callable[..., Stage]) -> Stage:
    """At a pace at which people can listen to each other."""
    return open_stage(speed=LISTENING)


@pytest.fixture
def hire(stage: Stage) -> Iterator[Hire]:
    """`hire("chen", "8001", 1000.0)`: somebody new at the desk, with that extension and voice."""
    with ExitStack() as people:

        def come(login: str, extension: str, hertz: float, role: Role = Role.AGENT, **card: Any) -> Person:
            return people.enter_context(Person(stage, login, extension, hertz, role, **card))

        yield come
