"""The virtual voice modem: between a host that speaks AT commands and a subscriber line.

Sans-IO: fed with the host's bytes and the line's sound, clocked by `tick` (10 ms).
"""

from __future__ import annotations

import copy

from firmware.audio.port import Sound
from firmware.modem.virtual.plans import CountryPlan, load_plan
from firmware.modem.virtual.sound_queue import SoundQueue
from firmware.modem.virtual.subscriber_line import SubscriberLine
from firmware.modem.virtual.tones import SILENCE
from firmware.modem.virtual.voice_modem import calls as modem_calls
from firmware.modem.virtual.voice_modem.calls import Job
from firmware.modem.virtual.voice_modem.commands import LineReader
from firmware.modem.virtual.voice_modem.interpreter import Interpreter
from firmware.modem.virtual.voice_modem.line_signals import KeySignals, SilenceSignals, ToneSignals
from firmware.modem.virtual.voice_modem.profile import ModemProfile
from firmware.modem.virtual.voice_modem.replies import HostPort, Replies
from firmware.modem.virtual.voice_modem.ring_reports import RingReports
from firmware.modem.virtual.voice_modem.settings import FORGOTTEN_WITH_VOICE_MODE, Settings
from firmware.modem.virtual.voice_modem.stream import next_event
from firmware.modem.virtual.voice_modem.voice_stream import Direction, VoiceStream

VOICE, DATA = "8", "0"
FACTORY_COUNTRY = "us"
BREAK_EVENT = "l"


