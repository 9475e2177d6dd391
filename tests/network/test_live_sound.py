"""A phone's live sound: heard and spoken elsewhere, never waited for, gone with the call."""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest

from firmware.audio.port import Sound
from firmware.control.sound import FRAME_BYTES, SoundStream
from firmware.modem.virtual.live_sound import LiveSound
from firmware.modem.virtual.phone import Phone
from tests.network.rig import PATIENT, Rig, pitch_hz


def streams() -> tuple[SoundStream, SoundStream]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return SoundStream(ours), SoundStream(theirs)


def connected(phone: Phone) -> tuple[LiveSound, SoundStream]:
    """The phone's live sound, and the far end, which must be kept: without it the stream is over."""
    near, far = streams()
    live = LiveSound(near)
    phone.connect(live)
    return live, far


def frames(sound: Sound) -> list[bytes]:
    return [part.tobytes() for part in sound.astype("<i2").reshape(-1, FRAME_BYTES // 2)]


def a_tone(hertz: float, seconds: float) -> Sound:
    times = np.arange(round(8000 * seconds)) / 8000
    return np.asarray(8000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def said_by(tmp_path: Path) -> Sound:
    return np.fromfile(tmp_path / "call-1" / "said.s16", np.int16)


@pytest.fixture
def phone(rig: Rig) -> Phone:
    phone = rig.phone(PATIENT)
    rig.talk(phone)
    return phone


def listened(stream: SoundStream) -> Sound:
    heard = b""
    try:
        while (frame := stream.receive(0.01)) is not None:
            heard += frame
    except TimeoutError:
        pass
    return np.frombuffer(heard, "<i2")


def test_what_the_phone_hears_is_heard_elsewhere(rig: Rig, phone: Phone) -> None:
    near, far = streams()
    before = phone.leg.recording.samples
    phone.connect(LiveSound(near))
    rig.run(500)
    assert np.array_equal(listened(far), rig.heard_by(phone)[before : before + 4000])


def test_what_is_said_elsewhere_the_phone_says(rig: Rig, phone: Phone, tmp_path: Path) -> None:
    live, _far = connected(phone)
    before = phone.leg.recording.samples
    for frame in frames(a_tone(700, 1.0)):
        live.keep(frame)
        rig.run(20)
    said = said_by(tmp_path)[before:]
    assert pitch_hz(said) == 700
    assert not said[:160].any()  # the first frames wait for each other
    assert said[800:7200].astype(float).std() > 5000  # without a gap


def test_of_too_much_sound_the_oldest_is_dropped(rig: Rig, phone: Phone, tmp_path: Path) -> None:
    live, _far = connected(phone)
    before = phone.leg.recording.samples
    for frame in frames(np.concatenate((a_tone(700, 2.0), a_tone(1500, 0.2)))):
        live.keep(frame)
    rig.run(1000)
    said = said_by(tmp_path)[before:]
    assert pitch_hz(said[:1600]) == 1500
    assert not said[1600:].any()


def test_keys_are_pressed_in_between(rig: Rig, phone: Phone, tmp_path: Path) -> None:
    live, _far = connected(phone)
    (key,) = phone.press("5", 100, 100)
    for frame in frames(a_tone(300, 0.4)):
        live.keep(frame)
        rig.run(20)
    said = said_by(tmp_path)
    assert pitch_hz(said[key.starts_at_sample : key.ends_at_sample]) in (770, 1336, 1340)
    assert pitch_hz(said[key.ends_at_sample + 800 :]) == pytest.approx(300, abs=4)


def test_a_listener_who_sleeps_is_cut_and_the_call_goes_on(rig: Rig, phone: Phone) -> None:
    near, far = streams()
    phone.connect(LiveSound(near))
    rig.run(7000)
    assert phone.leg.live is None
    assert 0.5 < len(listened(far)) / 8000 < 1.6
    assert rig.states()[-1] == "answered"
    phone.connect(LiveSound(streams()[0]))  # and may listen again
    assert phone.leg.live is not None


def test_who_connects_later_takes_over(phone: Phone) -> None:
    (first, first_far), (second, _) = streams(), streams()
    phone.connect(LiveSound(first))
    phone.connect(LiveSound(second))
    assert first_far.receive(1.0) is None
    assert second.is_open


def test_the_stream_ends_with_the_call(rig: Rig, phone: Phone) -> None:
    near, far = streams()
    phone.connect(LiveSound(near))
    phone.hang_up()
    rig.run(100)
    assert not len(listened(far))
    assert far.receive(1.0) is None
