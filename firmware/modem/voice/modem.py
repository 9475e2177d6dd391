"""What a V.253 voice modem can be told, in the line's words; the profile says how its kind wants it said."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.clock import Clock, Deadline
from firmware.modem.errors import CommandRefused, DuplexRefused, LineError, ModemSilent, SoundRefused
from firmware.modem.serial_device import SerialDevice
from firmware.modem.voice import dle
from firmware.modem.voice.at import AtEvent
from firmware.modem.voice.at_session import AtSession
from firmware.modem.voice.coding import Coder, coder
from firmware.modem.voice.profile import LineSettings, Profile, SampleFormat, choose, choose_format, read_formats

_T35_CODES = {"cn": "26", "us": "B5", "de": "42"}  # ITU-T T.35 annex A
_COUNTRY = "{country}"  # in a profile's commands
_PING_TIMEOUT_S = 2.0
_WAKE_TRIES = 3
_QUIET_S = 0.3
_DIAL_TIMEOUT_S = 20.0  # 17 digits of a fifth of a second, and of a second where +VTD is refused
_DIGIT_10MS = 10
_END_TIMEOUT_S = 2.0  # drain of the play-out buffer and OK; an honest modem needs its lead plus a little


@dataclass(frozen=True)
class VoiceAbilities:
    """What one modem was found to be able to do."""

    sound_format: SampleFormat
    duplex: bool


class VoiceModem:
    """One modem, set up and ready; every method may raise `LineUnplugged`, `ModemSilent` or `CommandRefused`."""

    def __init__(self, device: SerialDevice, clock: Clock, settings: LineSettings) -> None:
        """Wake the modem, ask what it is and can do, and prepare it for its line."""
        self.device = device
        self._session = AtSession(device, clock)
        self._clock = clock
        self._wake()
        self.settings = settings
        self.profile = settings.profile or self._identify()
        echoes = self._session.echoes()
        self._prepare(self.profile.init, self.profile.init_optional + self.profile.caller_id[settings.caller_id])
        if echoes:
            self._keep_settings()
        self.abilities = self._learn()

    @property
    def coder(self) -> Coder:
        """The tables of the sound format that is used."""
        return coder(self.abilities.sound_format.coding)

    # ---- on-hook ----

    def ping(self) -> None:
        """Ask for a sign of life."""
        self._session.tell("AT", _PING_TIMEOUT_S)

    def wait(self, timeout_s: float) -> list[AtEvent]:
        """What the modem says by itself; waits at most `timeout_s`."""
        return self._session.wait(timeout_s)

    # ---- off-hook ----

    def enter_voice(self) -> None:
        """Voice mode with the chosen format; it forgets both when it leaves, so this precedes every call."""
        self._session.drop_codes()
        self._session.tell("AT+FCLASS=8")
        self._session.tell(self.abilities.sound_format.command(self.profile.vsm_arguments))
        self._prepare(self.profile.voice, self.profile.voice_optional)

    def seize(self) -> None:
        """Go off-hook (V.253 label 1: modem on the line)."""
        self._session.tell("AT+VLS=1")

    def take_ring(self) -> bool:
        """Whether the line rings, as far as was told until now; to be asked before it is seized."""
        return self._session.take_ring()

    def send_digits(self, digits: str) -> None:
        """Dial `digits` on the seized line (+VTS: what the far end sounds like can be heard at once behind it)."""
        self._prepare((), (f"AT+VTD={_DIGIT_10MS}",))
        self._session.tell(f"AT+VTS={','.join(digits)}", _DIAL_TIMEOUT_S)

    def release(self) -> None:
        """Go on-hook and back to where rings and caller ids come as text."""
        self._session.tell("ATH")
        self._session.tell("AT+FCLASS=0")

    def begin_duplex(self) -> bytes:
        """Both directions at once; the first bytes received. Raises `DuplexRefused` when the modem can't."""
        try:
            return self._session.connect("AT+VTR")
        except CommandRefused as error:
            raise DuplexRefused(str(error)) from error

    def begin_sending(self) -> bytes:
        """Towards the caller only; events still come."""
        return self._session.connect("AT+VTX")

    def begin_receiving(self) -> bytes:
        """From the caller only."""
        return self._session.connect("AT+VRX")

    def end_stream(self, ending: bytes, unshielder: dle.Unshielder) -> None:
        """End the stream with `ending`; insists when the modem does not listen, then raises `ModemSilent`.

        A silent sample in front closes a code that was left half sent.
        """
        silence = bytes([self.coder.silence])
        self.device.read_in_chunks_of(1)
        for attempt in (silence + ending, silence + dle.THROW_AWAY + dle.END_OF_SOUND):
            self.device.write(attempt)
            try:
                self._await_end(unshielder, sends_mark=ending != dle.END_OF_SOUND)
            except ModemSilent:
                continue
            return
        raise ModemSilent("the modem does not end its stream")

    def _await_end(self, unshielder: dle.Unshielder, *, sends_mark: bool) -> None:
        """Read up to DLE ETX where the modem sends one, and the OK behind it."""
        deadline = Deadline(self._clock, _END_TIMEOUT_S)
        if not sends_mark:
            return self._session.expect_ok(b"", deadline.remaining_s)
        while not deadline.is_over:
            _, events = unshielder.feed(self.device.read(deadline.remaining_s))
            if dle.StreamEnded() in events:
                return self._session.expect_ok(unshielder.take_rest(), _END_TIMEOUT_S)
        raise ModemSilent("the modem goes on sending")

    # ---- at the start ----

    def _wake(self) -> None:
        """Bring the modem to command state, whatever an earlier process left it in."""
        for attempt in range(_WAKE_TRIES):
            try:
                self._session.settle(_QUIET_S)
                self._session.tell("AT", _PING_TIMEOUT_S)
                break
            except LineError:
                if attempt == _WAKE_TRIES - 1:
                    raise
                self.device.write(dle.END_DUPLEX + dle.ABORT_RECEIVE + dle.THROW_AWAY + dle.END_OF_SOUND + b"\r")
        self._session.tell("ATZ")

    def _keep_settings(self) -> None:
        """Let the modem remember ATE0, once in its life (a memory wears out).

        A modem that echoes and resets itself in a call sends the box its own sound back: no silence by which to tell
        that it has left the call.
        """
        self._prepare((), ("AT&W",))

    def _identify(self) -> Profile:
        return choose(*(" ".join(self._session.ask(command)) for command in ("ATI0", "ATI3")))

    def _prepare(self, commands: tuple[str, ...], optional: tuple[str, ...]) -> None:
        for command in commands:
            self._session.tell(command)
        for command in optional:
            try:
                self._session.tell(command.replace(_COUNTRY, _T35_CODES[self.settings.country]))
            except CommandRefused:
                continue  # the profile says it can be done without

    def _learn(self) -> VoiceAbilities:
        """Formats and duplex, asked in voice mode: outside of it modems refuse the questions."""
        try:
            self._session.tell("AT+FCLASS=8")
            formats = read_formats(self._session.ask("AT+VSM=?"))
        except CommandRefused as error:
            raise SoundRefused("this modem has no voice mode (firmware too old?)") from error
        duplex = self.profile.duplex and self._has("AT+VTR=?")
        self._session.tell("AT+FCLASS=0")
        return VoiceAbilities(choose_format(formats, self.profile.codings), duplex)

    def _has(self, question: str) -> bool:
        try:
            self._session.ask(question)
        except CommandRefused:
            return False
        return True
