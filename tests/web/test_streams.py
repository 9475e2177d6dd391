"""What open pages are told: only what the person may know, only as long as they are signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from firmware.clock import ManualClock
from firmware.staff import sessions, users
from firmware.staff.rights import Role
from tests.web.browser import Browser
from webui.live import MOST_LISTENERS, MOST_WAITING, Live, TooManyPages
from webui.office import Office

SignIn = Callable[..., Browser]


def everything(_: str) -> bool:
    return True


def listen(
    live: Live, hears: Callable[[str], bool] = everything, may_stay: Callable[[], bool] = lambda: True
) -> Iterator[str]:
    stream = live.stream(hears, may_stay)
    assert next(stream).startswith("retry:")
    assert next(stream).startswith("event: service")
    return stream


def test_who_may_not_see_calls_is_not_told_of_them(office: Office) -> None:
    nurse = listen(office.live, lambda name: name != "call")
    office.live.publish("call", call="c1", line="L1", kind="key", detail="*")
    office.live.publish("line", name="L1", state="idle")
    assert "event: line" in next(nurse)


def test_a_page_of_someone_who_has_signed_out_hears_no_more(office: Office) -> None:
    signed_in = [True]
    page = listen(office.live, may_stay=lambda: bool(signed_in))
    signed_in.clear()
    office.live.publish("ledger")  # signing out is written there
    office.live.publish("line", name="L1", state="busy")
    assert list(page) == []


@pytest.mark.parametrize("way", ["sign-out", "switched off", "another role", "idle"])
def test_whoever_is_out_may_not_stay(office: Office, sign_in: SignIn, clock: ManualClock, way: str) -> None:
    person = sign_in("desk")
    stream = person.stream("/live")
    assert b"event: service" in next(stream) + next(stream)
    with office.ledger.transaction() as tx:
        user = users.by_login(tx, "desk")
        assert user is not None
        if way == "sign-out":
            sessions.close_all(tx, user.id)
        elif way == "switched off":
            users.set_active(tx, user.id, is_active=False)
        elif way == "another role":
            users.set_role(tx, user.id, Role.NURSE)
    if way == "idle":
        clock.advance(sessions.IDLE_S)
    office.live.publish("ledger")
    assert list(stream) == []


def test_a_page_that_goes_makes_room_for_another(office: Office) -> None:
    pages = [listen(office.live) for _ in range(MOST_LISTENERS)]
    with pytest.raises(TooManyPages):
        listen(office.live)
    del pages[0]
    listen(office.live)


def test_asking_for_the_head_of_a_stream_takes_no_room(office: Office, admin: Browser) -> None:
    for _ in range(MOST_LISTENERS + 1):
        assert admin.send_raw("/live", b"", "HEAD").status == 200
    listen(office.live)


def test_a_page_that_does_not_read_is_cut_off(office: Office) -> None:
    page = listen(office.live)
    for number in range(MOST_WAITING + 10):
        office.live.publish("line", name=f"L{number}")
    assert len(list(page)) == MOST_WAITING


def test_what_a_line_says_can_not_forge_another_event(office: Office) -> None:
    page = listen(office.live)
    office.live.publish("line", name="L1", caller="1\n\nevent: service\ndata: {}\n\n")
    assert next(page).count("\n") == 3
