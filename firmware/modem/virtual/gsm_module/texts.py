"""The text side of a virtual GSM module: storages, notices, sending (27.005 clauses 3 and 4, PDU mode)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from firmware.modem.pdu.message import PduError, Submit, decode_submit, from_hex, tpdu_octets
from firmware.modem.virtual.gsm_module.sim_card import MessageStorage, StoredText
from firmware.modem.virtual.gsm_module.terminal import CommandError, Handler, Terminal
from firmware.modem.virtual.text_switch import SERVICE_CENTRE, Air

SUBMIT_S = 0.4  # from Ctrl-Z to +CMGS
_NOT_SUPPORTED, _INVALID_PARAMETER, _INVALID_INDEX, _NO_NETWORK, _UNKNOWN = 303, 304, 321, 331, 500
_ALL = 4
_TP_MTI, _REPORT = 3, 2


class SubmitFault(StrEnum):
    """What may go wrong with a text that the box hands over."""

    NONE = "none"
    REFUSED = "refused"  # the network says no
    SENT_UNANSWERED = "sent unanswered"  # it leaves, and the answer gets lost
    LOST_UNANSWERED = "lost unanswered"  # it does not leave, and no answer comes


class TextService:
    """Keeps texts in numbered places, tells the box of new ones, takes texts from it."""

    def __init__(
        self, number: str, terminal: Terminal, air: Air, later: Callable[[float, Callable[[], None]], None]
    ) -> None:
        self.number = number
        self.storages = {"SM": MessageStorage(30), "ME": MessageStorage(23)}
        self.submit_fault = SubmitFault.NONE
        self.is_registered = True
        self._terminal = terminal
        self._air = air
        self._later = later
        self._reference = 0
        self.reset()

    def reset(self) -> None:
        """As after power on: nothing is told of, texts go to the SIM card."""
        self._memories = ["SM", "SM", "SM"]  # read and delete, write and send, received
        self._text_route = self._report_route = 0

    def restart(self) -> None:
        """Texts are kept over a restart, in other places."""
        for storage in self.storages.values():
            storage.renumber()
        self.reset()

    def take(self, pdu: bytes) -> bool:
        """The network delivers a PDU; False when there is no room for it."""
        is_report = pdu[1 + pdu[0]] & _TP_MTI == _REPORT
        if is_report and self._report_route != 2:
            if self._report_route == 1:
                self._show("+CDS: ", pdu)
            return True
        if not is_report and self._text_route == 2:
            self._show("+CMT: ,", pdu)
            return True
        index = self.storages[self._memories[2]].put(pdu)
        if index is not None and (is_report or self._text_route == 1):
            self._terminal.unsolicited(f'{"+CDSI" if is_report else "+CMTI"}: "{self._memories[2]}",{index}')
        return index is not None

    def commands(self) -> dict[str, Handler]:
        return {
            "+CMGF": self._cmgf, "+CPMS": self._cpms, "+CNMI": self._cnmi, "+CSCA": self._csca,
            "+CSMP": lambda kind, _: [],
            "+CSMS": lambda kind, _: ["+CSMS: 1,1,1"] if kind == "=" else [],
            "+CMGS": self._cmgs, "+CMGL": self._cmgl, "+CMGR": self._cmgr, "+CMGD": self._cmgd,
        }  # fmt: skip

    def _show(self, head: str, pdu: bytes) -> None:
        self._terminal.unsolicited(f"{head}{tpdu_octets(pdu)}\r\n{pdu.hex().upper()}")

    @property
    def _readable(self) -> MessageStorage:
        return self.storages[self._memories[0]]

    def _cmgf(self, kind: str, arguments: str) -> list[str]:
        if kind == "?":
            return ["+CMGF: 0"]
        if kind == "=" and arguments != "0":
            raise CommandError(_NOT_SUPPORTED, "CMS")
        return []

    def _csca(self, kind: str, arguments: str) -> list[str]:
        return [f'+CSCA: "{SERVICE_CENTRE}",145'] if kind == "?" else []

    def _cpms(self, kind: str, arguments: str) -> list[str]:
        if kind == "=?":
            return ['+CPMS: ("ME","SM"),("ME","SM"),("ME","SM")']
        if kind == "=":
            wished = [name.strip('" ') for name in arguments.split(",")]
            if not 1 <= len(wished) <= 3 or any(name not in self.storages for name in wished):
                raise CommandError(_INVALID_PARAMETER, "CMS")
            self._memories[: len(wished)] = wished
        counts = [(name, self.storages[name].used, self.storages[name].capacity) for name in self._memories]
        if kind == "=":
            return ["+CPMS: " + ",".join(f"{used},{total}" for _, used, total in counts)]
        return ["+CPMS: " + ",".join(f'"{name}",{used},{total}' for name, used, total in counts)]

    def _cnmi(self, kind: str, arguments: str) -> list[str]:
        if kind == "=?":
            return ["+CNMI: (0,1,2),(0,1,2),(0,2),(0,1,2),(0,1)"]
        if kind == "?":
            return [f"+CNMI: 2,{self._text_route},0,{self._report_route},0"]
        wished = _numbers(arguments)
        self._text_route = wished[1] if len(wished) > 1 else 0
        self._report_route = wished[3] if len(wished) > 3 else 0
        return []

    def _cmgl(self, kind: str, arguments: str) -> list[str]:
        wished = (_numbers(arguments) or [0])[0]
        lines: list[str] = []
        for index, text in sorted(self._readable.texts.items()):
            if wished in (_ALL, int(text.is_read)):
                lines += [f"+CMGL: {index},{int(text.is_read)},,{tpdu_octets(text.pdu)}", text.pdu.hex().upper()]
                text.is_read = True
        return lines

    def _cmgr(self, kind: str, arguments: str) -> list[str]:
        text = self._text_at(arguments)
        line = f"+CMGR: {int(text.is_read)},,{tpdu_octets(text.pdu)}"
        text.is_read = True
        return [line, text.pdu.hex().upper()]

    def _cmgd(self, kind: str, arguments: str) -> list[str]:
        if kind == "=?":
            return [f"+CMGD: ({','.join(map(str, sorted(self._readable.texts)))}),(0-4)"]
        numbers = _numbers(arguments)
        if len(numbers) > 1 and numbers[1] == _ALL:
            self._readable.texts.clear()
        else:
            self._readable.texts.pop((numbers or [0])[0], None)
        return []

    def _text_at(self, arguments: str) -> StoredText:
        text = self._readable.texts.get((_numbers(arguments) or [0])[0])
        if text is None:
            raise CommandError(_INVALID_INDEX, "CMS")
        return text

    def _cmgs(self, kind: str, arguments: str) -> None:
        octets = _numbers(arguments)
        if kind != "=" or len(octets) != 1:
            raise CommandError(_INVALID_PARAMETER, "CMS")
        self._terminal.prompt(lambda digits: self._submit(octets[0], digits))

    def _submit(self, octets: int, digits: bytes | None) -> None:
        if digits is None:
            self._terminal.finish([])
            return
        try:
            pdu = from_hex(digits.decode("latin-1").strip())
            message = decode_submit(pdu)
        except PduError:
            self._terminal.finish([], CommandError(_INVALID_PARAMETER, "CMS"))
            return
        if tpdu_octets(pdu) != octets:
            self._terminal.finish([], CommandError(_INVALID_PARAMETER, "CMS"))
        else:
            self._later(SUBMIT_S, lambda: self._hand_over(message))

    def _hand_over(self, message: Submit) -> None:
        if not self.is_registered or self.submit_fault is SubmitFault.REFUSED:
            self._terminal.finish([], CommandError(_UNKNOWN if self.is_registered else _NO_NETWORK, "CMS"))
            return
        self._reference = (self._reference + 1) % 256
        if self.submit_fault is not SubmitFault.LOST_UNANSWERED:
            self._air.submit(
                self.number,
                Submit(message.recipient, message.body, message.wants_report, message.concat, self._reference),
            )
        if self.submit_fault is SubmitFault.NONE:
            self._terminal.finish([f"+CMGS: {self._reference}"])
        else:
            self._terminal.abandon()


def _numbers(arguments: str) -> list[int]:
    """The numbers of a parameter list; what is no number makes the command fail."""
    try:
        return [int(number) for number in arguments.split(",") if number.strip()]
    except ValueError:
        raise CommandError(_INVALID_PARAMETER, "CMS") from None
