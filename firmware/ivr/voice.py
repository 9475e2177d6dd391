"""The voice channel: carries turns out on a port, in the call's thread.

A key stops what is being said; keys pressed ahead are kept for the questions to come, none lost and none counted
twice. Only news must be heard first: keys pressed before its first words were meant for another question. The
patience of a question is counted in frames from the end of its prompts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from firmware.audio.clips import ClipStore
from firmware.audio.player import PromptSource, beep
from firmware.audio.port import HungUp, KeyPressed, Port, PortEvent, Sound, SourceEnded
from firmware.audio.recorder import MessageRecorder
from firmware.audio.recording_writer import RecordingWriter
from firmware.audio.speaker import sounds
from firmware.clock import Clock
from firmware.ivr.catalogue import prompts
from firmware.ivr.speaking import is_private, spoken_prompts
from firmware.ivr.turn import (
    Answer,
    Keys,
    Nothing,
    Patience,
    Recorded,
    Turn,
    WantDigits,
    WantKey,
    WantRecording,
)
from firmware.language.values import Language

NEWS_S = 1.0  # a key so soon after news began was pressed before anybody could have understood it
SLICE_S = 0.5  # how soon a prompt that noise has cut is noticed
RETELLINGS = 5
LATE_HASH_S = 2.0  # a `#` so soon after the last digit belongs to the number, however many digits it needed
SHORTEST_MESSAGE_S = 1.0
CLOSING_S = 5.0


class CallerHungUp(Exception):
    """The call is over; the message is the reason in the field's words."""


class Recorder(Protocol):
    """What records the whole call."""

    def mute(self, on: bool) -> None:
        """Keep the caller's keys out of the recording, or no longer."""

    def pause(self) -> None:
        """Record neither side, until `resume`."""

    def resume(self) -> None:
        """Record again."""


