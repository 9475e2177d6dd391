"""A headset at the box: sound both ways over ALSA, a plug that is pulled and put back, cards that are none."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from firmware.audio.alsa import CardGone, OpenCard, SoundCard, sound_cards
from firmware.audio.bridge import Bridge
from firmware.audio.headset import Headset
from firmware.audio.levels import tone
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, Port, Sound
from firmware.clock import Deadline, SystemClock
from tests.pulse import Headsets, Wearer
from tests.scenarios.people import voices_in

WITHIN_S = 20.0
FRONT = "headset_front"
WEARER, OTHER = 1000.0, 1500.0
WINDOW_S = 0.4


def eventually(what: str, holds: Callable[[], bool]) -> None:
    deadline = Deadline(SystemClock(), WITHIN_S)
    while not holds():
        assert not deadline.is_over, what
        SystemClock().sleep(0.02)


@pytest.fixture
def headsets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Headsets]:
    server = Headsets(tmp_path, FRONT)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(server.configuration))
    server.plug_in()
    yield server
    server.pull_out()


class Humming:
    """Somebody at the other end of the bridge."""

    stops_at_key = False

    def __init__(self, hertz: float) -> None:
        self._said, self._at = tone((hertz,), 1.0, -13.0), 0

    def frame(self) -> Sound:
        at, self._at = self._at, (self._at + FRAME_SAMPLES) % SAMPLE_RATE_HZ
        return self._said[at : at + FRAME_SAMPLES]


class Ear:
    """A tap that keeps what came last."""

    def __init__(self) -> None:
        self.sound: Sound = np.zeros(0, np.int16)

    def heard(self, sound: Sound) -> None:
        self.sound = np.concatenate((self.sound, sound))[-round(WINDOW_S * SAMPLE_RATE_HZ) :]

    def spoke(self, frame: Sound) -> None:
        """Not of interest."""


def test_who_wears_it_is_heard_and_hears_before_and_after_the_plug_was_pulled(headsets: Headsets) -> None:
    told: list[bool] = []
    headset = Headset(FRONT, lambda: told.append(headset.is_lost))
    ear = Ear()
    headset.port.add_tap(ear)
    headset.port.play(Humming(OTHER), is_live=True)
    assert headset.is_lost
    headset.start()
    wearer = Wearer(FRONT, WEARER)
    eventually("the wearer is heard", lambda: voices_in(ear.sound) == {WEARER})
    eventually("the wearer hears", lambda: voices_in(wearer.heard(WINDOW_S)) == {OTHER})
    headsets.pull_out()
    eventually("it is noticed", lambda: headset.is_lost)
    wearer.takes_it_off()
    headsets.plug_in()
    eventually("it is there again", lambda: not headset.is_lost)
    ear.sound = ear.sound[:0]
    wearer = Wearer(FRONT, WEARER)
    eventually("the wearer is heard again", lambda: voices_in(ear.sound) == {WEARER})
    eventually("the wearer hears again", lambda: voices_in(wearer.heard(WINDOW_S)) == {OTHER})
    headset.stop()
    eventually("every change was told", lambda: told == [False, True, False, True])
    wearer.takes_it_off()


def test_a_headset_of_alsas_own_configuration_is_found_by_its_name(headsets: Headsets, tmp_path: Path) -> None:
    no_kernel = tmp_path / "asound"
    assert sound_cards(no_kernel) == [SoundCard(FRONT, "headset front")]


class FakeCard:
    """A card that gives what it is told to; at the end it is pulled out."""

    def __init__(self, *sounds: Sound) -> None:
        self._sounds = list(sounds)
        self.heard: list[Sound] = []
        self.is_over = threading.Event()

    def __enter__(self) -> FakeCard:
        return self

    def __exit__(self, *why: object) -> None:
        self.is_over.set()

    def read(self) -> Sound:
        if not self._sounds:
            raise CardGone("No such device")
        return self._sounds.pop(0)

    def write(self, frame: Sound) -> None:
        self.heard.append(frame)


def frames(count: float, value: int = 1) -> Sound:
    return np.full(round(count * FRAME_SAMPLES), value, np.int16)


def carried(card: FakeCard, port_of: Callable[[Headset], object] = lambda headset: None) -> Headset:
    headset = Headset("card", lambda: None, lambda key: card)  # type: ignore[arg-type, return-value]
    port_of(headset)
    headset.start()
    assert card.is_over.wait(WITHIN_S)
    headset.stop()
    return headset


def test_what_an_overrun_has_lost_is_not_there_and_all_goes_on() -> None:
    card = FakeCard(frames(1), frames(0), frames(1), frames(1))
    headset = carried(card)
    assert len(card.heard) == 3
    assert headset.port.seconds == pytest.approx(0.06)


def test_a_card_with_periods_of_its_own_speaks_a_frame_for_each_it_heard() -> None:
    card = FakeCard(frames(0.5), frames(1.25), frames(2.25))
    assert carried(card).port.seconds == pytest.approx(0.08)


def test_who_only_listens_is_heard_by_nobody() -> None:
    ear = Ear()

    def only_listens(headset: Headset) -> None:
        headset.takes_sound = False
        headset.port.add_tap(ear)

    card = FakeCard(frames(2))
    carried(card, only_listens)
    assert len(card.heard) == 2
    assert not len(ear.sound)


def test_a_card_that_hangs_keeps_nobody_waiting_who_lets_go_of_it() -> None:
    reads, goes_on = threading.Event(), threading.Event()

    class Hanging(FakeCard):
        def read(self) -> Sound:
            reads.set()
            goes_on.wait(WITHIN_S)
            return frames(1)

    card = Hanging()
    headset = Headset("card", lambda: None, lambda key: card)  # type: ignore[arg-type, return-value]
    headset.start()
    assert reads.wait(WITHIN_S)
    headset.stop()
    assert not card.is_over.is_set()
    goes_on.set()
    assert card.is_over.wait(WITHIN_S), "it is let go after all"


def test_two_on_a_bridge_hear_each_other() -> None:
    bridge, far, card = Bridge(), Port(), FakeCard(*[frames(1, value) for value in range(1, 7)])

    def join(headset: Headset) -> None:
        bridge.join(far).hear(bridge.join(headset.port))

    carried(card, join)
    assert [int(far.speak()[0]) for _ in range(2)] == [5, 6]


# ---- the cards of a computer ----

CARDS = """\
 0 [PCH            ]: HDA-Intel - HDA Intel PCH
                      HDA Intel PCH at 0xf7d10000 irq 31
 1 [Headset        ]: USB-Audio - Logitech USB Headset H340
                      Logitech Inc. Logitech USB Headset H340 at usb-0000:00:14.0-2, full speed
 2 [C270           ]: USB-Audio - HD Webcam C270
                      HD Webcam C270 at usb-0000:00:14.0-3, high speed
