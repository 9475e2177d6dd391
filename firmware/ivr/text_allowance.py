"""How often a number is answered: people always, a machine that answers our answers three times an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import takewhile

from firmware.ivr.text_reading import plain
from firmware.storage import outbox
from firmware.storage.inbox import InboxText, bodies_before
from firmware.storage.ledger import Transaction

MOST = 3
WINDOW = timedelta(hours=1)

UNDERSTOOD, NOT_UNDERSTOOD = "reply", "auto"  # purposes in the outbox


def for_a_command(tx: Transaction, now: datetime, message: InboxText) -> int:
    """How many replies a text that begins something has left, its own included: the same words again and again are a
    machine's."""
    earlier = bodies_before(tx, message, now - WINDOW, MOST)
    same = takewhile(lambda body: plain(body) == plain(message.body), earlier)
    return MOST - len(list(same))


def for_the_rest(tx: Transaction, now: datetime, number: str) -> int:
    """How many replies to what is not understood are left, this one included, since something was."""
    return MOST - outbox.count_since(tx, number, now - WINDOW, NOT_UNDERSTOOD, after=UNDERSTOOD)
