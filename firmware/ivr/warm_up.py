"""Every fragment that a call may speak, so that the clips are made before the first caller needs them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from firmware.clinic.profile import ClinicProfile
from firmware.language.catalogue import Catalogue, Fragment
from firmware.language.speaking import all_fragments, voice_for
from firmware.language.values import LANGUAGES, Language, Name
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import departments, doctors


def names_to_warm(tx: Transaction, profile: ClinicProfile) -> list[tuple[Fragment, Language]]:
    """The clinic's own names alone: they change while the box works."""
    names = [profile.name, *_names(tx)]
    return [
        (fragment, voice_for(fragment.text, language))
        for language in LANGUAGES
        for fragment in _spoken(names, language)
    ]


def fragments_to_warm(tx: Transaction, profile: ClinicProfile, catalogue: Catalogue) -> list[tuple[Fragment, Language]]:
    """Prompts, words of values and the clinic's own names, in the voice that will speak each."""
    return names_to_warm(tx, profile) + [
        (fragment, voice_for(fragment.text, language))
        for language in LANGUAGES
        for fragment in (*catalogue.literals(language), *_words(language))
    ]


def _words(language: Language) -> Iterator[Fragment]:
    return (Fragment(text) for text in all_fragments(language))


def _spoken(names: list[Name], language: Language) -> Iterator[Fragment]:
    return (Fragment(name.in_language(language)) for name in names)


def _names(tx: Transaction) -> Iterator[Name]:
    for table in (departments, doctors):
        for row in tx.execute(select(table.c.name_zh, table.c.name_en)):
            yield Name(row.name_zh, row.name_en)
