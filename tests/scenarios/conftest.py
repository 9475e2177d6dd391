"""The stage of the acceptance stories: a whole box on a virtual network, twenty times as fast as life."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.scenarios.stage import Stage

CLIPS = Path(__file__).parents[2] / ".cache" / "clips"  # speech that one test made need not be made by the next


@pytest.fixture
def open_stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Opens a stage with the sample clinic on Monday 2026-03-02 09:00; closed at the end of the test."""
    with ExitStack() as stack:

        def open_one(template: str = "default", **options: object) -> Stage:
            return stack.enter_context(Stage(tmp_path / "box", template=template, clips=CLIPS, **options))

        yield open_one
