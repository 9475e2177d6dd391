"""Country tone plans: what an exchange sounds like and how it rings, read from `plans/<country>.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from firmware.modem.virtual.errors import BadConfig

FOLDER = Path(__file__).with_name("plans")


@dataclass(frozen=True)
class ToneSpec:
    """A call-progress tone: the frequencies sound together; on, off, on, ... in ms (empty: continuous)."""

    frequencies_hz: tuple[int, ...]
    cadence_ms: tuple[int, ...] = ()


@dataclass(frozen=True)
class CountryPlan:
    """One country's telephone network."""

    name: str
    t35_code: int  # ITU-T T.35 Annex A, what AT+GCI takes
    zone: str
    level_dbm0: float  # of each tone as a whole
    ring_ms: tuple[int, ...]  # on, off, on, ...; the last gap is the long one
    caller_id: str  # "fsk", "dtmf" or "none", unless a line says otherwise
    loop_break_ms: int  # the loop opens for so long when the far end hangs up; 0: it does not
    release_delay_ms: int  # from the far end's hang-up to the busy tone
    dial: ToneSpec
    ring_back: ToneSpec
    busy: ToneSpec
    congestion: ToneSpec
    unobtainable: ToneSpec


@cache
def load_plan(country: str) -> CountryPlan:
    """The plan of a country by its two letters; raises `BadConfig`."""
    path = FOLDER / f"{country}.toml"
    if country not in countries():
        raise BadConfig(f"there is no tone plan for country {country!r}; there are {', '.join(countries())}")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    table |= {name: _tone(spec) for name, spec in table.pop("tones").items()}
    table["ring_ms"] = tuple(table["ring_ms"])
    return CountryPlan(**table)


def countries() -> list[str]:
    """Every country that has a plan."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def plan_of_t35_code(code: int) -> CountryPlan | None:
    """The plan whose T.35 country code this is."""
    return next((plan for plan in map(load_plan, countries()) if plan.t35_code == code), None)


def _tone(spec: dict[str, Any]) -> ToneSpec:
    return ToneSpec(tuple(spec["frequencies_hz"]), tuple(spec.get("cadence_ms", ())))
