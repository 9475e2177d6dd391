"""From the start of a key's tone to the end of the prompt at the caller's ear, and from the key's end to the reply.

Both are read from what the phone recorded: what it said and what it heard share one line of time. A long key may be
answered while it still sounds (below 0). Keys that fell into a pause of the prompt say nothing and are left out.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

from bench.box import BenchError, call_every_line, running_box
from bench.figures import Figures, spread
from bench.machine import IdleMeter
from bench.silence import MS, is_sounding, silent_from, sound_from
from firmware.audio.port import SAMPLE_RATE_HZ, Sound
from firmware.clock import Clock, Deadline
from firmware.modem.virtual.client import PhoneCall, Pressed

ABOUT = "calls in real time; the key repeats the menu (9); silence is timed from the START of the key's tone"
REPEAT = "9"  # on every menu of the default flow: say it again
_LINES = 8
_KEYS_EACH = 10  # after ten rounds the box leads a caller out of the menu
_LEAST_KEYS = 30
_TONES_MS = (80, 200)
_PROMPT_LIMIT_S = 8.0
_LOOK_S = 0.05
_AFTER_KEY_S = 0.6


def measure() -> Figures:
    """Keys at odd moments of the prompts, on several lines at a time."""
    with running_box(_LINES) as rig:
        calls = call_every_line(rig, _LINES)
        idle = IdleMeter()
        with ThreadPoolExecutor(_LINES) as pool:
            pressed = list(pool.map(lambda call: _press_keys(call, rig.clock), calls))
        idle_pct = idle.idle_pct
        keys = [key for call, those in zip(calls, pressed, strict=True) for key in _read(call.heard(), those)]
        _hang_up(calls)
    return _figures(keys) | {"lines": _LINES, "idle_pct": idle_pct}


class Key:
    """What one key did, in samples from its start."""

    def __init__(self, pressed: Pressed, silent_at: int, reply_at: int | None) -> None:
        self.tone_ms = round((pressed.ends_at_sample - pressed.starts_at_sample) / MS)
        self.silence_s = (silent_at - pressed.starts_at_sample) / SAMPLE_RATE_HZ
        self.reply_s = None if reply_at is None else (reply_at - pressed.ends_at_sample) / SAMPLE_RATE_HZ


def _press_keys(call: PhoneCall, clock: Clock) -> list[Pressed]:
    """Press short and long keys in turn, each at some moment while the box speaks."""
    pressed = []
    odd = random.Random(call.name)
    for number in range(_KEYS_EACH):
        _wait_until_it_speaks(call, clock)
        clock.sleep(odd.uniform(0.3, 1.3))
        pressed += call.press(REPEAT, tone_ms=_TONES_MS[number % 2])
        clock.sleep(_TONES_MS[number % 2] / 1000 + _AFTER_KEY_S)
    return pressed


def _wait_until_it_speaks(call: PhoneCall, clock: Clock) -> None:
    limit = Deadline(clock, _PROMPT_LIMIT_S)
    while not is_sounding(heard := call.heard(), len(heard), for_ms=100):
        if limit.is_over:
            raise BenchError(f"{call.name}: the box said nothing for {_PROMPT_LIMIT_S:g} s")
        clock.sleep(_LOOK_S)


def _read(heard: Sound, pressed: list[Pressed]) -> list[Key]:
    """The keys that were pressed while the box could be heard."""
    keys = []
    for key in pressed:
        silent_at = silent_from(heard, key.starts_at_sample)
        if is_sounding(heard, key.starts_at_sample) and silent_at is not None:
            keys.append(Key(key, silent_at, sound_from(heard, silent_at)))
    return keys


def _figures(keys: list[Key]) -> Figures:
    figures: Figures = spread([key.silence_s for key in keys]) if keys else {}
    for tone_ms in _TONES_MS:
        those = [key.silence_s for key in keys if key.tone_ms == tone_ms]
        if len(those) < _LEAST_KEYS:
            raise BenchError(f"only {len(those)} keys of {tone_ms} ms met a prompt; {_LEAST_KEYS} are wanted")
        figures |= {**spread(those, f"key_{tone_ms}ms_to_silence_"), f"keys_of_{tone_ms}ms": len(those)}
        replies = [key.reply_s for key in keys if key.tone_ms == tone_ms and key.reply_s is not None]
        figures |= spread(replies, f"key_{tone_ms}ms_end_to_reply_")
    return figures


def _hang_up(calls: list[PhoneCall]) -> None:
    for call in calls:
        call.hang_up()
