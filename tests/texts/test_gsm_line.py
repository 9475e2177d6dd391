"""The driver on a virtual module: texts come and go, and nothing that happens on the wire loses one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware.modem.errors import LineError, NoNetwork, NumberRefused, TextRefused, TextUnconfirmed
from firmware.modem.line import LineState
from firmware.modem.pdu.message import Deliver, encode_deliver, tpdu_octets
from firmware.modem.virtual.gsm_module.sim_card import MessageStorage, StoredText
from firmware.modem.virtual.gsm_module.texts import SubmitFault
from firmware.modem.virtual.terminal import Fault
from firmware.outreach.texts import LineSender
from firmware.storage import outbox
from firmware.storage.tables import metadata
from tests.texts.rig import BOX_NUMBER, MONDAY, PATIENT, Box, Rig, running_box, running_rig, wait_until

LONG_CHINESE = "您好，我想预约内科王医生的专家号，最好是星期二上午，谢谢。😀" * 6
FAST = 100.0  # for waits of minutes
UNDECODABLE = b"\x00\xff"
LONG_ENGLISH = "I would like to see Doctor Wang on Tuesday morning, thank you. " * 6


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with running_rig(tmp_path) as rig:
        yield rig


@pytest.fixture
def box(tmp_path: Path, rig: Rig) -> Iterator[Box]:
    with running_box(tmp_path, rig) as box:
        wait_until(lambda: box.line.can_send)
        yield box


def test_the_line_knows_its_network_and_signal(box: Box) -> None:
    status = box.line.status()
    assert (status.state, status.signal_dbm, status.operator_registered) == (LineState.IDLE, -73, True)


@pytest.mark.parametrize("body", ["挂号", "book", LONG_CHINESE, LONG_ENGLISH, "😀" * 40])
def test_a_text_comes_in_and_leaves_the_sim_card(box: Box, rig: Rig, body: str) -> None:
    rig.deliver(body)
    wait_until(box.texts)
    assert [(text.number, text.body, text.line) for text in box.texts()] == [(PATIENT, body, "L3")]
    wait_until(lambda: not rig.stored())
    assert box.told_of_texts.wait(2)


@pytest.mark.parametrize(
    "body", ["已约3月3日周二08:30内科王医生", "See you on Tue 3 Mar, 08:30", LONG_CHINESE, LONG_ENGLISH]
)
def test_a_text_goes_out_whole(box: Box, rig: Rig, body: str) -> None:
    parts = box.line.send_text(PATIENT, body)
    wait_until(lambda: rig.switch.received(PATIENT))
    shown = rig.switch.received(PATIENT)
    assert [(text.sender, text.body, text.parts) for text in shown] == [(BOX_NUMBER, body, len(parts))]
    assert [part.sequence for part in parts] == list(range(1, len(parts) + 1))


# ---- reports ----


def states(box: Box) -> list[str]:
    with box.ledger.transaction() as tx:
        return [row.state for row in tx.execute(metadata.tables["outbox"].select())]


def send_through_outbox(box: Box, body: str) -> None:
    with box.ledger.transaction() as tx:
        outbox.queue_text(tx, box.rig.clock.now(), PATIENT, body, "confirmation")
    assert LineSender(box.ledger, box.rig.clock, box.line).send_next()


def test_a_text_is_known_to_be_delivered(box: Box) -> None:
    send_through_outbox(box, LONG_CHINESE)
    wait_until(lambda: states(box) == ["delivered"])


def test_a_text_to_a_phone_that_is_off_is_known_to_have_failed(box: Box, rig: Rig) -> None:
    rig.switch.unreachable.add(PATIENT)
    send_through_outbox(box, "已约")
    wait_until(lambda: states(box) == ["failed"])


# ---- refusals and silence ----


def test_a_refused_text_did_not_leave(box: Box, rig: Rig) -> None:
    rig.module.texts.submit_fault = SubmitFault.REFUSED
    with pytest.raises(TextRefused):
        box.line.send_text(PATIENT, "已约")
    rig.module.texts.submit_fault = SubmitFault.NONE
    box.line.send_text(PATIENT, "已约")
    wait_until(lambda: rig.shown() == ["已约"])


@pytest.mark.parametrize("fault", [SubmitFault.SENT_UNANSWERED, SubmitFault.LOST_UNANSWERED])
def test_a_text_without_an_answer_is_unconfirmed_and_the_line_comes_back(
    box: Box, rig: Rig, fault: SubmitFault
) -> None:
    rig.module.texts.submit_fault = fault
    rig.clock.set_speed(FAST)
    with pytest.raises(TextUnconfirmed):
        box.line.send_text(PATIENT, "已约")
    rig.module.texts.submit_fault = SubmitFault.NONE
    wait_until(lambda: _sends(box, "again"))
    assert rig.shown().count("已约") == int(fault is SubmitFault.SENT_UNANSWERED)


def test_a_lost_answer_is_settled_by_the_report(box: Box, rig: Rig) -> None:
    rig.module.texts.submit_fault = SubmitFault.SENT_UNANSWERED
    rig.clock.set_speed(FAST)
    send_through_outbox(box, "已约")
    wait_until(lambda: states(box) == ["delivered"])


def test_without_a_network_nothing_is_handed_over(box: Box, rig: Rig) -> None:
    rig.module.registration = 2
    wait_until(lambda: not box.line.can_send)
    with pytest.raises(NoNetwork):
        box.line.send_text(PATIENT, "已约")
    assert box.line.status().detail == "not registered with a network"
    rig.module.registration = 5
    wait_until(lambda: box.line.can_send)


@pytest.mark.parametrize("number", ["", "138\r", "138;AT+CMGD=1,4", "Lake Clinic", "1" * 16])
def test_no_command_can_be_smuggled_in_a_number(box: Box, rig: Rig, number: str) -> None:
    written = len(rig.written)
    with pytest.raises(NumberRefused):
        box.line.send_text(number, "hello")
    assert b"CMGD=1,4" not in rig.written[written:]


def test_no_command_can_be_smuggled_in_a_text(box: Box, rig: Rig) -> None:
    body = 'hello\x1a\r\nAT+CMGD=1,4\r\n\x1b"\0'
    box.line.send_text(PATIENT, body)
    wait_until(lambda: rig.shown() == [body])
    assert b"CMGD=1,4" not in rig.written


# ---- what happens to wires and modules ----


def _sends(box: Box, body: str) -> bool:
    try:
        box.line.send_text(PATIENT, body)
    except LineError:
        return False
    return True


def test_an_unplugged_module_comes_back_with_the_texts_it_got_meanwhile(box: Box, rig: Rig) -> None:
    rig.fault(Fault.UNPLUG)
    wait_until(lambda: box.line.status().state is LineState.FAULT)
    rig.deliver("挂号")
    with pytest.raises(LineError):
        box.line.send_text(PATIENT, "已约")
    rig.fault(Fault.UNPLUG, is_on=False)
    wait_until(lambda: box.bodies() == ["挂号"])
    assert box.line.status().state is LineState.IDLE


def test_a_module_that_falls_silent_is_noticed_and_comes_back(box: Box, rig: Rig) -> None:
    rig.fault(Fault.MUTE)
    wait_until(lambda: box.line.status().state is LineState.FAULT)
    rig.deliver("挂号")
    rig.fault(Fault.MUTE, is_on=False)
    wait_until(lambda: box.bodies() == ["挂号"])


def test_garbage_on_the_wire_is_outlived(box: Box, rig: Rig) -> None:
    rig.fault(Fault.GARBLE)
    rig.deliver(LONG_CHINESE)
    rig.clock.sleep(25)
    rig.fault(Fault.GARBLE, is_on=False)
    wait_until(lambda: box.bodies() == [LONG_CHINESE], timeout_s=15)
    assert _unreadable(box) == 0


def _unreadable(box: Box) -> int:
    with box.ledger.transaction() as tx:
        return sum(row.is_partial for row in tx.execute(metadata.tables["inbox"].select()))


def test_late_answers_do_not_hurt(box: Box, rig: Rig) -> None:
    rig.fault(Fault.LATE)
    rig.deliver("挂号")
    wait_until(lambda: box.bodies() == ["挂号"])
    assert _sends(box, "已约")
    assert rig.shown() == ["已约"]


def test_answers_that_come_after_the_patience_is_over_do_not_answer_other_commands(box: Box, rig: Rig) -> None:
    rig.attachment.terminal.late_s = 12.0
    rig.fault(Fault.LATE)
    wait_until(lambda: box.line.status().state is LineState.FAULT)
    rig.fault(Fault.LATE, is_on=False)
    rig.attachment.terminal.late_s = 0.0
    rig.deliver("挂号")
    wait_until(lambda: box.bodies() == ["挂号"])
    assert _sends(box, "已约")


def test_a_text_whose_notice_got_lost_is_found_by_the_sweep(box: Box, rig: Rig) -> None:
    rig.fault(Fault.LOSE_UNSOLICITED)
    rig.deliver("挂号")
    rig.clock.set_speed(FAST)
    wait_until(lambda: box.bodies() == ["挂号"])


def test_s24_a_duplicate_and_a_restart_with_new_places_make_no_second_text(box: Box, rig: Rig) -> None:
    with rig.lock:
        for _ in range(2):
            rig.deliver("取消 4829", reference=65)
        rig.module.restart()
    wait_until(box.bodies)
    rig.deliver("取消 4829", reference=65)
    rig.deliver("end")
    wait_until(lambda: "end" in box.bodies())
    assert box.bodies() == ["取消 4829", "end"]
    rig.clock.sleep(10)
    rig.deliver("取消 4829")
    wait_until(lambda: len(box.bodies()) == 3)


def test_a_restart_that_nobody_announced_is_found_out(box: Box, rig: Rig) -> None:
    with rig.lock:
        rig.module.terminal.loses_unsolicited = True
        rig.module.restart()
        rig.module.terminal.loses_unsolicited = False
    wait_until(lambda: rig.module.texts._text_route == 1)


def test_a_full_sim_card_gets_the_rest_when_there_is_room(tmp_path: Path, rig: Rig) -> None:
    rig.module.texts.storages["SM"] = MessageStorage(5)
    bodies = [f"number {at}" for at in range(12)]
    for body in bodies:
        rig.deliver(body)
    with running_box(tmp_path, rig) as box:
        wait_until(lambda: box.line.can_send)
        rig.clock.set_speed(FAST)
        wait_until(lambda: sorted(box.bodies()) == sorted(bodies), timeout_s=15)


def test_texts_in_the_modules_own_memory_are_found_too(tmp_path: Path, rig: Rig) -> None:
    pdu = encode_deliver(Deliver("+8613800000001", "old one", MONDAY))
    rig.module.texts.storages["ME"].put(pdu)
    with running_box(tmp_path, rig) as box:
        wait_until(lambda: box.bodies() == ["old one"])


def test_a_card_full_of_other_things_is_told_to_people(tmp_path: Path, rig: Rig) -> None:
    rig.module.texts.storages["SM"] = MessageStorage(5)
    for _ in range(4):
        rig.module.texts.storages["SM"].put(b"\x00\xff")
    with running_box(tmp_path, rig) as box:
        wait_until(lambda: "nearly full" in box.line.status().detail)


class WatchedPlaces(dict[int, StoredText]):
    """A card's places; notes of each text that is deleted what it was and what the ledger had of it by then."""

    def __init__(self, kept: Callable[[], list[str | None]]) -> None:
        super().__init__()
        self._kept = kept
        self.deleted: list[tuple[bytes, list[str | None]]] = []

    def pop(self, index: int, default: Any = None) -> Any:
        if index in self:
            self.deleted.append((self[index].pdu, self._kept()))
        return super().pop(index, default)


