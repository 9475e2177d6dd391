"""Handing one part of a text to a GSM module, and what its answer means.

The one thing that must be told apart: a part that certainly did not leave (may be tried again) and one that perhaps
did (`TextUnconfirmed`; never tried again).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from firmware.modem.errors import LineError, ModemSilent, NumberRefused, TextRefused, TextUnconfirmed
from firmware.modem.gsm import replies
from firmware.modem.gsm.lines import PROMPT
from firmware.modem.gsm.serial import SafeGsm
from firmware.modem.pdu.message import PduError, submits_of, tpdu_octets
from firmware.phone_number import international, is_diallable

# +CMS ERROR causes, 27.005 clause 3.2.5
_IN_DOUBT = (332,)  # network time-out: the network may have taken it
_NEVER = (1, 8, 10, 28, 29, 30, 50, 69, 304)  # no later try cures these


@dataclass(frozen=True)
class SentPart:
    """One part that the module said it had sent."""

    sequence: int
    reference: int  # TP-MR: names the part in its delivery report
    sent_at: datetime


def pdus_of(number: str, body: str, reference: int) -> list[bytes]:
    """The parts of a text to a number in normal form; raises `NumberRefused` for what cannot be written at all."""
    if not is_diallable(number):
        raise NumberRefused("this is no telephone number")
    try:
        return submits_of(international(number), body, reference)
    except PduError as error:
        raise NumberRefused(str(error)) from error


def send_pdu(modem: SafeGsm, pdu: bytes, on_prompt: Callable[[], None]) -> int:
    """Send one part; its reference. Raises `TextUnconfirmed` if it may have left, another `LineError` if not.

    `on_prompt` is called when the module waits for the part; if it raises, the part does not leave.
    """
    try:
        said = modem.get_prompt(tpdu_octets(pdu))
    except ModemSilent as error:
        modem.tell(error)
        raise
    if said != PROMPT:
        raise _refusal(said)
    try:
        on_prompt()
        modem.check()  # it took its time: a line that was closed meanwhile gets no text
    except BaseException:
        modem.leave_prompt()
        raise
    try:
        lines = modem.give_pdu(pdu)
    except LineError as error:
        modem.tell(error)  # its late answer would be taken for another command's: the line must connect anew
        raise TextUnconfirmed("no answer came to a text that was handed over") from error
    reference = replies.sent_reference(lines)
    if reference is None:
        raise _refusal(lines[-1])
    return reference


def _refusal(line: str) -> LineError:
    code = replies.error_code(line)
    if code in _IN_DOUBT or line == "OK":
        return TextUnconfirmed("the network did not answer in time")
    if code in _NEVER:
        return NumberRefused(f"the network refused the text for good (cause {code})")
    return TextRefused("the text was refused" + ("" if code is None else f" (cause {code})"))
