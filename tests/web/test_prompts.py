"""What the box says: heard, searched, recorded, taken back. The next caller hears what the exchange finds."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import soundfile
from sqlalchemy import update

from firmware.audio.clips import ClipStore
from firmware.audio.errors import SpeechError
from firmware.clock import ManualClock
from firmware.ivr import recordable
from firmware.language.speaking import voice_for
from firmware.storage import audit
from firmware.storage.roster_schema import doctors
from tests.web.browser import Browser, Reply
from webui.office import Office
from webui.recordings import TAKES_KEPT, UPLOAD_BYTES, StaffRecordings

Find = Callable[..., np.ndarray]


def wav(seconds: float = 1.0, hertz: float = 440, level: float = 0.2, rate_hz: int = 16_000) -> bytes:
    """A recording as a browser makes it."""
    samples = np.sin(np.arange(round(rate_hz * seconds)) * 2 * np.pi * hertz / rate_hz) * level
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="WAV", subtype="PCM_16")
    return file.getvalue()


def page_of(piece: str, language: str) -> str:
    return f"/prompts/piece?{urlencode({'piece': piece, 'language': language})}"


def record(browser: Browser, piece: str, language: str, content: bytes) -> Reply:
    form = browser.get(page_of(piece, language)).form("/prompts/record")
    return browser.upload(form, "sound", ("recording.wav", content))


@pytest.fixture
def heard(office: Office) -> Callable[..., np.ndarray]:
    """`heard("front.welcome", "zh")`: what a call plays of a piece; without any synthetic voice here."""
    exchange = ClipStore(office.folders.clips, [], office.folders.staff_recordings)

    def hear(piece: str, language: str) -> np.ndarray:
        with office.ledger.reading() as tx:
            found = {each.id: each for each in recordable.pieces(tx, office.profile())}[piece].spoken[language]
        return exchange.clip(found.text, voice_for(found.text, language), found.key)

    return hear


def length_s(sound: np.ndarray) -> float:
    return len(sound) / 8000


def in_chinese(office: Office) -> int:
    """How many pieces there are to record in Chinese."""
    with office.ledger.reading() as tx:
        return sum("zh" in each.spoken and each.is_spoken for each in recordable.pieces(tx, office.profile()))


# ---- the list ----


def test_the_list_has_both_languages_side_by_side(admin: Browser, office: Office) -> None:
    page = admin.get("/prompts")
    assert "您好，这里是" in page.text
    assert "Hello, this is" in page.text
    assert f"Chinese: 0 of {in_chinese(office)} recorded" in page.text
    assert "王医生" in page.text


def test_searching_and_filtering(admin: Browser) -> None:
    record(admin, "front.goodbye", "zh", wav())
    assert "感谢来电" in admin.get("/prompts?state=recorded").text
    assert "您好，这里是" not in admin.get("/prompts?state=recorded").text
    assert "感谢来电" in admin.get("/prompts?state=uneven").text
    found = admin.part("/prompts?q=GOODBYE")
    assert "Thank you for calling" in found.text
    assert "Hello, this is" not in found.text
    assert "Nothing found" in admin.get("/prompts?q=zebra").text


def test_the_script_is_numbered_and_holds_what_is_still_to_record(admin: Browser, office: Office) -> None:
    record(admin, "clinic", "zh", wav())
    page = admin.get("/prompts/script?language=zh")
    assert f"Chinese, {in_chinese(office) - 1} in all" in page.text
    assert "湖滨诊所" not in page.text.split("No.")[1]
    assert "您好，这里是〔诊所名〕" in page.text
    assert "main menu" in page.text  # where it occurs
    assert f"{in_chinese(office)} in all" in admin.get("/prompts/script?language=zh&all=1").text


# ---- recording ----


def test_the_next_caller_hears_what_was_recorded(admin: Browser, heard: Find) -> None:
    reply = record(admin, "front.welcome", "zh", wav(1.5))
    assert "the next caller hears this recording" in reply.text
    assert "recorded by admin" in reply.text
    assert length_s(heard("front.welcome", "zh")) == pytest.approx(1.5, abs=0.3)
    with pytest.raises(SpeechError):
        heard("front.welcome", "en")


def test_a_sentence_in_the_other_language_is_the_other_speakers(admin: Browser, heard: Find) -> None:
    """ "For English, press star" stands in the Chinese greeting."""
    record(admin, "front.other_language", "zh", wav(1.2))
    assert length_s(heard("front.other_language", "zh")) == pytest.approx(1.2, abs=0.3)
    with pytest.raises(SpeechError):
        heard("front.other_language", "en")


def test_the_clinics_names_are_recorded_by_their_text(admin: Browser, heard: Find) -> None:
    record(admin, "doctor-1", "zh", wav(0.8))
    assert length_s(heard("doctor-1", "zh")) == pytest.approx(0.8, abs=0.3)


def test_a_name_that_cannot_be_a_file_is_not_offered(admin: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        tx.execute(update(doctors).where(doctors.c.id == 1).values(name_zh="../王/医生", name_en="Dr Wang"))
    page = admin.get("/prompts")
    assert "../王/医生" not in page.text
    assert "Dr Wang" in page.text


def test_undo_brings_back_what_callers_heard_before(admin: Browser, heard: Find, clock: ManualClock) -> None:
    record(admin, "front.welcome", "zh", wav(1.0))
    clock.advance(60)
    reply = record(admin, "front.welcome", "zh", wav(3.0))
    assert length_s(heard("front.welcome", "zh")) > 2
    admin.send(reply.form("/prompts/use"))
    assert length_s(heard("front.welcome", "zh")) < 2


def test_back_to_the_computers_voice_and_again_to_the_recording(admin: Browser, heard: Find) -> None:
    page = record(admin, "front.welcome", "zh", wav())
    buttons = [form for form in page.forms if form.action == "/prompts/use"]
    page = admin.send(buttons[-1])
    assert "Computer's voice" in page.text
    with pytest.raises(SpeechError):
        heard("front.welcome", "zh")
    admin.send([form for form in page.forms if form.fields.get("take")][-1])
    assert len(heard("front.welcome", "zh"))


def test_a_file_put_there_by_hand_is_kept_when_another_takes_its_place(admin: Browser, office: Office) -> None:
    by_hand = office.folders.staff_recordings / "zh" / "front.welcome.wav"
    by_hand.parent.mkdir()
    by_hand.write_bytes(wav(1.0, rate_hz=8000))
    assert "file put there" in admin.get(page_of("front.welcome", "zh")).text
    page = record(admin, "front.welcome", "zh", wav(2.0))
    before = by_hand.read_bytes()
    admin.send(page.form("/prompts/use"))
    assert by_hand.read_bytes() == wav(1.0, rate_hz=8000) != before


def test_old_takes_make_room_for_new_ones(admin: Browser, office: Office, clock: ManualClock, tmp_path: Path) -> None:
    recordings = StaffRecordings(office.folders.staff_recordings)
    spoken = next(piece for piece in recordable.of_prompts() if piece.id == "front.welcome").spoken["zh"]
    clip = tmp_path / "clip.wav"
    for number in range(TAKES_KEPT + 3):
        clip.write_bytes(wav(0.3 + number / 10, rate_hz=8000))
        recordings.keep(spoken, clip, "admin", clock.now() + timedelta(seconds=number))
    takes = recordings.takes(spoken)
    assert len(takes) == TAKES_KEPT
    assert [take.in_use for take in takes] == [True] + [False] * (TAKES_KEPT - 1)


def test_who_recorded_what_stands_in_the_audit_trail(admin: Browser, office: Office) -> None:
    record(admin, "front.welcome", "zh", wav())
    with office.ledger.reading() as tx:
        newest = audit.latest(tx, 1)[0]
    assert (newest.who, newest.what, newest.detail) == ("admin", "prompts record", "front.welcome (zh)")


# ---- bad input ----


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<html>no sound</html>" * 100, "no recording that the box can read"),
        (wav(61, rate_hz=8000), "longer than 60 s"),
        (wav(level=0.0), "nothing to hear"),
        (wav(0.05), "too short"),
        (b"", "Record something first"),
    ],
    ids=["not sound", "too long", "silent", "too short", "nothing"],
)
def test_what_is_no_recording_is_refused_in_words(admin: Browser, office: Office, content: bytes, told: str) -> None:
    reply = record(admin, "front.welcome", "zh", content)
    assert reply.status == 422
    assert told in reply.text
    assert not list(office.folders.staff_recordings.rglob("*"))


def test_a_file_over_ten_megabytes_is_refused(admin: Browser) -> None:
    reply = record(admin, "front.welcome", "zh", b"RIFF" + bytes(UPLOAD_BYTES))
    assert reply.status == 422
    assert "larger than 10 MB" in reply.text


@pytest.mark.parametrize("piece", ["../../ledger", "front.welcome/../x", "nothing", "text.help", "doctor-99", ""])
def test_only_pieces_of_the_catalogue_can_be_recorded(admin: Browser, office: Office, piece: str) -> None:
    form = admin.get(page_of("front.welcome", "zh")).form("/prompts/record")
    assert admin.upload(form, "sound", ("a.wav", wav()), piece=piece).status == 404
    assert admin.upload(form, "sound", ("a.wav", wav()), language="../zh").status == 404
    assert admin.get(page_of(piece, "zh")).status == 404
    assert not list(office.folders.staff_recordings.rglob("*.wav"))


def test_a_take_of_elsewhere_is_no_take(admin: Browser, office: Office) -> None:
    page = record(admin, "front.welcome", "zh", wav())
    reply = admin.send(page.form("/prompts/use"), take="../../../ledger")
    assert "not kept any more" in reply.text
    assert (
        admin.get(f"/prompts/sound?{urlencode({'piece': 'front.welcome', 'language': 'zh', 'take': '../x'})}").status
        == 404
    )


def test_a_form_sent_twice_records_once(admin: Browser, office: Office, clock: ManualClock) -> None:
    form = admin.get(page_of("front.welcome", "zh")).form("/prompts/record")
    for _ in range(2):
        admin.upload(form, "sound", ("a.wav", wav()))
        clock.advance(1)
    assert len(list((office.folders.staff_recordings / "history").rglob("*.wav"))) == 1


# ---- listening ----


def test_a_recording_is_played_without_the_phone_service(admin: Browser) -> None:
    record(admin, "front.welcome", "zh", wav(1.0))
    reply = admin.get("/prompts/sound?piece=front.welcome&language=zh", Accept="audio/wav")
    sound, rate_hz = soundfile.read(io.BytesIO(reply.content))
    assert (rate_hz, len(sound) > 6000) == (8000, True)


def test_without_the_phone_service_the_page_says_why_there_is_no_voice(admin: Browser) -> None:
    for address in ("/prompts/sound?piece=front.welcome&language=zh", "/prompts/say?text=hello&language=en"):
        reply = admin.get(address, Accept="audio/wav")
        assert reply.status == 503
        assert "needs the phone service" in reply.body


def test_any_text_is_said_by_the_exchange(admin: Browser, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    (office.folders.clips / "a1.wav").write_bytes(wav())

    def clip(verb: str, **details: Any) -> dict[str, Any]:
        asked.append({"verb": verb, **details})
        return {"file": "a1.wav"}

    monkeypatch.setattr(office.phone, "ask_slowly", clip)
    assert admin.get("/prompts/say?text=hello&language=en").content == wav()
    assert asked == [{"verb": "clip", "text": "hello", "language": "en", "key": None}]
    assert admin.get(f"/prompts/say?language=en&text={'a' * 201}").status == 422
    admin.get("/prompts/sound?piece=front.other_language&language=zh")
    assert (asked[-1]["language"], asked[-1]["key"]) == ("en", "front.other_language")
