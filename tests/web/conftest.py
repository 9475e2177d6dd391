"""The sample clinic on Monday morning, the application on it, and people who sign in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.cli.rig import SAMPLE_START
from firmware.clinic import sample
from firmware.clock import ManualClock
from firmware.staff import sessions, users
from firmware.staff.rights import Role
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger
from tests.web.booking_desk import Clinic
from tests.web.browser import Browser, WsgiApp
from webui.app import build_app
from webui.gate import SESSION_COOKIE
from webui.guard import guarded
from webui.live import Live
from webui.office import Office
from webui.phone_service import PhoneService

PASSWORD = "quiet lamp over water"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(SAMPLE_START)


@pytest.fixture
def empty_office(tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    """A box out of its carton: no clinic, nobody who may sign in, no exchange."""
    folders = Folders(tmp_path / "data")
    folders.make()
    ledger = open_ledger(folders.ledger)
    live = Live(folders.control_socket, folders.ledger)
    documents = SetupDocuments(folders.setup)
    yield Office(folders, ledger, documents, clock, PhoneService(folders.control_socket, clock), live)
    ledger.close()


@pytest.fixture
def office(empty_office: Office, clock: ManualClock) -> Office:
    """The sample clinic, with an administrator called admin."""
    sample.load(empty_office.ledger, empty_office.documents, clock.now())
    with empty_office.ledger.transaction() as tx:
        users.create(tx, clock.now(), "admin", "Admin", Role.ADMIN, PASSWORD)
    return empty_office


@pytest.fixture
def app(office: Office) -> WsgiApp:
    return guarded(build_app(office))


@pytest.fixture
def sign_in(office: Office, app: WsgiApp) -> Callable[..., Browser]:
    """`sign_in("desk")`: a browser in which somebody of that role is signed in, without the sign-in page."""

    def open_as(role: str = "admin", language: str = "en") -> Browser:
        with office.ledger.transaction() as tx:
            user = users.by_login(tx, role) or users.create(
                tx, office.clock.now(), role, role.title(), Role(role), PASSWORD
            )
            token, _ = sessions.open_session(tx, office.clock.now(), user.id)
        browser = Browser(app, language)
        browser.cookies[SESSION_COOKIE] = token
        return browser

    return open_as


@pytest.fixture
def desk(sign_in: Callable[..., Browser]) -> Browser:
    """The receptionist, reading English."""
    return sign_in("desk")


@pytest.fixture
def admin(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in("admin")


@pytest.fixture
def clinic(office: Office) -> Clinic:
    return Clinic(office)
