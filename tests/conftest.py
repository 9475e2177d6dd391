"""Stories in the machine's own time - a whole box at 20 times its speed, a real browser - are told once more when they
fail, with their first failure printed: a stall of the machine of 50 ms is a second of such a call. One that fails
twice has failed. All other tests have one try.

A run that can't end after its last test - a thread that still waits for something - says where every thread is, and
fails, instead of standing still for ever.
"""

from __future__ import annotations

import faulthandler
import sys
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

HERE = Path(__file__).parent
ENDS_WITHIN_S = 60.0
TOLD_AGAIN = (HERE / "scenarios", HERE / "browser", HERE / "web")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run the story, and once more if it failed; leave any other test to pytest."""
    if not any(item.path.is_relative_to(folder) for folder in TOLD_AGAIN):
        return None
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


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """All tests are over."""
    faulthandler.dump_traceback_later(ENDS_WITHIN_S, exit=True, file=sys.__stderr__)