def test_only_what_was_kept_is_deleted(box: Box, rig: Rig) -> None:
    places = WatchedPlaces(lambda: _kept(box))
    with rig.lock:
        rig.module.texts.storages["SM"].texts = places
        rig.module.texts.storages["SM"].put(UNDECODABLE)
        rig.deliver("挂号")
    wait_until(lambda: len(places.deleted) > 0)
    rig.clock.set_speed(FAST)
    wait_until(lambda: not rig.stored())
    (text, kept), (other, kept_then) = places.deleted
    assert (text != UNDECODABLE, kept) == (True, ["挂号"]), "what reads as nothing is read once more first"
    assert other == UNDECODABLE
    assert len(kept_then) == 2
    assert (box.bodies(), _unreadable(box)) == (["挂号"], 1)


def _kept(box: Box) -> list[str | None]:
    with box.ledger.reading() as tx:
        return [row.body for row in tx.execute(metadata.tables["inbox"].select())]


def test_a_store_that_refuses_leaves_the_texts_on_the_card(box: Box, rig: Rig) -> None:
    with box.ledger.transaction() as tx:
        tx.exec_driver_sql("ALTER TABLE inbox_parts RENAME TO away")
    rig.deliver("挂号")
    rig.clock.sleep(15)
    assert rig.stored() == 1
    with box.ledger.transaction() as tx:
        tx.exec_driver_sql("ALTER TABLE away RENAME TO inbox_parts")
    wait_until(lambda: box.bodies() == ["挂号"])


