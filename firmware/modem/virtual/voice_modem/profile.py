"""What one model of voice modem is like, read from `models/<model>.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from firmware.modem.virtual.errors import BadConfig
from firmware.modem.virtual.voice_modem.sample_codecs import CODECS, Codec

FOLDER = Path(__file__).with_name("models")


@dataclass(frozen=True)
class SampleFormat:
    """A sample format that can be chosen with +VSM."""

    id: int
    codec: Codec


@dataclass(frozen=True)
class Quirks:
    """Where models of one chipset or another differ from V.253 and from each other."""

    vsm_arguments: tuple[int, ...]  # how many values +VSM takes
    hang_up_leaves_voice_mode: bool
    forgets_voice_settings: bool  # on leaving voice mode
    shields_digits: bool  # <DLE>/ before, <DLE>~ after, the digit repeated meanwhile
    detects_silence: bool
    seizes_during_ring: bool  # otherwise an off-hook command in a ring burst has no effect
    ring_report_ms: int  # from the start of a burst to its RING
    spaced_caller_id: bool


@dataclass(frozen=True)
class ModemProfile:
    """One model of modem."""

    model: str
    identity: dict[str, str]  # answers to ATI0, ATI3, ...
    fclass: str
    duplex: bool  # whether there is +VTR
    play_out_bytes: int
    sample_rates: tuple[str, ...]
    format_texts: tuple[str, ...]  # the answer to +VSM=?
    formats: tuple[SampleFormat, ...]  # those of them that can be chosen; the first is the default
    line_labels: tuple[str, ...]
    quirks: Quirks
    caller_id_patch: dict[str, str] = field(default_factory=dict)  # value of AT!4886 to "fsk" or "dtmf"


def load_profile(model: str, duplex: bool | None = None) -> ModemProfile:
    """The profile of a model, with or without +VTR if `duplex` says so; raises `BadConfig`."""
    models = sorted(path.stem for path in FOLDER.glob("*.toml"))
    if model not in models:
        raise BadConfig(f"there is no modem model {model!r}; there are {', '.join(models)}")
    table = tomllib.loads((FOLDER / f"{model}.toml").read_text(encoding="utf-8"))
    quirks = table.pop("quirks")
    listed = table.pop("formats")
    table["format_texts"] = tuple(each["text"] for each in listed)
    table["formats"] = tuple(SampleFormat(each["id"], CODECS[each["codec"]]) for each in listed if "codec" in each)
    quirks["vsm_arguments"] = tuple(quirks["vsm_arguments"])
    for name in ("sample_rates", "line_labels"):
        table[name] = tuple(table[name])
    if duplex is not None:
        table["duplex"] = duplex
    return ModemProfile(model=model, quirks=Quirks(**quirks), **table)
