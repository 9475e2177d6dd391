"""A voice modem's parameters: values with a range that a command sets, reads (?) and tests (=?)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from firmware.modem.virtual.voice_modem.commands import BadCommand, Command

_REGISTERS = {"S0": 0, "S1": 0, "S2": 43, "S3": 13, "S4": 10, "S5": 8, "S6": 2, "S7": 60, "S8": 2, "S10": 14}


@dataclass(frozen=True)
class Parameter:
    """The values of one extended command, each with its range and its factory value."""

    ranges: tuple[tuple[int, int], ...]
    factory: tuple[int, ...]
    voice_only: bool = False
    least: int = 1  # how many values must be given


PARAMETERS = {
    "+VSD": Parameter(((0, 255), (0, 255)), (128, 50), voice_only=True, least=2),
    "+VGT": Parameter(((0, 255),), (128,)),
    "+VGR": Parameter(((0, 255),), (128,)),
    "+VTD": Parameter(((1, 255),), (100,)),
    "+VCID": Parameter(((0, 1),), (0,)),
    "+VNH": Parameter(((0, 2),), (0,)),
    "+VIT": Parameter(((0, 255),), (0,)),
    "+VDR": Parameter(((0, 1), (0, 255)), (0, 0)),
    "+VRA": Parameter(((0, 255),), (50,)),
    "+VRN": Parameter(((0, 255),), (10,)),
    "+IFC": Parameter(((0, 3), (0, 2)), (2, 2)),
    "+IPR": Parameter(((0, 921_600),), (0,)),
    "-SCID": Parameter(((0, 1),), (0,)),
    "-STE": Parameter(((0, 7),), (0,)),
}
FORGOTTEN_WITH_VOICE_MODE = ("+VSD", "+VGT", "+VGR", "+VTD")
_BASIC_RANGES = {"E": 1, "V": 1, "Q": 1, "X": 4, "M": 3, "L": 3, "&D": 3, "&C": 1, "&K": 6, "&S": 1, "&W": 1, "\\N": 7}
_BASIC_FACTORY = {"E": 1, "V": 1, "X": 4, "M": 1, "L": 1, "&D": 2, "&C": 1, "&K": 3}
_NUMBERS = re.compile(r"=[0-9]*(,[0-9]*)*")


class Settings:
    """All parameters of one modem, with their factory values at first."""

    def __init__(self) -> None:
        self._values = {name: parameter.factory for name, parameter in PARAMETERS.items()}
        self._basic = {name: _BASIC_FACTORY.get(name, 0) for name in _BASIC_RANGES}
        self._registers = dict(_REGISTERS)

    def value(self, name: str, index: int = 0) -> int:
        """One value of an extended command."""
        return self._values[name][index]

    def basic(self, name: str) -> int:
        return self._basic[name]

    def register(self, name: str) -> int:
        return self._registers[name]

    def restore(self, names: tuple[str, ...]) -> None:
        """Give some parameters their factory values back."""
        for name in names:
            self._values[name] = PARAMETERS[name].factory

    def handles(self, command: Command) -> bool:
        return command.name in PARAMETERS or command.name in _BASIC_RANGES or command.name[:1] == "S"

    def execute(self, command: Command, in_voice_mode: bool) -> str | None:
        """Carry `command` out and return the text it answers with, if any; raises `BadCommand`."""
        if command.name in _BASIC_RANGES:
            self._set_basic(command)
            return None
        if command.name not in PARAMETERS:
            return self._register(command)
        parameter = PARAMETERS[command.name]
        if parameter.voice_only and not in_voice_mode:
            raise BadCommand(f"{command.name} outside voice mode")
        if command.rest == "=?":
            return ",".join(f"({low}-{high})" for low, high in parameter.ranges)
        if command.rest == "?":
            return ",".join(map(str, self._values[command.name]))
        self._values[command.name] = _values(parameter, command, self._values[command.name])
        return None

    def _set_basic(self, command: Command) -> None:
        value = int(command.rest or 0)
        if value > _BASIC_RANGES[command.name]:
            raise BadCommand(f"{command.name}{value} is out of range")
        self._basic[command.name] = value

    def _register(self, command: Command) -> str | None:
        if command.name not in self._registers:
            raise BadCommand(f"no register {command.name}")
        if command.rest == "?":
            return f"{self._registers[command.name]:03}"
        value = int(command.rest[1:] or 0)
        if value > 255:
            raise BadCommand(f"{command.name}={value} is out of range")
        self._registers[command.name] = value
        return None


def _values(parameter: Parameter, command: Command, old: tuple[int, ...]) -> tuple[int, ...]:
    given = numbers(command)
    if not parameter.least <= len(given) <= len(parameter.ranges):
        raise BadCommand(f"{command.name} takes {len(parameter.ranges)} values")
    for value, (low, high) in zip(given, parameter.ranges, strict=False):
        if value is not None and not low <= value <= high:
            raise BadCommand(f"{command.name}: {value} is out of range")
    kept = [before if value is None else value for value, before in zip(given, old, strict=False)]
    return (*kept, *old[len(kept) :])


def numbers(command: Command) -> list[int | None]:
    """The values after "=", None for one left out; raises `BadCommand`."""
    if not _NUMBERS.fullmatch(command.rest):
        raise BadCommand(f"{command.name} takes numbers")
    return [int(value) if value else None for value in command.rest[1:].split(",")]
