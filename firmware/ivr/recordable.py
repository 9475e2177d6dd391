"""What a clinic can record in its own voice: the fixed pieces of the prompts, and its own names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Table, select

from firmware.clinic.profile import ClinicProfile
from firmware.ivr.catalogue import prompts
from firmware.language.speaking import voice_for
from firmware.language.values import LANGUAGES, Language, Name
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import departments, doctors

NAMES = "names"
TEXTS = "text"  # prompts of this family are never spoken
_LONGEST_FILE_NAME = 120  # bytes


@dataclass(frozen=True)
class Spoken:
    """What one recording says; its file is `<voice>/<name>.wav` below the staff recordings."""

    text: str
    voice: Language  # of its script: an English sentence in a Chinese prompt is the English speaker's
    key: str | None  # None: looked up by its text

    @property
    def name(self) -> str:
        return self.key or self.text


@dataclass(frozen=True)
class Piece:
    """One thing to record, in every language that says it."""

    id: str  # of a prompt's piece its key ("booked.time.2"), of a name whose it is ("doctor-5")
    prompt: str | None  # the prompt that it is a part of
    spoken: Mapping[Language, Spoken]

    @property
    def family(self) -> str:
        """The first word of the prompt's key, or `NAMES`."""
        return self.prompt.partition(".")[0] if self.prompt else NAMES

    @property
    def is_spoken(self) -> bool:
        return self.family != TEXTS


def pieces(tx: Transaction, profile: ClinicProfile | None) -> list[Piece]:
    """The names, then the prompts in the order of their files; without a clinic only the prompts."""
    return [*(names(tx, profile) if profile else ()), *of_prompts()]


@cache
def of_prompts() -> tuple[Piece, ...]:
    """The fixed pieces of every prompt."""
    found: dict[str, dict[Language, Spoken]] = {}
    for language in LANGUAGES:
        for fragment in prompts().literals(language):
            found.setdefault(str(fragment.key), {})[language] = _spoken(fragment.text, language, fragment.key)
    known = frozenset(prompts().keys())
    made = [Piece(key, _prompt_of(key, known), spoken) for key, spoken in found.items()]
    place = {key: number for number, key in enumerate(dict.fromkeys(piece.prompt for piece in made))}
    return tuple(sorted(made, key=lambda piece: (place[piece.prompt], piece.id != piece.prompt, piece.id)))


def names(tx: Transaction, profile: ClinicProfile) -> list[Piece]:
    """The clinic's name and those of its departments and doctors; without those that can't be a file's name."""
    own = {"clinic": profile.name, **dict(_rows(tx, "department", departments)), **dict(_rows(tx, "doctor", doctors))}
    made = [Piece(whose, None, _of_name(name)) for whose, name in own.items()]
    return [piece for piece in made if piece.spoken]


def _of_name(name: Name) -> dict[Language, Spoken]:
    spoken = {language: _spoken(name.in_language(language), language, None) for language in LANGUAGES}
    return {language: each for language, each in spoken.items() if _is_file_name(each.name)}


def _spoken(text: str, language: Language, key: str | None) -> Spoken:
    return Spoken(text, voice_for(text, language), key)


def _prompt_of(key: str, known: frozenset[str]) -> str:
    """The second piece of "booked.time" is recorded as "booked.time.2"."""
    return key if key in known else key.rpartition(".")[0]


def _rows(tx: Transaction, what: str, table: Table) -> Iterator[tuple[str, Name]]:
    columns = (table.c.id, table.c.name_zh, table.c.name_en)
    for row in tx.execute(select(*columns).order_by(table.c.id)):
        yield f"{what}-{row.id}", Name(row.name_zh, row.name_en)


def _is_file_name(name: str) -> bool:
    is_plain = "/" not in name and not name.startswith(".") and name.isprintable()
    return is_plain and len(name.encode("utf-8", "replace")) <= _LONGEST_FILE_NAME
