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
    claim_code,
    closed,
    deposit,
    extra,
    flows,
    load_sample,
    make_up,
    messages,
    no_show,
    patient,
    patients,
    present,
    reset_pin,
    roster,
    set_up,
    text_parts,
    users,
)

COMMANDS = (
    load_sample, set_up, roster, absent, present, closed, make_up, extra, bookings, book, cancel, check_in, no_show,
    patients, patient, add_patient, reset_pin, deposit, messages, calls, flows, text_parts, back_up,
    claim_code, users,
)  # fmt: skip
