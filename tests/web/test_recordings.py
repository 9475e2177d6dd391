"""Recordings on the pages: marks, who may take them away, how long they are kept, holds, and what the purges did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from firmware.clinic.desk_settings import RecordingRules
from firmware.clinic.purge import Purge
from firmware.storage import audit, recording_index
from firmware.storage.recording_index import Keeping
from tests.web.browser import Browser
from tests.web.test_calls import NIGHT, ring
from webui.office import Office

CALL = "/calls/c1"


@pytest.fixture
def recorded(office: Office) -> Office:
    """One call with a packed recording and its marks."""
    ring(office, "c1", NIGHT, file="c1.ogg")
    (office.folders.recordings / "c1.ogg").write_bytes(b"OggS" + bytes(96))
    with office.ledger.transaction() as tx:
        recording_index.mark(tx, "c1", 12.7, "answered", "8001")
        recording_index.mark(tx, "c1", 65, "paused")
    return office


def kept(office: Office) -> Keeping:
    with office.ledger.reading() as tx:
        found = recording_index.keeping(tx, "c1")
    assert found is not None
    return found


def trail(office: Office, what: str) -> list[tuple[str, str]]:
    with office.ledger.reading() as tx:
        return [(trace.who, trace.detail) for trace in audit.latest(tx) if trace.what == what]


def change(who: Browser, deed: str, **fields: str) -> None:
    """Fill in a form on the page of the call."""
    who.send(who.get(CALL).form(f"{CALL}/{deed}"), **fields)


def test_marks_stand_below_the_player_and_jump(desk: Browser, recorded: Office) -> None:
    page = desk.get(CALL)
    assert 'data-seek="12"' in page.body
    assert "answered by 8001" in page.text
    assert "recording paused" in page.text
    assert "1:05" in page.text


def test_taking_a_recording_away_is_a_right_of_its_own_and_each_time_in_the_trail(
    sign_in: Callable[..., Browser], recorded: Office
) -> None:
    for role in ("desk", "agent", "auditor", "doctor"):
        assert sign_in(role).get(f"{CALL}/recording/file").status == 403
        assert "/recording/file" not in sign_in(role).get(CALL).body
    supervisor = sign_in("supervisor")
    assert f'href="{CALL}/recording/file"' in supervisor.get(CALL).body
    for _ in range(2):
        reply = supervisor.get(f"{CALL}/recording/file")
        assert (reply.status, reply.headers["Content-Type"], len(reply.content)) == (200, "audio/ogg", 100)
        assert 'attachment; filename="c1.ogg"' in reply.headers["Content-Disposition"]
    assert trail(recorded, "recording taken away") == [("supervisor", "c1"), ("supervisor", "c1")]


def test_what_is_not_packed_yet_is_taken_away_later(sign_in: Callable[..., Browser], office: Office) -> None:
    ring(office, "c1", NIGHT, file="c1.wav")
    (office.folders.recordings / "c1.wav").write_bytes(b"RIFF" + bytes(96))
    supervisor = sign_in("supervisor")
    assert "still being packed" in supervisor.get(f"{CALL}/recording/file").text
    assert trail(office, "recording taken away") == []


def test_a_supervisor_changes_how_long_a_recording_is_kept(sign_in: Callable[..., Browser], recorded: Office) -> None:
    supervisor = sign_in("supervisor")
    change(supervisor, "keep", keep_class="complaint")
    assert kept(recorded).keep_class == "complaint"
    assert trail(recorded, "recording class") == [("supervisor", "c1, ordinary to complaint")]
    change(supervisor, "keep", keep_class="for ever")
    assert kept(recorded).keep_class == "complaint"


def test_a_legal_hold_says_who_and_why(sign_in: Callable[..., Browser], recorded: Office) -> None:
    supervisor = sign_in("supervisor")
    change(supervisor, "hold", why="")
    assert not kept(recorded).is_held
    change(supervisor, "hold", why="complaint 12, lawyer asked")
    assert (kept(recorded).is_held, kept(recorded).held_by) == (True, "supervisor")
    assert "on hold by supervisor" in supervisor.get(CALL).text
    change(supervisor, "release", why="settled")
    assert not kept(recorded).is_held
    assert trail(recorded, "recording held") == [("supervisor", "c1: complaint 12, lawyer asked")]
    assert trail(recorded, "recording released") == [("supervisor", "c1: settled")]


def test_the_desk_changes_nothing_of_that(desk: Browser, recorded: Office) -> None:
    page = desk.get(CALL)
    for deed in ("keep", "hold", "release"):
        assert f"{CALL}/{deed}" not in page.body
        assert desk.post(f"{CALL}/{deed}", why="x", keep_class="training").status == 403
    assert (kept(recorded).is_held, kept(recorded).keep_class) == (False, "ordinary")


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("age", "its time was over"),
        ("quota", "to make room"),
        ("refused", "did not want a recording"),
        ("lost", "is missing"),
    ],
)
def test_why_a_recording_is_there_no_more(desk: Browser, recorded: Office, why: str, told: str) -> None:
    with recorded.ledger.transaction() as tx:
        recording_index.delete(tx, recorded.clock.now(), ["c1"], why)
    assert told in desk.get(CALL).text
    assert desk.get(f"{CALL}/recording").status == 404  # even while the file is still there


def test_the_report_tells_what_was_deleted_what_goes_next_and_what_is_held(
    sign_in: Callable[..., Browser], recorded: Office
) -> None:
    for number, days in enumerate((400, 179, 100)):
        ring(recorded, f"old{number}", recorded.clock.now() - timedelta(days=days), file=f"old{number}.ogg")
        (recorded.folders.recordings / f"old{number}.ogg").write_bytes(b"OggS")
    with recorded.ledger.transaction() as tx:
        recording_index.hold(tx, "c1", "supervisor")
    Purge(recorded.ledger, recorded.clock, recorded.folders, RecordingRules).run()
    auditor = sign_in("auditor")
    page = auditor.get("/recordings")
    assert page.body.index("/calls/old1") < page.body.index("/calls/old2")  # the first to go stands first
    assert "/calls/old0" not in page.body
    assert f'href="{CALL}"' in page.body  # on hold
    assert "180 days" in page.text
    assert ">1<" in page.body.replace("\n", "")  # one by age


def test_only_who_may_see_the_trail_sees_the_report(sign_in: Callable[..., Browser], office: Office) -> None:
    assert sign_in("desk").get("/recordings").status == 403
    assert "No purge yet" in sign_in("auditor").get("/recordings").text
