"""A call that rings on a voice modem, as its call thread sees it."""

from __future__ import annotations

from firmware.audio.port import Port
from firmware.modem.errors import CallerGone, LineError
from firmware.modem.line import CallerId
from firmware.modem.voice.carried_call import CarriedCall


class VoiceCall(CarriedCall):
    """An `IncomingCall`: `answer` and `hang_up` may come from any thread."""

    def __init__(self, line_name: str, caller: CallerId) -> None:
        super().__init__(line_name)
        self.caller = caller

    def answer(self) -> Port:
        """Seize the line in the next silence between rings and give its sound; raises `LineError`."""
        return self._wait_for_answer()

    def _unanswered(self) -> LineError:
        return CallerGone("the caller hung up before the line was answered")
