"""How the stories read what they heard."""

import itertools

from firmware.modem.virtual.hearing.listener import Heard

_DIGITS = str.maketrans("0123456789", "零幺二三四五六七八九")


def spoken_code(code: str) -> str:
    """A booking code as it is heard in Chinese."""
    return code.translate(_DIGITS)


def pauses_s(fragments: list[Heard]) -> list[float]:
    """Seconds from the beginning of each fragment to the beginning of the next."""
    return [(later.starts_at - earlier.starts_at) / 8000 for earlier, later in itertools.pairwise(fragments)]
