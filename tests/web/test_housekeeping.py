"""What the web process does every hour by itself: last week's talks are drawn, and what is over is forgotten."""

from __future__ import annotations

from datetime import timedelta

from firmware.clinic import quality_samples
from firmware.clock import ManualClock
from tests.web.browser import Browser
from tests.web.test_quality import agent
from webui.housekeeping import Housekeeping
from webui.office import Office

__all__ = ["agent"]
NOBODY = 0


def test_talks_are_drawn_in_the_first_hour_of_the_next_week_and_once(
    office: Office, clock: ManualClock, agent: Browser
) -> None:
    housekeeping = Housekeeping(office.folders, office.ledger, clock)

    def drawn() -> list[str]:
        housekeeping.clean()
        with office.ledger.reading() as tx:
            today = clock.now().astimezone(office.zone).date()
            return [each.call_id for each in quality_samples.to_judge(tx, today, NOBODY)]

    assert drawn() == []
    clock.advance(timedelta(days=7).total_seconds())
    assert drawn() == drawn() == ["c1"]


def test_a_box_without_a_clinic_is_kept_too(empty_office: Office) -> None:
    Housekeeping(empty_office.folders, empty_office.ledger, empty_office.clock).clean()