"""


def test_cards_that_hear_and_speak_are_offered_by_the_name_that_is_written_on_them(tmp_path: Path) -> None:
    (tmp_path / "cards").write_text(CARDS, encoding="utf-8")
    for stream in ("card0/pcm0p", "card1/pcm0p", "card1/pcm0c", "card2/pcm0c"):
        (tmp_path / stream).mkdir(parents=True)
    assert [card for card in sound_cards(tmp_path) if "CARD" in card.key] == [
        SoundCard("plughw:CARD=Headset,DEV=0", "Logitech USB Headset H340")
    ]


@pytest.mark.parametrize("said", [None, "--- no soundcards ---\n", "\x00nonsense [ \n"])
def test_a_kernel_without_sound_has_no_cards(tmp_path: Path, said: str | None) -> None:
    if said is not None:
        (tmp_path / "cards").write_text(said, encoding="utf-8")
    assert not [card for card in sound_cards(tmp_path) if "CARD" in card.key]


def test_a_card_that_is_not_there_says_so() -> None:
    with pytest.raises(CardGone):
        OpenCard("plughw:CARD=Nothing,DEV=0")


def test_a_box_without_alsa_has_no_headsets_and_all_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "alsaaudio", None)  # as if it were not installed
    assert [sound_cards(tmp_path) for _ in range(2)] == [[], []]
    with pytest.raises(CardGone):
        OpenCard("plughw:CARD=Headset,DEV=0")
    assert len(caplog.records) == 1, "said once"