def test_a_text_shown_at_once_is_kept_though_no_storage_has_it(box: Box, rig: Rig) -> None:
    pdu = encode_deliver(Deliver("+8613800000001", "flash", MONDAY, message_class=0))
    with rig.lock:
        rig.module.terminal.unsolicited(f"+CMT: ,{tpdu_octets(pdu)}\r\n{pdu.hex().upper()}")
    wait_until(lambda: box.bodies() == ["flash"])


def test_a_caller_is_refused_politely(box: Box, rig: Rig) -> None:
    refused = threading.Event()
    with rig.lock:
        rig.module.call.ring("+8613800000001", refused.set)
    assert refused.wait(3)


def test_a_burst_of_texts_while_sending_loses_nothing(box: Box, rig: Rig) -> None:
    for at in range(12):
        rig.deliver(f"text {at}")
        if at % 4 == 0:
            assert _sends(box, f"answer {at}")
    wait_until(lambda: sorted(box.bodies()) == sorted(f"text {at}" for at in range(12)))


def test_the_line_stops_quickly_and_leaves_no_thread(tmp_path: Path, rig: Rig) -> None:
    before = threading.active_count()
    with running_box(tmp_path, rig) as box:
        wait_until(lambda: box.line.can_send)
    assert threading.active_count() == before


