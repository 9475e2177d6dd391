"""Carries out AT commands on a voice modem (ITU-T V.250, V.253)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from firmware.modem.virtual.plans import CountryPlan, countries, load_plan, plan_of_t35_code
from firmware.modem.virtual.voice_modem import calls as modem_calls
from firmware.modem.virtual.voice_modem.commands import BadCommand, Command, split
from firmware.modem.virtual.voice_modem.profile import SampleFormat
from firmware.modem.virtual.voice_modem.settings import numbers
from firmware.modem.virtual.voice_modem.voice_stream import Direction

if TYPE_CHECKING:
    from firmware.modem.virtual.voice_modem.modem import Modem

CALLER_ID_PATCH = "4886"
_VOICE_ONLY = {"+VSM", "+VLS", "+VTS", "+VTX", "+VRX", "+VTR", "+VIP"}


class Interpreter:
    """Obeys one modem's command lines."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._handlers: dict[str, Callable[[Command], None]] = {
            "": lambda _: None,
            "I": self._identify,
            "Z": lambda _: modem.reset(),
            "&F": lambda _: modem.reset_to_factory(),
            "H": self._hook,
            "A": lambda _: modem.answer(),
            "D": lambda command: modem.dial(command.rest),
            "O": self._refuse,
            "!": self._patch,
            "+FCLASS": self._service_class,
            "+GCI": self._country,
            "+GMI": self._maker,
            "+GMM": self._maker,
            "+VSM": self._sample_format,
            "+VLS": self._line_select,
            "+VTS": self._send_tones,
            "+VIP": lambda _: modem.forget_voice_settings(),
            "+VTX": self._stream,
            "+VRX": self._stream,
            "+VTR": self._stream,
        }

    def execute(self, line: str) -> None:
        """Obey one line; answers with its texts and one final result (or CONNECT, or the result of a job later)."""
        modem = self._modem
        try:
            for command in split(line):
                self._execute(command)
                if modem.is_occupied:
                    return
        except BadCommand:
            modem.replies.result("ERROR")
        else:
            modem.replies.result("OK")

    def _execute(self, command: Command) -> None:
        modem = self._modem
        if command.name in _VOICE_ONLY and not modem.is_in_voice_mode:
            raise BadCommand(f"{command.name} outside voice mode")
        handler = self._handlers.get(command.name)
        if handler is not None:
            handler(command)
        elif modem.settings.handles(command):
            self._parameter(command)
        else:
            raise BadCommand(f"{command.name} is unknown")

    def _parameter(self, command: Command) -> None:
        text = self._modem.settings.execute(command, self._modem.is_in_voice_mode)
        if text is not None:
            self._modem.replies.text(text)
        if command.name == "&W":
            self._modem.store_settings()

    def _identify(self, command: Command) -> None:
        self._modem.replies.text(_known(self._modem.profile.identity, command.rest or "0"))

    def _maker(self, command: Command) -> None:
        self._modem.replies.text(self._modem.profile.model)

    def _hook(self, command: Command) -> None:
        if command.rest == "1":
            self._modem.off_hook()
        elif command.rest in ("", "0"):
            self._modem.hang_up()
        else:
            self._refuse(command)

    def _patch(self, command: Command) -> None:
        """The Conexant's door to its memory: one address chooses the caller id standard."""
        address, _, value = command.rest.partition("=")
        patches = self._modem.profile.caller_id_patch
        if not patches:
            raise BadCommand("this chipset has no patches")
        if address == CALLER_ID_PATCH:
            self._modem.caller_id_kind = _known(patches, value)

    def _service_class(self, command: Command) -> None:
        modem = self._modem
        if command.rest == "=?":
            modem.replies.text(modem.profile.fclass)
        elif command.rest == "?":
            modem.replies.text(modem.service_class)
        elif command.rest[1:] in modem.profile.fclass.split(","):
            modem.choose_class(command.rest[1:])
        else:
            self._refuse(command)

    def _country(self, command: Command) -> None:
        modem = self._modem
        if command.rest == "=?":
            modem.replies.text("+GCI: (" + ",".join(f"{load_plan(each).t35_code:02X}" for each in countries()) + ")")
        elif command.rest == "?":
            modem.replies.text(f"+GCI: {modem.plan.t35_code:02X}")
        else:
            modem.plan = _plan_of(command.rest[1:])

    def _sample_format(self, command: Command) -> None:
        modem = self._modem
        if command.rest == "=?":
            modem.replies.text(*modem.profile.format_texts)
        elif command.rest == "?":
            modem.replies.text(f"{modem.format.id},8000,0,0")
        else:
            modem.format = self._chosen_format(command)

    def _chosen_format(self, command: Command) -> SampleFormat:
        profile, given = self._modem.profile, numbers(command)
        if len(given) not in profile.quirks.vsm_arguments:
            raise BadCommand(f"+VSM with {len(given)} values")
        if len(given) > 1 and str(given[1]) != "8000":
            raise BadCommand("only 8000 samples a second")
        chosen = next((each for each in profile.formats if each.id == given[0]), None)
        if chosen is None:
            raise BadCommand(f"no format {given[0]}")
        return chosen

    def _line_select(self, command: Command) -> None:
        modem = self._modem
        labels = [label.partition(",")[0] for label in modem.profile.line_labels]
        if command.rest == "=?":
            modem.replies.text(*modem.profile.line_labels)
        elif command.rest == "?":
            modem.replies.text(modem.label)
        elif command.rest[1:] not in labels:
            self._refuse(command)
        elif command.rest == "=0":
            modem.on_hook()
        else:
            modem.off_hook()

    def _send_tones(self, command: Command) -> None:
        modem = self._modem
        if modem.label == "0" or not command.rest.startswith("="):
            raise BadCommand("+VTS needs the line")
        sound = modem_calls.tones_of(command.rest[1:], modem.settings.value("+VTD"))
        modem.begin(modem_calls.send_tones(modem, sound), can_be_aborted=False)

    def _stream(self, command: Command) -> None:
        modem = self._modem
        has_it = command.name != Direction.DUPLEX or modem.profile.duplex
        if not has_it or command.rest not in ("", "=?"):
            raise BadCommand(f"this modem has no {command.name}{command.rest}")
        if command.rest:
            return
        if modem.label == "0":
            raise BadCommand(f"{command.name} needs the line")
        modem.start_stream(Direction(command.name))

    def _refuse(self, command: Command) -> None:
        raise BadCommand(f"{command.name}{command.rest} makes no sense")


def _known(table: dict[str, str], key: str) -> str:
    if key not in table:
        raise BadCommand(f"{key!r} is not one of {', '.join(table)}")
    return table[key]


def _plan_of(code: str) -> CountryPlan:
    try:
        plan = plan_of_t35_code(int(code, 16))
    except ValueError as error:
        raise BadCommand("+GCI takes a code in hexadecimal") from error
    if plan is None:
        raise BadCommand(f"no country {code}")
    return plan
