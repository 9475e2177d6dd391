"""The pieces as the pages show them: by area, with what callers hear of each in each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from firmware.ivr import recordable
from firmware.ivr.recordable import NAMES, TEXTS, Piece, Spoken
from firmware.language.values import LANGUAGES, Language
from webui.forms import Form
from webui.reader import Reader, address
from webui.recordings import StaffRecordings

PAGE, SOUND = "/prompts/piece", "/prompts/sound"
OTHERS = "others"
AREAS: Mapping[str, tuple[str, ...]] = {  # area: the families of prompts in it
    "names": (NAMES,),
    "greeting": ("front", "main", "always", "star", "else", "again", "voice", "trouble", "limits"),
    "who": ("identify", "callback"),
    "booking": ("book", "kind", "item", "confirm", "booked"),
    "own": ("cancel", "mine"),
    "information": ("information", "duty", "opening", "address"),
    "message": ("message", "box", "person"),
    "exact": ("exact",),
    OTHERS: (),
    "texts": (TEXTS,),
}
_AREA_OF = {family: area for area, families in AREAS.items() for family in families}


@dataclass(frozen=True)
class Cell:
    """A piece in one language."""

    text: str
    is_recorded: bool
    url: str
    sound_url: str


@dataclass(frozen=True)
class Row:
    """A piece in every language; a language that does not say it has no cell."""

    piece: Piece
    cells: Mapping[Language, Cell]

    @property
    def recorded_count(self) -> int:
        return sum(cell.is_recorded for cell in self.cells.values())

    @property
    def is_uneven(self) -> bool:
        """In the clinic's voice for one caller, in the computer's for another."""
        return 0 < self.recorded_count < len(self.cells)


class Shelf:
    """All pieces as they stand at this moment."""

    def __init__(self, reader: Reader) -> None:
        self.recordings = StaffRecordings(reader.office.folders.staff_recordings)
        profile = reader.profile if reader.office.has_clinic else None
        with reader.office.ledger.reading() as tx:
            self._pieces = {piece.id: piece for piece in recordable.pieces(tx, profile)}

    @cached_property
    def rows(self) -> list[Row]:
        recorded = self.recordings.recorded()
        return [_row(piece, recorded) for piece in self._pieces.values()]

    def chosen(self, form: Form) -> tuple[Piece, Language, Spoken] | None:
        """The piece and language that a form or an address names; None when it names none of ours."""
        piece, language = self._pieces.get(form.raw("piece")), form.raw("language")
        spoken = piece.spoken.get(language) if piece else None
        return (piece, language, spoken) if piece and spoken and piece.is_spoken else None

    def next_to_record(self, after: str, language: Language) -> Row | None:
        """The next piece, in the order of the list, that has no recording in the language."""
        ordered = [row for _, rows in by_area(self.rows) for row in rows]
        ids = [row.piece.id for row in ordered]
        start = ids.index(after) + 1 if after in ids else 0
        following = ordered[start:] + ordered[:start]
        return next((row for row in following if is_to_record(row, language) and row.piece.id != after), None)


def is_to_record(row: Row, language: Language) -> bool:
    return row.piece.is_spoken and language in row.cells and not row.cells[language].is_recorded


def by_area(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The rows in the order of `AREAS`, areas without rows left out."""
    found: dict[str, list[Row]] = {area: [] for area in AREAS}
    for row in rows:
        found[area_of(row.piece)].append(row)
    return [(area, rows_there) for area, rows_there in found.items() if rows_there]


def area_of(piece: Piece) -> str:
    return _AREA_OF.get(piece.family, OTHERS)


def counts(rows: list[Row]) -> dict[Language, tuple[int, int]]:
    """Of each language: how many pieces are recorded, and how many there are."""
    cells = {language: [row.cells[language] for row in rows if _counts(row, language)] for language in LANGUAGES}
    return {language: (sum(cell.is_recorded for cell in found), len(found)) for language, found in cells.items()}


def sound_url(piece: Piece, language: Language, take: str = "") -> str:
    return address(SOUND, piece=piece.id, language=language, take=take)


def piece_url(piece: Piece, language: Language) -> str:
    return address(PAGE, piece=piece.id, language=language)


def _counts(row: Row, language: Language) -> bool:
    return row.piece.is_spoken and language in row.cells


def _row(piece: Piece, recorded: set[tuple[str, str]]) -> Row:
    quoted = quote(piece.id)  # hundreds of rows: `address` would take longer than all else
    cells = {
        language: Cell(
            spoken.text,
            (spoken.voice, spoken.name) in recorded,
            f"{PAGE}?piece={quoted}&language={language}",
            f"{SOUND}?piece={quoted}&language={language}",
        )
        for language, spoken in piece.spoken.items()
    }
    return Row(piece, cells)
