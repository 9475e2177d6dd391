"""The stage of the acceptance stories: a whole box on a virtual network, twenty times as fast as life.

At that speed a stall of the machine of 50 ms is a second of a call. So a story that fails is told once more, with its
first failure printed; one that fails twice has failed.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from tests.scenarios.stage import Stage

CLIPS = Path(__file__).parents[2] / ".cache" / "clips"  # speech that one test made need not be made by the next


@pytest.fixture
def open_stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Opens a stage with the sample clinic on Monday 2026-03-02 09:00; closed at the end of the test."""
    with ExitStack() as stack:

        def open_one(template: str = "default", **options: object) -> Stage:
            return stack.enter_context(Stage(tmp_path / "box", template=template, clips=CLIPS, **options))

        yield open_one


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run the story, and once more if it failed."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    failures = [report for report in reports if report.failed]
    if failures:
        print(f"\n{item.nodeid} failed once and is told again:\n{failures[0].longreprtext[-1500:]}")  # noqa: T201
        item._initrequest()  # type: ignore[attr-defined]  # as pytest itself prepares an item for its run
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
