"""A virtual GSM module that speaks like a SIM7600 in PDU mode: bytes in, bytes out, no port, thread or clock inside.

Whoever owns the port calls `feed` with what the box writes and `tick` with box seconds about a hundred times a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from firmware.modem.virtual.gsm_module.calls import RingingCall
from firmware.modem.virtual.gsm_module.sim_card import Sim
from firmware.modem.virtual.gsm_module.terminal import CommandError, Handler, Terminal
from firmware.modem.virtual.gsm_module.texts import TextService
from firmware.modem.virtual.text_switch import Air

# +CME ERROR, 27.007 clause 9.2
_NOT_SUPPORTED, _SIM_PIN_REQUIRED, _SIM_PUK_REQUIRED, _INCORRECT_PASSWORD = 4, 11, 12, 16
_NEEDS_SIM = ("+CMG", "+CPMS", "+CNMI", "+CSCA", "+CIMI", "+CLIP")
_IDENTITY = {
    "+CGMI": "SIMCOM INCORPORATED",
    "+CGMM": "SIMCOM_SIM7600CE",
    "+CGMR": "+CGMR: LE11B14SIM7600CE",
    "+CGSN": "867000000000001",
    "+CIMI": "460000000000001",
}


class GsmModule:
    """One module with its SIM card, on the air as `number`.

    `send` gets bytes for the box. `sim`, `texts` and `call` are its parts; `registration` (the stat of 27.007 clause
    7.2) and `signal` (the rssi of AT+CSQ) may be changed at any time.
    """

    def __init__(self, number: str, send: Callable[[bytes], None], air: Air, sim: Sim | None = None) -> None:
        self.number = number
        self.sim = sim or Sim()
        self.registration = 1
        self.signal = 20
        self._now = 0.0
        self._later: deque[tuple[float, Callable[[], None]]] = deque()
        self.terminal = Terminal(send, handlers := {})
        self.texts = TextService(number, self.terminal, air, self._do_later)
        self.call = RingingCall(self.terminal.unsolicited)
        handlers.update(self._commands())
        air.attach(self)

    def feed(self, data: bytes) -> None:
        """Bytes that the box wrote."""
        self.terminal.feed(data)

    def tick(self, now: float) -> None:
        """The box's monotonic time is `now` seconds."""
        self._now = now
        self.texts.is_registered = self.is_registered
        while self._later and self._later[0][0] <= now:
            self._later.popleft()[1]()
        self.terminal.go_on()
        self.call.tick(now)

    def restart(self) -> None:
        """Power off and on: texts are kept, in other places; settings and the unlocked PIN are not."""
        self._later.clear()
        self.sim.power_on()
        self.terminal.reset()
        self.call.reset()
        self.texts.restart()
        for line in ("RDY", f"+CPIN: {self.sim.state}", "SMS DONE", "PB DONE"):
            self.terminal.unsolicited(line)

    def take(self, pdu: bytes) -> bool:
        """The network delivers a text or a report; False when it must try again later."""
        return self.sim.state == "READY" and self.is_registered and self.texts.take(pdu)

    @property
    def is_registered(self) -> bool:
        return self.sim.state == "READY" and self.registration in (1, 5)

    def _do_later(self, seconds: float, run: Callable[[], None]) -> None:
        self._later.append((self._now + seconds, run))

    def _commands(self) -> dict[str, Handler]:
        general: dict[str, Handler] = {
            "": _nothing, "Z": self._z, "E": self._e, "+CMEE": self._cmee, "+CFUN": self._cfun, "+CRESET": self._creset,
            "+CPIN": self._cpin, "+SPIC": self._spic, "+CREG": self._creg("+CREG"), "+CEREG": self._creg("+CEREG"),
            "+CGREG": self._creg("+CGREG"), "+CSQ": self._csq, "+COPS": self._cops, "+CLAC": self._clac,
            "+CSCS": _nothing,
            **{name: _always(line) for name, line in _IDENTITY.items()},
        }  # fmt: skip
        commands = general | self.texts.commands() | self.call.commands()
        return {
            name: self._only_with_sim(run) if name.startswith(_NEEDS_SIM) else run for name, run in commands.items()
        }

    def _only_with_sim(self, run: Handler) -> Handler:
        def guarded(kind: str, arguments: str) -> list[str] | None:
            if self.sim.state != "READY":
                raise CommandError(_SIM_PUK_REQUIRED if self.sim.state == "SIM PUK" else _SIM_PIN_REQUIRED)
            return run(kind, arguments)

        return guarded

    def _z(self, kind: str, arguments: str) -> list[str]:
        self.terminal.echoes = True
        self.terminal.has_error_codes = False
        return []

    def _e(self, kind: str, arguments: str) -> list[str]:
        self.terminal.echoes = arguments != "0"
        return []

    def _cmee(self, kind: str, arguments: str) -> list[str]:
        self.terminal.has_error_codes = arguments != "0"
        return []

    def _cfun(self, kind: str, arguments: str) -> list[str] | None:
        if kind == "?":
            return ["+CFUN: 1"]
        return self._creset(kind, arguments) if arguments == "1,1" else []

    def _creset(self, kind: str, arguments: str) -> list[str] | None:
        self._do_later(0.0, self.restart)
        return []

    def _cpin(self, kind: str, arguments: str) -> list[str]:
        if kind == "?":
            return [f"+CPIN: {self.sim.state}"]
        codes = [code.strip('" ') for code in arguments.split(",")]
        if self.sim.state == "SIM PUK":
            is_right = len(codes) == 2 and self.sim.try_puk(codes[0], codes[1])
        else:
            is_right = self.sim.state == "READY" or self.sim.try_pin(codes[0])
        if not is_right:
            raise CommandError(_SIM_PUK_REQUIRED if self.sim.state == "SIM PUK" else _INCORRECT_PASSWORD)
        self._do_later(0.0, lambda: self.terminal.unsolicited("+CPIN: READY"))
        return []

    def _spic(self, kind: str, arguments: str) -> list[str]:
        return [f"+SPIC: {self.sim.pin_tries},{self.sim.puk_tries},0,10"]

    def _creg(self, name: str) -> Handler:
        return lambda kind, _: (
            [f"{name}: 0,{self.registration if self.sim.state == 'READY' else 0}"] if kind == "?" else []
        )

    def _csq(self, kind: str, arguments: str) -> list[str]:
        return [f"+CSQ: {self.signal},99"]

    def _cops(self, kind: str, arguments: str) -> list[str]:
        return ['+COPS: 0,0,"CHINA MOBILE",7'] if kind == "?" else []

    def _clac(self, kind: str, arguments: str) -> list[str]:
        return sorted("AT" + name for name in self._commands() if name.startswith("+"))


def _nothing(kind: str, arguments: str) -> list[str]:
    return []


def _always(line: str) -> Handler:
    return lambda kind, arguments: [line]
