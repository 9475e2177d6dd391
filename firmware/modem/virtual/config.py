"""The network's configuration file (YAML)."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from firmware.modem.virtual.errors import BadConfig
from firmware.modem.virtual.exchange import TRUNKS
from firmware.modem.virtual.line import LineQuality
from firmware.modem.virtual.plans import countries
from firmware.modem.virtual.voice_modem.profile import ModemProfile, load_profile
from firmware.phone_number import NotANumber, normalise

KINDS = ("voice", "gsm")
_NAME = re.compile(r"\w[\w-]*")  # it is part of a file's name
CALLER_IDS = ("fsk", "dtmf", "none")


@dataclass(frozen=True)
class LineConfig:
    """One line of the network; what is None is as the country's plan or the model says."""

    name: str
    kind: str
    number: str
    model: str = "USR5637"
    gain_db: float = 0.0
    noise_dbm0: float | None = None
    echo_db: float | None = None
    caller_id: str | None = None
    loop_break_ms: int | None = None
    duplex: bool | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadConfig(f"a line's name is letters, digits, - and _, not {self.name!r}")
        if self.kind not in KINDS:
            raise BadConfig(f"line {self.name}: kind is one of {', '.join(KINDS)}, not {self.kind!r}")
        if self.caller_id is not None and self.caller_id not in CALLER_IDS:
            raise BadConfig(f"line {self.name}: caller_id is one of {', '.join(CALLER_IDS)}, not {self.caller_id!r}")
        try:
            normalise(self.number)
        except NotANumber as error:
            raise BadConfig(f"line {self.name}: {error}") from error
        self.profile()
        if not all(isinstance(each, int | float | None) for each in (self.gain_db, self.noise_dbm0, self.echo_db)):
            raise BadConfig(f"line {self.name}: gain, noise and echo are numbers")
        LineQuality(self.gain_db, self.noise_dbm0, self.echo_db)

    @property
    def quality(self) -> LineQuality:
        return LineQuality(self.gain_db, self.noise_dbm0, self.echo_db)

    def profile(self) -> ModemProfile:
        """The modem on this line; raises `BadConfig`."""
        return load_profile(self.model, self.duplex)


@dataclass(frozen=True)
class NetworkConfig:
    """The whole network."""

    lines: tuple[LineConfig, ...]
    country: str = "cn"
    phones: tuple[str, ...] = ()  # numbers that can be called although they have not called yet
    trunks: int = TRUNKS
    keeps_sound: bool = True  # of each phone's calls, as files in the run folder

    def __post_init__(self) -> None:
        if self.country not in countries():
            raise BadConfig(f"country is one of {', '.join(countries())}, not {self.country!r}")
        for what in ("name", "number"):
            seen = [getattr(line, what) for line in self.lines]
            if len(set(seen)) < len(seen):
                raise BadConfig(f"two lines have the same {what}")


def read_config(path: Path) -> NetworkConfig:
    """The configuration in a file; raises `BadConfig`."""
    try:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadConfig(f"{path.name} cannot be read: {error}") from error
    table = _table(table, NetworkConfig, path.name)
    lines = tuple(LineConfig(**_table(each, LineConfig, "a line")) for each in _list(table, "lines"))
    return NetworkConfig(**{**table, "lines": lines, "phones": tuple(map(str, _list(table, "phones")))})


def _table(value: Any, kind: type[Any], place: str) -> dict[str, Any]:
    known = {each.name for each in fields(kind)}
    if not isinstance(value, dict) or not set(value) <= known:
        extra = sorted(map(str, set(value) - known)) if isinstance(value, dict) else [str(value)]
        raise BadConfig(f"{place}: {', '.join(extra)} is not known; there is {', '.join(sorted(known))}")
    return {key: str(entry) if key in ("name", "number") else entry for key, entry in value.items()}


def _list(table: dict[str, Any], key: str) -> list[Any]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise BadConfig(f"{key} is a list")
    return value