def test_a_line_that_waits_for_a_silent_module_stops_at_once(tmp_path: Path, rig: Rig) -> None:
    rig.clock.set_speed(1.0)
    rig.fault(Fault.MUTE)
    before = threading.active_count()
    with running_box(tmp_path, rig):
        wait_until(lambda: rig.written.count(b"ATZ"))
    assert threading.active_count() == before


def test_a_line_without_a_device_waits_for_it(tmp_path: Path, rig: Rig) -> None:
    rig.fault(Fault.UNPLUG)
    with running_box(tmp_path, rig) as box:
        wait_until(lambda: "not there" in box.line.status().detail)
        rig.fault(Fault.UNPLUG, is_on=False)
        wait_until(lambda: box.line.can_send)


def test_a_fault_of_the_program_is_told_once_and_the_line_comes_back(
    box: Box, rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("a fault of ours")

    box.when_told = broken
    rig.deliver("挂号")
    wait_until(lambda: box.line.status().state is LineState.FAULT)
    assert "ZeroDivisionError" in box.line.status().detail
    box.when_told = box.told_of_texts.set
    wait_until(lambda: box.line.can_send)
    rig.deliver("取消")
    wait_until(lambda: box.bodies() == ["挂号", "取消"])
    told = [record for record in caplog.records if record.exc_info]
    assert [record.getMessage() for record in told] == ["line L3 is down: a fault of the program (ZeroDivisionError)"]
