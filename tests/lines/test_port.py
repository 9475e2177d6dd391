"""Where a line's sound meets the box."""

from __future__ import annotations

from firmware.audio.port import SILENT_FRAME, HungUp, KeyPressed, Port, Sound, SourceEnded
from tests.lines.test_playout import LOUD, Clip


def test_a_key_ends_what_may_be_ended_and_says_so_to_the_device() -> None:
    port = Port()
    port.play(Clip(5))
    assert port.stops_at_key
    assert port.speak() is LOUD
    port.key_pressed("1")
    assert not port.is_speaking
    assert port.speak_unless_purged() is None
    assert port.speak_unless_purged() is SILENT_FRAME
    assert port.wait(1.0) == KeyPressed("1")


def test_a_source_that_must_be_heard_is_not_ended_by_a_key() -> None:
    port = Port()
    warning = Clip(5)
    warning.stops_at_key = False
    port.play(warning)
    port.key_pressed("1")
    assert port.speak_unless_purged() is LOUD


def test_a_purge_takes_no_time_and_nothing_of_the_next_source() -> None:
    port = Port()
    port.play(Clip(5))
    port.stop()
    answer = Clip(5)
    port.play(answer)
    assert port.speak_unless_purged() is None
    assert (answer.left, port.seconds) == (5, 0.0)


def test_events_come_in_order_and_a_hang_up_before_all() -> None:
    port = Port()
    port.play(Clip(0))
    port.speak()
    port.key_pressed("2")
    assert port.wait(1.0) == SourceEnded()
    port.key_pressed("3")
    port.hang_up("busy tone")
    port.hang_up("released")
    assert port.wait(1.0) == HungUp("busy tone")


def test_a_look_for_what_has_happened_does_not_wait() -> None:
    port = Port()
    assert port.wait(0) is None
    port.key_pressed("2")
    assert port.wait(0) == KeyPressed("2")


def test_taps_hear_what_comes_and_what_is_spoken_until_they_are_removed() -> None:
    port, ear = Port(), Ear()
    port.add_tap(ear)
    port.hear(LOUD)
    port.speak()
    port.remove_tap(ear)
    port.hear(LOUD)
    assert (ear.heard_frames, ear.spoken_frames) == (1, 1)


class Ear:
    heard_frames = spoken_frames = 0

    def heard(self, sound: Sound) -> None:
        self.heard_frames += 1

    def spoke(self, frame: Sound) -> None:
        self.spoken_frames += 1
