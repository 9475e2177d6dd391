"""All tables of the ledger, for who makes or compares them as a whole."""

from firmware.storage import (
    account_schema,
    call_schema,
    desk_schema,
    people_schema,
    roster_schema,
    staff_schema,
    text_schema,
)
from firmware.storage.schema import metadata

__all__ = [
    "account_schema", "call_schema", "desk_schema", "metadata", "people_schema", "roster_schema", "staff_schema",
    "text_schema",
]  # fmt: skip
