"""Who hears whom on a bridge: each party says a tone of its own, and what each hears is told apart by frequency."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.audio.bridge import Bridge, Party
from firmware.audio.errors import BadKeys
from firmware.audio.levels import tone
from firmware.audio.music import music
from firmware.audio.port import FRAME_SAMPLES, SILENT_FRAME, Port, Sound
from firmware.audio.spandsp import DtmfReceiver, KeyDown

TONES_HZ = (500.0, 750.0, 1000.0, 1250.0, 1500.0)  # ten, fifteen, ... periods a frame: no seam between frames
TONE_DBM0 = -20.0
LOUD = 50.0  # of a party's own tone in a frame's spectrum, in sample units: far above rounding


@dataclass
class Leg:
    """Somebody at a port: says a tone in every frame, keeps what is heard."""

    hertz: float
    party: Party
    port: Port
    ear: list[Sound] = field(default_factory=list)

    def speaks(self) -> None:
        self.port.hear(tone((self.hertz,), FRAME_SAMPLES / 8000, TONE_DBM0))

    def listens(self) -> None:
        self.ear.append(self.port.speak())

    @property
    def hears_now(self) -> set[float]:
        return tones_in(self.ear[-1])


def tones_in(frame: Sound) -> set[float]:
    spectrum = np.abs(np.fft.rfft(frame)) / FRAME_SAMPLES
    return {hertz for hertz in TONES_HZ if spectrum[round(hertz / 50)] > LOUD}


def meeting(count: int) -> tuple[Bridge, list[Leg]]:
    bridge, ports = Bridge(), [Port() for _ in range(count)]
    return bridge, [Leg(hertz, bridge.join(port), port) for hertz, port in zip(TONES_HZ, ports, strict=False)]


def pass_frames(legs: list[Leg], frames: int = 5) -> None:
    for _ in range(frames):
        for leg in legs:
            leg.speaks()
        for leg in legs:
            leg.listens()


PAIRS = [(listener, speaker) for listener, speaker in itertools.product(range(5), repeat=2) if listener != speaker]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.sampled_from(PAIRS)), min_size=1, max_size=4))
def test_each_hears_exactly_those_it_was_told_to_hear(stages: list[set[tuple[int, int]]]) -> None:
    _, legs = meeting(5)
    for edges in stages:
        for listener, speaker in PAIRS:
            change = legs[listener].party.hear if (listener, speaker) in edges else legs[listener].party.ignore
            change(legs[speaker].party)
        pass_frames(legs)
        for place, leg in enumerate(legs):
            assert leg.hears_now == {TONES_HZ[speaker] for listener, speaker in edges if listener == place}


def test_who_has_just_joined_hears_silence_and_is_heard_by_nobody() -> None:
    _, legs = meeting(2)
    pass_frames(legs)
    assert all(not frame.any() for leg in legs for frame in leg.ear)
    assert legs[0].port.is_speaking
    assert legs[0].party.stops_at_key is False


def test_an_edge_waits_until_two_frames_are_there_and_stays_so_far_behind() -> None:
    _, (anna, boris) = meeting(2)
    anna.party.hear(boris.party)
    pass_frames([anna, boris], 6)
    assert [bool(frame.any()) for frame in anna.ear] == [False, True, True, True, True, True]


def test_who_leaves_falls_silent_for_all_and_no_end_is_reported() -> None:
    _, legs = meeting(3)
    anna, boris, carla = (leg.party for leg in legs)
    for listener, speaker in itertools.permutations((anna, boris, carla), 2):
        listener.hear(speaker)
    pass_frames(legs)
    boris.leave()
    pass_frames(legs)
    assert legs[0].hears_now == {TONES_HZ[2]}
    assert legs[1].hears_now == set()
    assert not legs[1].port.is_speaking
    assert legs[1].port.wait(0) is None
    assert boris.frame() is SILENT_FRAME


def test_who_has_left_comes_back_by_no_edge() -> None:
    _, legs = meeting(2)
    anna, boris = (leg.party for leg in legs)
    boris.leave()
    anna.hear(boris)
    boris.hear(anna)
    pass_frames(legs)
    assert anna.hears == boris.hears == frozenset()
    assert not legs[0].hears_now


def test_music_on_hold_is_not_cut_off_by_leaving_and_ends_by_resuming() -> None:
    _, legs = meeting(2)
    caller, agent = legs
    caller.party.hear(agent.party)
    pass_frames(legs)
    caller.port.play(music())
    pass_frames(legs, 50)
    caller.party.resume()
    pass_frames(legs)
    assert caller.hears_now == {agent.hertz}
    caller.port.play(music())
    caller.party.leave()
    caller.party.resume()
    caller.listens()
    assert caller.port.is_speaking
    assert caller.ear[-1] is not SILENT_FRAME


def test_after_a_hold_what_is_heard_is_as_fresh_as_before() -> None:
    bridge = Bridge()
    caller_port, agent_port = Port(), Port()
    caller, agent = bridge.join(caller_port), bridge.join(agent_port)
    caller.hear(agent)
    caller_port.play(music())
    for number in range(1, 101):
        agent_port.hear(np.full(FRAME_SAMPLES, number, np.int16))
    caller.resume()
    assert caller_port.speak()[0] == 99


def test_loud_voices_together_are_clipped_not_wrapped() -> None:
    _, legs = meeting(3)
    legs[0].party.hear(legs[1].party)
    legs[0].party.hear(legs[2].party)
    for _ in range(3):
        for loud in legs[1:]:
            loud.port.hear(np.full(FRAME_SAMPLES, 30000, np.int16))
        legs[0].listens()
    assert set(legs[0].ear[-1]) == {32767}


def test_sound_in_odd_pieces_comes_out_whole_and_in_order() -> None:
    bridge = Bridge()
    port, ear = Port(), Port()
    speaker, listener = bridge.join(port), bridge.join(ear)
    listener.hear(speaker)
    ramp = np.arange(1, 160 * 12 + 1, dtype=np.int16)
    heard: list[Sound] = []
    for start, end in itertools.pairwise([0, 7, 160, 161, 480, 640, 641, 960, 1120, 1199, 1400, 1920]):
        port.hear(ramp[start:end])
        while sum(map(len, heard)) + 3 * FRAME_SAMPLES <= end:
            heard.append(ear.speak())
    sound = np.concatenate(heard)
    whole = sound[np.flatnonzero(sound)]
    assert len(whole) > 1000
    assert np.array_equal(whole, np.arange(whole[0], whole[0] + len(whole)))


def test_a_warning_beep_is_laid_over_what_one_party_hears() -> None:
    _, legs = meeting(2)
    caller, agent = legs
    caller.party.hear(agent.party)
    agent.party.hear(caller.party)
    pass_frames(legs)
    agent.party.beep()
    agent.party.beep()
    pass_frames(legs, 5)
    with_beep = agent.ear[-1]
    assert caller.hertz in tones_in(with_beep)
    spectrum = np.abs(np.fft.rfft(with_beep)) / FRAME_SAMPLES
    assert spectrum[1400 // 50] > LOUD
    assert caller.hears_now == {agent.hertz}
    pass_frames(legs, 10)
    assert tones_in(agent.ear[-1]) == {caller.hertz}
    assert (np.abs(np.fft.rfft(agent.ear[-1])) / FRAME_SAMPLES)[1400 // 50] < LOUD / 10


def test_a_listener_who_stopped_pulling_keeps_no_more_than_a_moment() -> None:
    _, (anna, boris) = meeting(2)
    anna.party.hear(boris.party)
    for number in range(1, 5001):
        boris.port.hear(np.full(FRAME_SAMPLES, number, np.int16))
    got = [int(anna.port.speak()[0]) for _ in range(20)]
    assert got[:2] == [4999, 5000]
    assert not any(got[3:])


def test_keys_for_the_far_end_are_pure_and_the_talk_goes_on_behind_them() -> None:
    _, legs = meeting(2)
    far, agent = legs
    far.party.hear(agent.party)
    agent.party.hear(far.party)
    pass_frames(legs)
    far.party.press("19*")
    before = len(far.ear)
    pass_frames(legs, 30)
    sound = np.concatenate(far.ear[before:])
    pressed = [event.key for event in DtmfReceiver().feed(sound) if isinstance(event, KeyDown)]
    assert pressed == ["1", "9", "*"]
    pauses = [far.ear[before + at] for at in (5, 6, 13, 14, 21, 22)]
    assert not any(frame.any() for frame in pauses)
    assert far.hears_now == {agent.hertz}
    assert agent.hears_now == {far.hertz}
    assert far.port.wait(0) is None


def test_what_are_no_keys_is_refused_and_keys_do_not_outlast_a_hold() -> None:
    _, legs = meeting(2)
    with pytest.raises(BadKeys):
        legs[0].party.press("12x")
    legs[0].party.press("1")
    legs[0].port.play(music())
    legs[0].party.resume()
    legs[0].listens()
    assert not legs[0].ear[-1].any()