class Modem:
    """One modem, with power on."""

    def __init__(self, profile: ModemProfile, line: SubscriberLine, port: HostPort) -> None:
        self.profile = profile
        self.replies = Replies(port)
        self.tones = SoundQueue()
        self.format = profile.formats[0]
        self.plan: CountryPlan = load_plan(FACTORY_COUNTRY)
        self.caller_id_kind = "fsk"
        self.service_class = DATA
        self.label = "0"
        self._line = line
        self._stored = Settings()
        self._inbox = bytearray()
        self._reader = LineReader()
        self._interpreter = Interpreter(self)
        self._ring = RingReports(self)
        self._stream: VoiceStream | None = None
        self._job: Job | None = None
        self._job_can_be_aborted = False
        self._hear_nothing_yet()

    # ---- the host ----

    @property
    def settings(self) -> Settings:
        return self.replies.settings

    @property
    def is_in_voice_mode(self) -> bool:
        return self.service_class == VOICE

    @property
    def is_occupied(self) -> bool:
        """Whether the host's bytes are no command lines at the moment."""
        return self._stream is not None or self._job is not None

    @property
    def waits_for_host(self) -> bool:
        """Whether the next tick of sound is missing although the host has been sending."""
        return self._stream is not None and self._stream.waits_for_host

    def feed(self, data: bytes) -> None:
        """Bytes from the host."""
        self._inbox += data
        while self._inbox and self._serve_host():
            pass

    def host_left(self) -> None:
        """The host closed the port, so DTR dropped: with &D2 the modem hangs up and waits for commands."""
        self._inbox.clear()
        self._leave_states()
        self.on_hook()
        self.choose_class(DATA)

    def power_cycle(self) -> None:
        """The modem was unplugged and plugged in again."""
        self.host_left()
        self.plan = load_plan(FACTORY_COUNTRY)
        self.caller_id_kind = "fsk"
        self.replies.settings = copy.deepcopy(self._stored)

    def _serve_host(self) -> bool:
        """Use up some of the inbox; whether more could be done with the rest."""
        if self._stream is not None:
            return self._read_stream(self._stream)
        if self._job is not None:
            return self._job_can_be_aborted and self._abort_job()
        taken, line = self._reader.next_line(self._inbox)
        self.replies.echo(taken)
        if line is not None:
            self._interpreter.execute(line)
        return line is not None

    def _read_stream(self, stream: VoiceStream) -> bool:
        event = next_event(self._inbox)
        if event is None:
            return False
        self.replies.events(stream.host_said(event))
        self._end_stream_if_over()
        return True

    def _abort_job(self) -> bool:
        self._inbox.clear()
        self._leave_states()
        self.on_hook()
        self.replies.result("NO CARRIER")
        return True

    # ---- what commands do ----

    def reset(self) -> None:
        self.on_hook()
        self.choose_class(DATA)
        self.replies.settings = copy.deepcopy(self._stored)

    def reset_to_factory(self) -> None:
        self.replies.settings = Settings()

    def store_settings(self) -> None:
        self._stored = copy.deepcopy(self.settings)

    def choose_class(self, service_class: str) -> None:
        """+FCLASS; leaving voice mode hangs up unless +VNH forbids it."""
        if self.is_in_voice_mode and service_class != VOICE:
            if self.settings.value("+VNH") == 0:
                self.on_hook()
            if self.profile.quirks.forgets_voice_settings:
                self.forget_voice_settings()
        self.service_class = service_class

    def forget_voice_settings(self) -> None:
        self.settings.restore(FORGOTTEN_WITH_VOICE_MODE)
        self.format = self.profile.formats[0]

    def off_hook(self) -> None:
        """Seize the line, unless the line rings just now and this modem then refuses."""
        self.label = "1"
        if self._line.ring_is_on and not self.profile.quirks.seizes_during_ring:
            return
        self._hear_nothing_yet()
        self._line.go_off_hook()

    def on_hook(self) -> None:
        self.label = "0"
        self.tones.clear()
        self._line.go_on_hook()

    def hang_up(self) -> None:
        """ATH."""
        self.on_hook()
        if self.profile.quirks.hang_up_leaves_voice_mode:
            self.choose_class(DATA)

    def answer(self) -> None:
        """ATA: a voice call is simply taken; in data mode the modem waits for another modem."""
        self.off_hook()
        if not self.is_in_voice_mode:
            self.begin(modem_calls.wait_for_carrier(self))

    def dial(self, text: str) -> None:
        self.off_hook()
        self.begin(modem_calls.dial(self, text))

    def begin(self, job: Job, can_be_aborted: bool = True) -> None:
        """Do something that takes time; its result code follows when it is done."""
        self._job, self._job_can_be_aborted = job, can_be_aborted

    def start_stream(self, direction: Direction) -> None:
        self._stream = VoiceStream(direction, self.format.codec, self.profile.play_out_bytes)
        interval = self.settings.value("+VSD", 1) if self.profile.quirks.detects_silence else 0
        self._silence = SilenceSignals(interval * 10)  # +VSD counts tenths of a second
        self.replies.result("CONNECT")

    # ---- the line ----

    def ring_changed(self, rings: bool) -> None:
        self._ring.changed(rings)

    def hear_on_hook(self, sound: Sound) -> None:
        self._ring.hear(sound)

    def loop_broke(self) -> None:
        if self.is_in_voice_mode:
            self.replies.events(BREAK_EVENT)

    def speak(self) -> Sound:
        if self._stream is None:
            return self.tones.next()
        sound, codes = self._stream.next_tick()
        self.replies.events(codes)
        return sound

    def hear(self, sound: Sound) -> None:
        stream = self._stream
        codes = self.keys.hear(sound) + self.signals.hear(sound)
        if stream is not None and stream.receives:
            codes += self._silence.hear(sound)
        if self.is_in_voice_mode and self._job is None:
            self.replies.events(codes)
        if stream is not None and stream.receives:
            self.replies.samples(stream.codec.encode(sound))

    def tick(self) -> None:
        """10 ms have passed."""
        self._ring.tick()
        if not self._line.is_off_hook and self._stream is not None:
            self.speak()
            self.hear(SILENCE)
        self._end_stream_if_over()
        self._go_on_with_job()

    # ---- inside ----

    def _hear_nothing_yet(self) -> None:
        self.keys = KeySignals(self.profile.quirks.shields_digits)
        self.signals = ToneSignals(self.plan)
        self._silence = SilenceSignals(0)

    def _go_on_with_job(self) -> None:
        if self._job is None:
            return
        try:
            next(self._job)
        except StopIteration as end:
            self._job = None
            self.replies.result(end.value)
            self.feed(b"")

    def _end_stream_if_over(self) -> None:
        stream = self._stream
        if stream is None or not stream.is_over:
            return
        self._stream = None
        if stream.receives:
            self.replies.end_of_stream()
        self.replies.result("OK")

    def _leave_states(self) -> None:
        self._stream = None
        self._job = None
