"""What the desk wrote down of a call: notes, and what it was about."""

from __future__ import annotations

from typing import Any

from firmware.clinic import screen_pop, talk_notes
from firmware.clinic.call_journal import Call
from firmware.staff import users
from firmware.storage.ledger import Transaction
from webui.reader import Reader


def context(reader: Reader, tx: Transaction, call: Call) -> dict[str, Any]:
    """For the page of a call."""
    settings, words = reader.office.desk_settings(), reader.words
    return {
        "number": screen_pop.number_of(call),
        "notes": talk_notes.notes(tx, call.id),
        "abouts": [
            (name, words.name(talk_notes.disposition_name(settings, key)))
            for name, key in talk_notes.dispositions(tx, call.id)
        ],
        "staff": {user.login: user.name for user in users.all_users(tx)},
    }
