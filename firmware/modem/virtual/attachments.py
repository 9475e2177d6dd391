"""What hangs on the network's lines: a device behind a pseudo-terminal, moved on a tick at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from firmware.modem.virtual.errors import NotPossible
from firmware.modem.virtual.gsm_module.module import GsmModule
from firmware.modem.virtual.subscriber_line import SubscriberLine
from firmware.modem.virtual.terminal import Fault, Terminal
from firmware.modem.virtual.text_switch import TextSwitch
from firmware.modem.virtual.voice_modem.modem import Modem
from firmware.modem.virtual.voice_modem.profile import ModemProfile


class Attachment(Protocol):
    """A device, its line and its terminal."""

    name: str
    kind: str
    number: str
    terminal: Terminal

    @property
    def waits_for_host(self) -> bool:
        """Whether its sound runs dry unless the host writes right now."""

    def serve_host(self) -> None:
        """Hand over what the host wrote."""

    def tick(self, now: float) -> None:
        """Box time is `now` seconds; 10 ms have passed."""

    def set_fault(self, fault: Fault, is_on: bool) -> None: ...

    def restart(self) -> None:
        """Power off and on."""

    def line(self) -> SubscriberLine:
        """The copper wires; raises `NotPossible` for a device without."""

    def state(self) -> dict[str, Any]:
        """For people."""


class VoiceAttachment:
    """A voice modem on a subscriber line."""

    kind = "voice"

    def __init__(self, name: str, link: Path, profile: ModemProfile, line: SubscriberLine) -> None:
        self.name = name
        self.number = line.number
        self.terminal = Terminal(link)
        self._line = line
        self._modem = line.device = Modem(profile, line, self.terminal)
        self.terminal.plug_in()

    @property
    def waits_for_host(self) -> bool:
        return self._modem.waits_for_host

    def serve_host(self) -> None:
        if data := self.terminal.read():
            self._modem.feed(data)

    def tick(self, now: float) -> None:
        if self.terminal.host_has_left():
            self._modem.host_left()
        self.terminal.tick(now)
        self._modem.tick()

    def set_fault(self, fault: Fault, is_on: bool) -> None:
        if fault is Fault.RESET:
            if is_on:
                self._modem.power_cycle()
            return
        has_changed = is_on != (fault in self.terminal.faults)
        _set_fault(self.terminal, fault, is_on)
        self._modem.replies.loses_unsolicited = Fault.LOSE_UNSOLICITED in self.terminal.faults
        if fault is Fault.UNPLUG and has_changed:
            self._modem.power_cycle()

    def restart(self) -> None:
        self.terminal.unplug()
        self._modem.power_cycle()
        self.terminal.plug_in()

    def line(self) -> SubscriberLine:
        return self._line

    def state(self) -> dict[str, Any]:
        hook = "off-hook" if self._line.is_off_hook else "ringing" if self._line.call else "on-hook"
        return {"model": self._modem.profile.model, "hook": hook, **_terminal_state(self.terminal)}


class GsmAttachment:
    """A GSM module on the air."""

    kind = "gsm"
    waits_for_host = False

    def __init__(self, name: str, link: Path, number: str, switch: TextSwitch) -> None:
        self.name = name
        self.number = number
        self.terminal = Terminal(link)
        self.module = GsmModule(number, self.terminal.send, switch)
        self.terminal.plug_in()

    def serve_host(self) -> None:
        if data := self.terminal.read():
            self.module.feed(data)

    def tick(self, now: float) -> None:
        self.terminal.host_has_left()
        self.terminal.tick(now)
        self.module.tick(now)

    def set_fault(self, fault: Fault, is_on: bool) -> None:
        if fault is Fault.RESET:
            if is_on:
                self.module.restart()
            return
        _set_fault(self.terminal, fault, is_on)
        self.module.terminal.loses_unsolicited = Fault.LOSE_UNSOLICITED in self.terminal.faults
        if fault is Fault.UNPLUG:
            self.module.restart()

    def restart(self) -> None:
        self.module.restart()

    def line(self) -> SubscriberLine:
        raise NotPossible(f"{self.name} is a mobile: it has no copper wires")

    def state(self) -> dict[str, Any]:
        return {"registered": self.module.is_registered, **_terminal_state(self.terminal)}


def _set_fault(terminal: Terminal, fault: Fault, is_on: bool) -> None:
    was_on = fault in terminal.faults
    (terminal.faults.add if is_on else terminal.faults.discard)(fault)
    if fault is Fault.UNPLUG and is_on != was_on:
        (terminal.unplug if is_on else terminal.plug_in)()


def _terminal_state(terminal: Terminal) -> dict[str, Any]:
    return {"host": terminal.host_is_there, "faults": sorted(terminal.faults)}
