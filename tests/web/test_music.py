"""The clinic's own music on hold: uploaded, heard, taken back; what is no music to wait by is refused with a reason."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import soundfile

from firmware.audio.levels import level_dbm0, tone
from firmware.audio.music import LEVEL_DBM0, LONGEST_OWN_S, music
from firmware.audio.port import SAMPLE_RATE_HZ
from firmware.storage import audit
from tests.web.browser import Browser, Reply
from webui.office import Office
from webui.rooms.settings.music import LONGEST_S

PAGE = "/settings/music"


def sound(seconds: float, level_dbm0: float = -10.0, rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    target = io.BytesIO()
    wave = np.resize(tone((600.0,), 1.0, level_dbm0), round(seconds * rate_hz))
    soundfile.write(target, wave, rate_hz, format="WAV")
    return target.getvalue()


def send(browser: Browser, content: bytes) -> Reply:
    return browser.upload(browser.get(PAGE).form(PAGE), "sound", ("our song.wav", content))


@pytest.fixture
def supervisor(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in("supervisor")


def test_it_is_put_on_heard_and_taken_back(supervisor: Browser, office: Office) -> None:
    assert "The box's own tune" in supervisor.get(PAGE).text
    assert "Whoever waits from now on" in send(supervisor, sound(65)).text
    page = supervisor.get(PAGE)
    assert "1:05" in page.text
    assert supervisor.get(f"{PAGE}/sound").body.startswith("RIFF")
    with office.ledger.reading() as tx:
        assert any(trace.what == "music set" and trace.detail == "65 s" for trace in audit.latest(tx))
    supervisor.send(page.form(f"{PAGE}/remove"))
    assert "The box's own tune" in supervisor.get(PAGE).text
    assert supervisor.get(f"{PAGE}/sound").status == 404


@pytest.mark.parametrize("loud_dbm0", [3.0, -40.0])
def test_loud_or_soft_callers_hear_it_at_the_same_level(supervisor: Browser, office: Office, loud_dbm0: float) -> None:
    send(supervisor, sound(6, loud_dbm0))
    source = music(office.folders.hold_music)
    heard = np.concatenate([source.frame() for _ in range(200)])
    assert level_dbm0(heard) == pytest.approx(LEVEL_DBM0, abs=1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (sound(2), "shorter than 5 seconds"),
        (sound(7200, rate_hz=1000 * 4)[: 19 * 1024 * 1024], "longer than 5 minutes"),
        (bytes(20 * 1024 * 1024 + 1), "larger than 20 MB"),
        (b"ID3 but not really", "no sound that the box can read"),
        (sound(6, -75.0), "nothing to hear"),
        (b"", "choose a file"),
    ],
    ids=["a jingle", "two hours", "a film", "no sound", "silence", "nothing"],
)
def test_what_is_no_music_to_wait_by_is_refused_with_the_reason(
    supervisor: Browser, office: Office, content: bytes, told: str
) -> None:
    assert told in send(supervisor, content).text
    assert not office.folders.hold_music.exists()


def test_a_back_up_has_it(sign_in: Callable[..., Browser]) -> None:
    admin = sign_in("admin")
    send(admin, sound(6))
    page = admin.send(admin.get("/settings/backups").form("/settings/backups"))
    (download,) = [form for form in page.forms if form.action.endswith("/download")]
    assert b"prompts/staff/music/hold.wav" in admin.send(download).content


def test_what_may_be_sent_is_what_the_exchange_plays() -> None:
    assert LONGEST_S == LONGEST_OWN_S
