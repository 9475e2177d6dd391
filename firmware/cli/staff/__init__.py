"""What staff do without a browser: commands over the ledger and the set-up documents; the box may run or not."""

from __future__ import annotations

from firmware.cli.staff import (
    absent,
    add_patient,
    back_up,
    book,
    bookings,
    calls,
    cancel,
    check_in,
    closed,
    deposit,
    extra,
    flows,
    load_sample,
    messages,
    patients,
    present,
    reset_pin,
    roster,
    set_up,
    text_parts,
)

COMMANDS = (
    load_sample, set_up, bookings, book, cancel, check_in, patients, add_patient, reset_pin, deposit, roster, absent,
    present, closed, extra, messages, calls, flows, text_parts, back_up,
)  # fmt: skip
