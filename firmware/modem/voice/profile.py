"""What differs between modem chipsets, as data: `profiles/*.toml`, chosen by what the modem says of itself."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from firmware.modem.errors import ProfileBroken, SoundRefused
from firmware.modem.voice.coding import Coding

_FOLDER = Path(__file__).parent / "profiles"
_GENERIC = "generic"
_RATE_HZ = 8000


class CallerIdKind(StrEnum):
    """How the exchange tells who calls."""

    FSK = "fsk"  # between ring 1 and 2
    DTMF = "dtmf"  # before ring 1, in parts of China


@dataclass(frozen=True)
class Profile:
    """One chipset: how to know it, what to send it, how its sound behaves."""

    name: str
    ati0: re.Pattern[str]
    ati3: re.Pattern[str]
    init: tuple[str, ...]
    init_optional: tuple[str, ...]
    voice: tuple[str, ...]
    voice_optional: tuple[str, ...]
    caller_id: dict[CallerIdKind, tuple[str, ...]]
    codings: tuple[Coding, ...]
    vsm_arguments: int
    duplex: bool
    lead_ms: int
    silent_lead_ms: int
    throw_away: bool
    keys_from_events: bool
    false_dial_tone: bool

    def fits(self, ati0: str, ati3: str) -> bool:
        """Whether a modem that answers so to ATI0 and ATI3 is of this kind."""
        return bool(self.ati0.fullmatch(ati0) and self.ati3.fullmatch(ati3))


@dataclass(frozen=True)
class LineSettings:
    """What the clinic's set-up says of one voice line."""

    country: str = "cn"  # of the exchange: chooses the busy tones (`audio.call_tones.PLANS`)
    caller_id: CallerIdKind = CallerIdKind.FSK
    profile: Profile | None = None  # overrules what the modem says of itself


@dataclass(frozen=True)
class SampleFormat:
    """One line of the reply to +VSM=?"""

    number: int
    coding: Coding

    def command(self, arguments: int) -> str:
        """The command that chooses it; some modems want two arguments, some four."""
        return f"AT+VSM={self.number},{_RATE_HZ}" + (",0,0" if arguments == 4 else "")


@cache
def profiles() -> dict[str, Profile]:
    """Every profile by its file's name; raises `ProfileBroken` with the file named."""
    return {path.stem: load(path) for path in sorted(_FOLDER.glob("*.toml"))}


def choose(ati0: str, ati3: str) -> Profile:
    """The profile of a modem that answers so to ATI0 and ATI3; the generic one when nobody knows it."""
    known = (each for name, each in profiles().items() if name != _GENERIC and each.fits(ati0, ati3))
    return next(known, profiles()[_GENERIC])


def read_formats(reply: tuple[str, ...]) -> list[SampleFormat]:
    """The 8-bit codings at 8000 Hz in the text of +VSM=?, told by their names: the numbers differ between chips."""
    formats = (_read_format(line) for line in reply)
    return [each for each in formats if each is not None]


def choose_format(formats: list[SampleFormat], wanted: tuple[Coding, ...]) -> SampleFormat:
    """The first format of the first coding in `wanted` that the modem has; raises `SoundRefused`."""
    for coding in wanted:
        for each in formats:
            if each.coding == coding:
                return each
    raise SoundRefused("the modem offers no 8-bit sound at 8000 Hz that the box knows")


_FORMAT = re.compile(r'(?:\+VSM:\s*)?(\d{1,3}),\s*"([^"]{1,40})"(?:,\s*(\d{1,2}))?((?:[,\s]|[()\d-])*)')
_NAMES = (
    (re.compile(r"(?i).*\b(MU-?LAW|U-?LAW)\b.*"), Coding.MULAW),
    (re.compile(r"(?i).*\bA-?LAW\b.*"), Coding.ALAW),
    (re.compile(r"(?i).*(\bUNSIGNED PCM|8-BIT LINEAR).*"), Coding.LINEAR8),
    (re.compile(r"(?i)\s*SIGNED PCM.*"), Coding.SIGNED8),
)


def _read_format(line: str) -> SampleFormat | None:
    match = _FORMAT.fullmatch(line.strip())
    if match is None or match[3] not in (None, "8") or not _has_rate(match[4]):
        return None
    coding = next((coding for name, coding in _NAMES if name.fullmatch(match[2])), None)
    return None if coding is None else SampleFormat(int(match[1]), coding)


def _has_rate(rest: str) -> bool:
    rates = re.findall(r"\d{4,5}", rest)
    return not rates or str(_RATE_HZ) in rates


def load(path: Path) -> Profile:
    """The profile in one file; raises `ProfileBroken`."""
    try:
        return _read(tomllib.loads(path.read_text()))
    except (KeyError, ValueError, TypeError, re.error) as error:
        raise ProfileBroken(f"{path.name}: {error!r}") from error


def _read(document: dict[str, Any]) -> Profile:
    commands, sound = document["commands"], document["sound"]
    return Profile(
        name=document["name"],
        ati0=re.compile(document["identify"]["ati0"]),
        ati3=re.compile(document["identify"]["ati3"]),
        init=tuple(commands["init"]),
        init_optional=tuple(commands["optional"]),
        voice=tuple(commands["voice"]),
        voice_optional=tuple(commands["voice_optional"]),
        caller_id={kind: tuple(document["caller_id"][kind.value]) for kind in CallerIdKind},
        codings=tuple(Coding(each) for each in sound["codings"]),
        vsm_arguments=int(sound["vsm_arguments"]),
        duplex=bool(sound["duplex"]),
        lead_ms=int(sound["lead_ms"]),
        silent_lead_ms=int(sound["silent_lead_ms"]),
        throw_away=bool(sound["throw_away"]),
        keys_from_events=document["keys"]["duplex"] == "events",
        false_dial_tone=bool(document["line"]["false_dial_tone"]),
    )
