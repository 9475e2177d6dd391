"""S33 and S16: what the people at the desk see of a caller, on their pages, while the telephone rings."""

import pytest

from firmware.staff import sessions
from firmware.storage.desk_schema import tasks
from firmware.storage.documents import SetupDocuments
from tests.scenarios.people import Hire, Person, is_connected
from tests.scenarios.stage import Stage
from tests.web.browser import Browser, WsgiApp
from webui.app import build_app
from webui.gate import SESSION_COOKIE
from webui.guard import guarded
from webui.live import Live
from webui.office import Office
from webui.phone_service import PhoneService

WANG_XIUYING, FAMILY, STRANGER = "13800000001", "13800000002", "13900000077"
CHEN_XIAOBAO = 3
CHEN, LIU = 1000.0, 1500.0


@pytest.fixture
def pages(stage: Stage) -> WsgiApp:
    """The box's web pages."""
    folders = stage.rig.folders
    phone, live = PhoneService(folders.control_socket, stage.clock), Live(folders.control_socket, folders.ledger)
    documents = SetupDocuments(folders.setup)
    return guarded(build_app(Office(folders, stage.ledger, documents, stage.clock, phone, live)))


def page_of(person: Person, pages: WsgiApp) -> Browser:
    """A browser in which the person has signed in."""
    with person.stage.ledger.transaction() as tx:
        token, _ = sessions.open_session(tx, person.stage.clock.now(), person.user_id)
    browser = Browser(pages)
    browser.cookies[SESSION_COOKIE] = token
    return browser


def test_the_pop_shows_whose_number_it_is_and_goes_with_the_call(stage: Stage, hire: Hire, pages: WsgiApp) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    stage.pass_time(60)
    liu = hire("liu", "8002", LIU).comes_to_work()
    chens, lius = page_of(chen, pages), page_of(liu, pages)

    family = stage.ring("L1", FAMILY)
    family.press("0")
    pop = f"/desk/pop?call={chen.is_rung()['call']}"
    at_ring = chens.get(pop)
    assert "Several people have this number" in at_ring.text
    assert "Chen Min" in at_ring.text
    assert "Chen Xiaobao" in at_ring.text
    chen.ask("answer")
    chen.is_in("talking")
    chens.send(chens.get(pop).form("/desk/pop/who"), patient=str(CHEN_XIAOBAO))
    chens.send(chens.get(pop).form("/desk/pop/note"), body="fever since yesterday")

    stranger = stage.ring("L2", STRANGER)
    stranger.press("0")
    registration = lius.get(f"/desk/pop?call={liu.is_rung()['call']}").form("/desk/pop/register")
    assert (registration.fields["phone"], registration.fields["name"]) == (STRANGER, "")
    stranger.hang_up()
    stage.eventually("liu is free again", lambda: liu.state == "ready")

    chen.ask("transfer", to="8002")
    assert pop.endswith(liu.is_rung()["call"])
    handed_on = lius.get(pop).text
    for seen in ("Chen Xiaobao", "Chosen at the desk", "fever since yesterday", "a person"):
        assert seen in handed_on
    assert "Several people" not in handed_on
    family.hang_up()


def test_the_pop_tells_where_in_the_menus_the_caller_was(stage: Stage, hire: Hire, pages: WsgiApp) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    caller = stage.ring("L1", WANG_XIUYING)
    caller.answers("1", "1948", "2", "1", "2", "0")
    text = page_of(chen, pages).get(f"/desk/pop?call={chen.is_rung()['call']}").text
    assert "Wang Xiuying" in text
    assert "Proved by birth year" in text
    assert "1948" not in text.replace("1948-03-07", "")
    chosen = text[text.index("What they chose") :]
    places = [chosen.index(each) for each in ("book a visit", "specialist", "内科", "3月3日周二", "a person")]
    assert places == sorted(places)
    caller.hang_up()


def test_a_missed_caller_who_is_called_and_answers_is_a_task_no_more(stage: Stage, hire: Hire, pages: WsgiApp) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    chens = page_of(chen, pages)
    first = is_connected(stage, chen)
    missed = stage.ring("L2", FAMILY)
    missed.press("0")
    missed.waits()
    missed.hang_up()
    stage.eventually("a task", lambda: stage.rows(tasks))
    first.hang_up()
    chen.is_in("wrap-up")
    shown = chens.get("/tasks")
    assert "Chen Min" in shown.text
    chens.send(shown.form("/desk/dial"))
    phone = stage.network.phone(FAMILY)
    phone.wait_for_ring(60)
    phone.answer()
    stage.eventually("it is done", lambda: stage.rows(tasks)[0].done_by == "chen")
    assert "Nothing to do" in chens.get("/tasks").text
    chen.ask("hang_up")