class VoiceChannel:
    """One call's channel.

    `message_files` names a new file for each message that the caller leaves; `on_message(file, seconds)` is called
    when one is on disk, also if it ended with a hang-up.
    """

    def __init__(
        self,
        port: Port,
        clock: Clock,
        clips: ClipStore,
        writer: RecordingWriter,
        message_files: Iterator[Path],
        on_message: Callable[[Path, float], None],
        recorder: Recorder | None = None,
    ) -> None:
        self._port = port
        self._clock = clock
        self._clips = clips
        self._writer = writer
        self._message_files = message_files
        self._on_message = on_message
        self._recorder = recorder
        self._last_key_s = 0.0
        self._hash_until_s = 0.0
        self._deaf_until_s = 0.0

    def carry_out(self, turn: Turn, language: Language) -> Answer:
        """Say the turn and wait for its answer; raises `CallerHungUp`."""
        sound = sounds(spoken_prompts(turn, language, prompts()), language, self._clips)
        self._deaf_until_s = self._port.seconds + NEWS_S if turn.is_news else 0.0
        with self._between_two(is_private(turn)):
            return self._carry_out(turn, sound)

    def _carry_out(self, turn: Turn, sound: list[list[Sound]]) -> Answer:
        match turn.want:
            case WantKey():
                key = self._key_while_telling(sound, turn.patience.first_digit_s)
                return Keys(key) if key else Nothing()
            case WantDigits() as want:
                with self._off_the_record():  # birth years, cards, telephone numbers, PINs
                    return self._digits(sound, want, turn.patience)
            case WantRecording(at_most_s=at_most_s):
                return self._message(sound, at_most_s)
            case _:
                self._tell_to_the_end(sound)
                return Nothing()

    # ---- keys ----

    def _digits(self, sound: list[list[Sound]], want: WantDigits, patience: Patience) -> Answer:
        key = self._key_while_telling(sound, patience.first_digit_s)
        if key is None:
            return Nothing()
        keys = ""
        while key is not None and key != "#":
            if key == "*":
                return Keys("*")
            keys += key
            if len(keys) >= want.most:
                self._hash_until_s = self._last_key_s + LATE_HASH_S
                break
            key = self._key_within(patience.between_digits_s)
        return Keys(keys)

    def _key_while_telling(self, sound: list[list[Sound]], patience_s: float) -> str | None:
        """Tell until a key comes, then wait for one; None if none came."""
        key = self._key_within(0.0)  # pressed ahead: nothing needs to be said
        for _ in range(RETELLINGS):
            if key is not None:
                return key
            key, was_cut = self._tell(sound)
            if not was_cut:
                break
        return key or self._key_within(patience_s)

    def _tell(self, sound: list[list[Sound]]) -> tuple[str | None, bool]:
        """Say it; the key that came, and whether it was cut short by something that was no answer."""
        source = PromptSource(sound, deaf_s=max(0.0, self._deaf_until_s - self._port.seconds))
        self._port.play(source)
        while True:
            spoken_s = source.spoken_s
            event = self._event(SLICE_S)
            if isinstance(event, SourceEnded):
                return None, False
            key = self._key_of(event)
            if key is not None:
                return key, False
            if event is None and source.spoken_s == spoken_s:
                return None, spoken_s < source.seconds

    def _key_within(self, seconds: float) -> str | None:
        end_s = self._port.seconds + seconds
        while True:
            event = self._event(max(0.0, end_s - self._port.seconds))
            key = self._key_of(event)
            if key is not None or (event is None and self._port.seconds >= end_s):
                return key

    def _key_of(self, event: PortEvent | None) -> str | None:
        if not isinstance(event, KeyPressed) or event.key not in "0123456789*#":
            return None
        if event.at_s < self._deaf_until_s:
            return None
        is_late = event.key == "#" and event.at_s <= self._hash_until_s
        self._hash_until_s, self._last_key_s = 0.0, event.at_s
        return None if is_late else event.key

    # ---- speaking to the end, recording ----

    def _tell_to_the_end(self, sound: list[list[Sound]]) -> None:
        source = PromptSource(sound, stops_at_key=False)
        self._port.play(source)
        while not isinstance(self._event(source.seconds + 1.0), SourceEnded):
            continue

    def _message(self, sound: list[list[Sound]], at_most_s: float) -> Answer:
        self._key_while_telling(sound, 0.0)
        self._tell_to_the_end([[beep()]])
        file = next(self._message_files)
        recorder = MessageRecorder(self._writer, file, at_most_s)
        self._port.only_listen(True)
        self._port.add_tap(recorder)
        try:
            while recorder.ended is None and self._key_of(self._event(SLICE_S)) != "#":
                continue
        finally:
            self._port.remove_tap(recorder)
            self._port.only_listen(False)
            seconds = self._kept(recorder, file)
        return Recorded(file, seconds) if seconds else Nothing()

    def _kept(self, recorder: MessageRecorder, file: Path) -> float:
        """Close the message; its length if it is one and is on disk, else 0."""
        if recorder.seconds < SHORTEST_MESSAGE_S:
            recorder.close(lambda file, _: file.unlink(missing_ok=True))
            return 0.0
        closed: Future[float] = Future()
        recorder.close(lambda _, seconds: closed.set_result(seconds))
        try:
            seconds = closed.result(self._clock.real_s(CLOSING_S))
        except TimeoutError:  # a full or stalled disk: should the file get there after all, staff find it
            closed.add_done_callback(lambda closed: self._on_message(file, closed.result()))
            return 0.0
        self._on_message(file, seconds)
        return seconds

    @contextmanager
    def _off_the_record(self) -> Iterator[None]:
        if self._recorder is None:
            yield
            return
        self._recorder.mute(True)
        try:
            yield
        finally:
            self._recorder.mute(False)

    @contextmanager
    def _between_two(self, is_private: bool) -> Iterator[None]:
        """No recording of the call holds what is private."""
        if self._recorder is None or not is_private:
            yield
            return
        self._recorder.pause()
        try:
            yield
        finally:
            self._recorder.resume()

    def _event(self, seconds: float) -> PortEvent | None:
        event = self._port.wait(seconds)
        if isinstance(event, HungUp):
            raise CallerHungUp(event.reason)
        return event
