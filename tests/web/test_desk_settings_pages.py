"""The owner sets the desk up: queues, who takes calls, whom they may call, what is recorded, what good service is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import pytest

from firmware.clinic.desk_settings import (
    DESK,
    CallClass,
    DeskSettings,
    QueueSettings,
    RecordingRules,
    load_desk,
    save_desk,
)
from firmware.language.values import Name
from firmware.staff import agents, users
from firmware.staff.agents import Agent, Card
from firmware.staff.rights import Role
from firmware.storage import audit
from firmware.storage.desk_schema import agent_skills
from tests.web.browser import Browser, Reply
from tests.web.conftest import PASSWORD
from webui.office import Office
from webui.rooms.settings import outside, queues, recording, service


@pytest.fixture
def li(office: Office) -> int:
    """A receptionist who takes calls at 8001."""
    with office.ledger.transaction() as tx:
        user = users.create(tx, office.clock.now(), "li.na", "Li Na", Role.DESK, PASSWORD)
        agents.make(tx, user.id, Card(extension="8001", skills={"reception": 1}))
    return user.id


@pytest.fixture
def wang(office: Office) -> int:
    """A nurse without an extension."""
    with office.ledger.transaction() as tx:
        return users.create(tx, office.clock.now(), "wang.fang", "Wang Fang", Role.NURSE, PASSWORD).id


def desk_of(office: Office) -> DeskSettings:
    return load_desk(office.documents)


def agent_of(office: Office, user_id: int) -> Agent:
    with office.ledger.reading() as tx:
        return agents.find(tx, user_id)


def newest_trace(office: Office) -> tuple[str, str]:
    with office.ledger.reading() as tx:
        trace = audit.latest(tx)[0]
    return trace.what, trace.detail


def send(browser: Browser, page: str, action: str = "", **typed: object) -> Reply:
    """Fill in the form that goes to `action` (the page itself) and send it."""
    return browser.send(browser.get(page).form(action or page), **typed, follow=False)


# ---- queues ----


def test_every_setting_of_the_desk_has_a_field() -> None:
    def named(of: type) -> set[str]:
        return {field.name for field in fields(of)}

    assert {field.name for field in queues.FIELDS} == named(QueueSettings) - {"key", "name"}
    assert {field.name for field in recording.SWITCHES + recording.LIMITS} == named(RecordingRules) - {
        "keep_days", "off_queues", "off_lines", "off_agents", "alarm_number",
    }  # fmt: skip
    assert {field.name for field in service.FIELDS + outside.FIELDS} == named(DeskSettings) - {
        "queues", "call_classes", "emergency_numbers", "recording", "dispositions",
    }  # fmt: skip


@pytest.mark.parametrize("end", ["least", "most"])
def test_what_the_fields_allow_can_be_saved(admin: Browser, office: Office, end: str) -> None:
    bounds = {field.name: getattr(field, end) for field in queues.FIELDS if field.kind == "whole"}
    assert send(admin, "/settings/queues/reception", **bounds).status == 303
    queue = desk_of(office).queue("reception")
    assert {name: getattr(queue, name) for name in bounds} == bounds


def test_a_queue_is_changed_and_holds_at_once(admin: Browser, office: Office) -> None:
    send(admin, "/settings/queues/reception", name_en="Front desk", strategy="ring-all", ring_s=20, asks_rating="1")
    queue = office.desk_settings().queue("reception")
    assert (queue.name.en, queue.strategy, queue.ring_s, queue.asks_rating) == ("Front desk", "ring-all", 20, True)
    assert queue.announces_agent  # its box was ticked and stayed so
    assert newest_trace(office) == ("queue set", "reception")


@pytest.mark.parametrize(
    "typed", [{"ring_s": "4"}, {"ring_s": "x"}, {"strategy": "loudest"}, {"name_zh": "", "name_en": ""}]
)
def test_a_forged_or_odd_value_changes_nothing(admin: Browser, office: Office, typed: dict[str, str]) -> None:
    before = desk_of(office)
    assert send(admin, "/settings/queues/reception", **typed).status == 422
    assert desk_of(office) == before


def test_a_new_queue_is_taken_by_everybody_or_by_nobody(admin: Browser, office: Office, li: int) -> None:
    send(admin, "/settings/queues/new", name_en="Billing & fees", name_zh="收费")
    assert [queue.key for queue in desk_of(office).queues] == ["reception", "billing-fees"]
    assert agent_of(office, li).skills == {"reception": 1, "billing-fees": 1}
    form = admin.get("/settings/queues/new").form("/settings/queues/new")
    del form.fields["everybody"]
    admin.send(form, name_zh="体检")
    assert [queue.key for queue in desk_of(office).queues] == ["reception", "billing-fees", "queue"]
    assert "queue" not in agent_of(office, li).skills
    assert "nobody takes its calls" in admin.get("/settings/queues").text


def test_two_queues_of_one_name_are_two(admin: Browser, office: Office) -> None:
    for _ in range(2):
        send(admin, "/settings/queues/new", name_en="New", name_zh="新")
    assert [queue.key for queue in desk_of(office).queues] == ["reception", "new-2", "new-3"]


def test_the_first_queue_can_be_another(admin: Browser, office: Office) -> None:
    send(admin, "/settings/queues/new", name_en="Billing")
    send(admin, "/settings/queues", "/settings/queues/order")
    assert [queue.key for queue in desk_of(office).queues] == ["billing", "reception"]


def test_a_removed_queue_leaves_nothing_behind(admin: Browser, office: Office, li: int) -> None:
    send(admin, "/settings/queues/new", name_en="Billing")
    send(admin, "/settings/recording", **{"off_queues-billing": "1"})
    assert desk_of(office).recording.off_queues == ("billing",)
    send(admin, "/settings/queues/billing", "/settings/queues/billing/remove")
    assert [queue.key for queue in desk_of(office).queues] == ["reception"]
    assert desk_of(office).recording.off_queues == ()
    with office.ledger.reading() as tx:
        assert [row.queue for row in tx.execute(agent_skills.select())] == ["reception"]


def test_the_last_queue_stays(admin: Browser, office: Office) -> None:
    page = admin.get("/settings/queues/reception")
    reply = admin.send(page.form("/settings/queues/reception/remove"))
    assert "There must be one queue at least" in reply.text
    assert len(desk_of(office).queues) == 1


def test_two_editors_the_second_is_told(admin: Browser, sign_in: Callable[..., Browser], office: Office) -> None:
    other = sign_in("admin")
    mine, theirs = (each.get("/settings/queues/reception").form("/settings/queues/") for each in (admin, other))
    admin.send(mine, ring_s=10)
    reply = other.send(theirs, ring_s=30, follow=False)
    assert reply.status == 422
    assert "Somebody else changed this" in reply.text
    assert desk_of(office).queue("reception").ring_s == 10


def test_a_queue_that_is_not_there_is_not_found(admin: Browser) -> None:
    assert admin.get("/settings/queues/nowhere").status == 404


# ---- agents ----


def test_somebody_gets_the_next_free_extension_and_all_queues(
    admin: Browser, office: Office, li: int, wang: int
) -> None:
    form = admin.get(f"/settings/agents/{wang}").form(f"/settings/agents/{wang}")
    assert (form.fields["extension"], form.fields["level_reception"]) == ("8002", "1")
    reply = admin.send(form)
    assert "Wang Fang has the extension 8002" in reply.text
    agent = agent_of(office, wang)
    assert (agent.languages, agent.skills, agent.outside_class) == (("zh", "en"), {"reception": 1}, "local")
    assert newest_trace(office) == ("agent set", "wang.fang, 8002")


def test_a_card_is_changed(admin: Browser, office: Office, li: int) -> None:
    form = admin.get(f"/settings/agents/{li}").form(f"/settings/agents/{li}")
    del form.fields["speaks_en"]
    admin.send(form, extension="8100", level_reception="2", phone_number="138 0000 0009", outside_class="none")
    agent = agent_of(office, li)
    assert (agent.extension, agent.languages, agent.skills) == ("8100", ("zh",), {"reception": 2})
    assert (agent.phone_number, agent.outside_class) == ("13800000009", "none")


def test_two_people_with_one_extension_are_refused_with_a_reason(
    admin: Browser, office: Office, li: int, wang: int
) -> None:
    reply = send(admin, f"/settings/agents/{wang}", extension="8001")
    assert reply.status == 422
    assert "li.na has this extension already" in reply.text
    with office.ledger.reading() as tx:
        assert [agent.login for agent in agents.all(tx)] == ["li.na"]


@pytest.mark.parametrize("extension", ["120", "9", "80a1", "10086", "8001234"])
def test_an_extension_that_is_none_is_refused(admin: Browser, office: Office, wang: int, extension: str) -> None:
    assert send(admin, f"/settings/agents/{wang}", extension=extension).status == 422
    with office.ledger.reading() as tx:
        assert agents.all(tx) == []


@pytest.mark.parametrize("typed", [{"phone_number": "12"}, {"outside_class": "everywhere"}, {"level_reception": "10"}])
def test_a_card_that_makes_no_sense_is_refused(admin: Browser, office: Office, li: int, typed: dict[str, str]) -> None:
    before = agent_of(office, li)
    assert send(admin, f"/settings/agents/{li}", **typed).status == 422
    assert agent_of(office, li) == before


def test_who_speaks_nothing_takes_no_calls(admin: Browser, office: Office, li: int) -> None:
    form = admin.get(f"/settings/agents/{li}").form(f"/settings/agents/{li}")
    del form.fields["speaks_en"], form.fields["speaks_zh"]
    reply = admin.send(form, follow=False)
    assert "Choose one language at least" in reply.text


def test_an_extension_is_taken_away(admin: Browser, office: Office, li: int) -> None:
    send(admin, f"/settings/agents/{li}", f"/settings/agents/{li}/remove")
    with office.ledger.reading() as tx:
        assert agents.all(tx) == []
    assert newest_trace(office) == ("agent removed", "li.na, 8001")


def test_supervisors_say_who_takes_calls_and_nothing_else_of_the_set_up(
    sign_in: Callable[..., Browser], office: Office, li: int
) -> None:
    supervisor = sign_in("supervisor")
    assert "Li Na" in supervisor.get("/settings/agents").text
    assert send(supervisor, f"/settings/agents/{li}", level_reception="3").status == 303
    for path in ("/settings/queues", "/settings/outside", "/settings/recording", "/settings/service"):
        assert supervisor.get(path).status == 403
    assert sign_in("desk").get("/settings/agents").status == 403


def test_an_account_says_whether_it_takes_calls(admin: Browser, li: int, wang: int) -> None:
    assert "Extension 8001" in admin.get(f"/users/{li}").text
    page = admin.get(f"/users/{wang}")
    assert "Has no extension yet" in page.text
    assert f'href="/settings/agents/{wang}"' in page.body


# ---- calls outside ----


def test_a_class_is_added_changed_and_removed(admin: Browser, office: Office) -> None:
    before = desk_of(office).call_classes
    at = len(before)
    typed = {
        f"name-{at}_en": "Mobiles",
        f"prefixes-{at}": "13 15，18",
        f"longest-{at}": "5",
        "forbidden-1": "168 160 0",
    }
    send(admin, "/settings/outside", **typed)
    classes = desk_of(office).call_classes
    assert classes[at] == CallClass("class-1", ("13", "15", "18"), (), 300, Name("Mobiles", "Mobiles"))
    assert classes[1].forbidden == ("168", "160", "0")
    send(admin, "/settings/outside", **{f"remove-{at}": "1"})
    assert len(desk_of(office).call_classes) == at


def test_a_class_that_somebody_has_stays(admin: Browser, office: Office, li: int) -> None:
    reply = send(admin, "/settings/outside", **{"remove-1": "1"})
    assert reply.status == 422
    assert "Li Na has the class" in reply.text
    assert "local" in [each.key for each in desk_of(office).call_classes]


@pytest.mark.parametrize(
    "typed", [{"emergency_numbers": "110 119"}, {"emergency_numbers": "120; DROP"}, {"prefixes-1": "0 x"}]
)
def test_nobody_loses_the_ambulance(admin: Browser, office: Office, typed: dict[str, str]) -> None:
    before = desk_of(office)
    assert send(admin, "/settings/outside", **typed).status == 422
    assert desk_of(office) == before


# ---- recordings, service ----


def test_recordings_are_left_out_and_kept_as_the_clinic_says(admin: Browser, office: Office, li: int) -> None:
    office.documents.save("lines", {"lines": [{"name": "L1", "kind": "voice", "device": "/dev/x"}]})
    form = admin.get("/settings/recording").form("/settings/recording")
    del form.fields["announces"]
    off = {"off_lines-L1": "1", "off_agents-8001": "1", "off_queues-reception": "1"}
    form.fields.update(off | {"keep-complaint": "1000"})
    admin.send(form, least_days=7)
    rules = desk_of(office).recording
    assert (rules.records, rules.announces) == (True, False)
    assert (rules.off_lines, rules.off_agents, rules.off_queues) == (("L1",), ("8001",), ("reception",))
    assert (rules.keep_days["complaint"], rules.keep_days["ordinary"], rules.least_days) == (1000, 180, 7)


def test_who_is_texted_when_the_disk_is_full_has_a_mobile(admin: Browser, office: Office) -> None:
    assert "takes no texts" in send(admin, "/settings/recording", alarm_number="021-61230009").text
    send(admin, "/settings/recording", alarm_number="+86 139 0000 0009")
    assert desk_of(office).recording.alarm_number == "13900000009"
    send(admin, "/settings/recording", alarm_number="")
    assert desk_of(office).recording.alarm_number == ""


def test_what_is_left_out_and_there_no_more_is_still_shown(admin: Browser, office: Office) -> None:
    save_desk(office.documents, DeskSettings(recording=RecordingRules(off_lines=("L9",))))
    send(admin, "/settings/recording", least_days=10)
    assert desk_of(office).recording.off_lines == ("L9",)


def test_what_calls_are_about_is_one_a_line(admin: Browser, office: Office) -> None:
    send(admin, "/settings/service", dispositions="预约 / Booked\n\n  投诉/Complaint \nOther", service_level_s=30)
    settings = desk_of(office)
    assert settings.dispositions == (Name("预约", "Booked"), Name("投诉", "Complaint"), Name("Other", "Other"))
    assert settings.service_level_s == 30
    assert "预约 / Booked\n投诉 / Complaint\nOther" in admin.get("/settings/service").body


def test_what_was_shipped_is_not_written_down(admin: Browser, office: Office) -> None:
    send(admin, "/settings/service")
    assert office.documents.load(DESK) == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages(sign_in: Callable[..., Browser], li: int, wang: int, language: str) -> None:
    admin = sign_in("admin", language)
    for path in ("queues", "queues/reception", "queues/new", "agents", f"agents/{li}", f"agents/{wang}", "outside",
                 "recording", "service"):  # fmt: skip
        assert admin.get(f"/settings/{path}").status == 200
