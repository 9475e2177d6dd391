"""The desk's list of what is to be done: missed callers, callbacks, matters to follow up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from firmware.clinic import callbacks, tasks
from firmware.clock import ManualClock
from firmware.storage import calls
from firmware.storage.desk_schema import queue_entries
from tests.web.browser import Browser
from webui.office import Office

SignIn = Callable[..., Browser]
WANG, STRANGER = "13800000001", "13900000077"


def miss(office: Office, number: str, call_id: str = "c1") -> None:
    with office.ledger.transaction() as tx:
        calls.begin(tx, office.clock.now(), call_id, "L1", number, is_withheld=False)
        tasks.note_missed(tx, office.clock.now(), call_id, number)


def open_tasks(office: Office) -> list[tasks.Task]:
    with office.ledger.reading() as tx:
        return tasks.waiting(tx)


def test_a_missed_caller_stands_with_name_and_how_often(desk: Browser, office: Office) -> None:
    miss(office, WANG, "c1")
    miss(office, WANG, "c2")
    text = desk.get("/tasks").text
    assert "Wang Xiuying" in text
    assert "2 times" in text
    assert "To do (1)" in text


def test_nothing_to_do_is_said(desk: Browser) -> None:
    assert "Nothing to do" in desk.get("/tasks").text


def test_what_was_missed_is_counted_in_the_navigation_and_on_today(desk: Browser, office: Office) -> None:
    miss(office, WANG)
    page = desk.get("/")
    assert "Callers to call back, and other tasks" in page.text
    assert 'href="/tasks"' in page.body
    assert "nav-count" in page.body


def test_an_overdue_task_is_marked(desk: Browser, office: Office, clock: ManualClock) -> None:
    miss(office, WANG)
    assert "overdue" not in desk.get("/tasks").text
    clock.advance(3700)
    assert "overdue" in desk.get("/tasks").text


def test_whoever_takes_a_task_is_shown_to_the_others(desk: Browser, office: Office, sign_in: SignIn) -> None:
    miss(office, WANG)
    late = sign_in("agent")
    shown_before = late.get("/tasks").form("/tasks/take")
    desk.send(desk.get("/tasks").form("/tasks/take"))
    assert open_tasks(office)[0].owner == "desk"
    assert "Desk was quicker" in late.send(shown_before).text
    assert "Desk does it" in late.get("/tasks").text
    late.send(late.get("/tasks").form("/tasks/take"))
    assert open_tasks(office)[0].owner == "agent"
    late.send(late.get("/tasks").form("/tasks/take"))
    assert open_tasks(office)[0].owner is None


def test_what_is_done_can_be_undone(desk: Browser, office: Office) -> None:
    miss(office, WANG)
    page = desk.send(desk.get("/tasks").form("/tasks/done"))
    assert open_tasks(office) == []
    desk.send(page.form("/tasks/reopen"))
    assert [task.number for task in open_tasks(office)] == [WANG]


def test_done_twice_is_told(desk: Browser, office: Office, sign_in: SignIn) -> None:
    miss(office, WANG)
    other = sign_in("agent")
    form = other.get("/tasks").form("/tasks/done")
    desk.send(desk.get("/tasks").form("/tasks/done"))
    assert "done already" in other.send(form).text


def test_only_mine_are_shown_when_wished(desk: Browser, office: Office) -> None:
    miss(office, WANG, "c1")
    miss(office, STRANGER, "c2")
    desk.send(desk.get("/tasks").form("/tasks/take"))
    mine = desk.get("/tasks?show=mine").text
    assert "To do (1)" in mine


def test_of_very_many_the_most_urgent_are_shown(desk: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        for number in range(60):
            due_at = office.clock.now() + timedelta(hours=60 - number)
            tasks.add(tx, office.clock.now(), f"task {number:02}", due_at=due_at)
    page = desk.get("/tasks")
    assert "To do (60)" in page.text
    assert "10 more follow" in page.text
    assert "task 59" in page.text
    assert "task 09" not in page.text


def test_a_task_is_noted_for_a_patient(desk: Browser, office: Office) -> None:
    page = desk.get("/tasks/new?patient=1")
    assert page.form("/tasks/new").fields["number"] == WANG
    desk.send(page.form("/tasks/new"), detail="send the report", due="2026-03-04")
    (task,) = open_tasks(office)
    assert (task.detail, task.patient_id, task.owner) == ("send the report", 1, None)
    assert task.due_at is not None
    assert task.due_at.astimezone(office.zone).strftime("%d %H:%M") == "04 18:00"


def test_a_task_without_words_comes_back(desk: Browser, office: Office) -> None:
    reply = desk.send(desk.get("/tasks/new").form("/tasks/new"), detail=" ", number=STRANGER)
    assert "Please fill this in" in reply.text
    assert open_tasks(office) == []


def test_a_callback_is_agreed_withdrawn_and_restored(desk: Browser, office: Office) -> None:
    page = desk.get("/tasks/new?number=139-0000/0077")
    page = desk.send(page.form("/tasks/callback"), day="2026-03-03", at="10:00", purpose="result")
    assert "Callbacks (1)" in page.text
    with office.ledger.reading() as tx:
        row = tx.execute(select(queue_entries)).one()
    assert (row.number, row.owner, row.is_callback, row.state) == (STRANGER, "desk", 1, "waiting")
    page = desk.send(desk.get("/tasks").form("/tasks/withdraw"))
    assert "Callbacks (0)" in page.text
    page = desk.send(page.form("/tasks/restore"))
    assert "Callbacks (1)" in page.text


def test_a_callback_for_yesterday_is_refused(desk: Browser, office: Office) -> None:
    page = desk.get("/tasks/new")
    reply = desk.send(page.form("/tasks/callback"), number=STRANGER, day="2026-03-01", at="10:00")
    assert "A time to come" in reply.text


def test_a_callback_that_is_being_made_is_not_withdrawn(desk: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        at = office.clock.now() + timedelta(hours=1)
        entry_id = callbacks.plan(tx, office.clock.now(), STRANGER, at, "", queue="reception")
    form = desk.get("/tasks").form("/tasks/withdraw")
    with office.ledger.transaction() as tx:
        tx.execute(queue_entries.update().where(queue_entries.c.id == entry_id).values(state="calling"))
    assert "done already" in desk.send(form).text


def test_a_missed_caller_is_called_with_a_click(desk: Browser, office: Office, sign_in: SignIn) -> None:
    miss(office, WANG)
    form = desk.get("/tasks").form("/desk/dial")
    assert form.fields["number"] == WANG
    assert desk.get("/patients/1").form("/desk/dial").fields["number"] == WANG
    assert "/desk/dial" not in sign_in("auditor").get("/patients/1").body


def test_who_takes_no_calls_has_no_tasks(sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    assert auditor.get("/tasks").status == 403
    assert 'href="/tasks"' not in auditor.get("/").body
