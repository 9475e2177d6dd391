"""A box out of its carton becomes a clinic's: claimed with the code that it printed, then set up step by step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from firmware.clinic import schedule
from firmware.clinic.profile import load_profile
from firmware.language.values import Name
from firmware.staff import claim
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger
from tests.browser.conftest import wait_for_pages
from tests.browser.people import PASSWORD, Person
from tests.scenarios.conftest import CLIPS
from tests.scenarios.stage import Stage

STARTED_MS = 60000


@pytest.fixture
def empty_box(tmp_path: Path, port: int) -> Iterator[Stage]:
    """A box that no clinic was set up on, with three devices plugged in."""
    folders = Folders(tmp_path / "box")
    folders.make()
    open_ledger(folders.ledger).close()
    with Stage(folders.data, "default", CLIPS, 4.0, web_port=port) as box:
        folders.setup.unlink()  # the rig's own proposals
        wait_for_pages(port)
        yield box


@pytest.fixture
def code(empty_box: Stage) -> str:
    with empty_box.ledger.transaction() as tx:
        return claim.issue(tx, empty_box.clock.now())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_box_is_claimed_and_set_up_with_a_break_in_the_middle(
    chromium: Browser, empty_box: Stage, code: str, port: int, language: str
) -> None:
    address = f"http://127.0.0.1:{port}"
    owner = Person(chromium, empty_box, address, "zh" if language == "zh" else "en", "desktop", "light")
    claims_the_box(owner, code)
    sets_up_the_clinic(owner)
    assert owner.leaves() == [], "the browser is closed in the middle"

    again = Person(chromium, empty_box, address, owner.language, "phone", "light")
    signs_in(again)
    expect(again.page).to_have_url(f"{address}/setup/people")
    sets_up_the_rest(again)
    again.link("wizard.done.today").click()
    expect(again.page.locator("#now .line")).to_have_count(3, timeout=STARTED_MS)
    again.settles()
    assert again.leaves() == []
    the_box_knows_the_clinic(empty_box)


def claims_the_box(owner: Person, code: str) -> None:
    owner.goes_to("/")
    owner.field("welcome.code").fill(code.lower())
    owner.field("welcome.name").fill("王芳")
    owner.field("sign_in.login").fill("wang.fang")
    owner.field("sign_in.password").fill(PASSWORD)
    owner.button("welcome.enter").click()


def sets_up_the_clinic(owner: Person) -> None:
    owner.page.locator(f"input[name=language][value={owner.language}]").check()
    owner.button("wizard.go_on").click()
    owner.reads(owner.words("wizard.clinic.title"))
    owner.field("clinic_form.name_zh").fill("湖滨诊所")
    owner.field("clinic_form.name_en").fill("Lakeside Clinic")
    owner.field("clinic_form.zone_label").fill("Asia/Shanghai")
    owner.button("wizard.next").click()
    owner.reads(owner.words("wizard.people.title"))


def signs_in(owner: Person) -> None:
    owner.goes_to("/")
    owner.field("sign_in.login").fill("wang.fang")
    owner.field("sign_in.password").fill(PASSWORD)
    owner.button("sign_in.enter").click()


def sets_up_the_rest(owner: Person) -> None:
    page = owner.page
    page.locator("[name=department-1-zh]").fill("内科")
    page.locator("[name=doctor-1-zh]").fill("王医生")
    page.locator("[name=doctor-1-en]").fill("Dr Wang")
    page.locator("[name=doctor-1-fee]").fill("20")
    owner.button("wizard.next").click()
    owner.reads(owner.words("wizard.hours.title"))
    owner.button("wizard.next").click()
    owner.reads(owner.words("wizard.lines.title"))
    expect(page.locator("input[name$=-device]")).to_have_count(3, timeout=STARTED_MS)  # it prepares its speech
    owner.button("wizard.next").click()
    owner.reads(owner.words("wizard.call.title"))
    owner.button("wizard.call.finish").click()
    owner.reads(owner.words("wizard.done.title"))


def the_box_knows_the_clinic(box: Stage) -> None:
    assert load_profile(SetupDocuments(box.rig.folders.setup)).name == Name("湖滨诊所", "Lakeside Clinic")
    with box.ledger.reading() as tx:
        assert [doctor.name for doctor in schedule.all_doctors(tx)] == [Name("王医生", "Dr Wang")]
