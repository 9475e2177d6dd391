"""Passwords: long rather than contorted, none that guessers try first, and kept only as Argon2id hashes."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from firmware.staff.errors import Weakness, WeakPassword

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 128
LEAST_SCORE = 3  # of zxcvbn's 0 to 4: more than 10^8 guesses

# 21 ms on a 2-core x86-64 machine; 19 MiB and two passes are OWASP's least for Argon2id.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_one_at_a_time = threading.Lock()  # a crowd that signs in takes neither the calls' memory nor both cores


def hash_password(password: str) -> str:
    """What is kept of the password."""
    with _one_at_a_time:
        return _HASHER.hash(_bytes(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. Without a hash (nobody has the login) it takes as long, and never is."""
    known = password_hash or _nobodys_hash()
    with _one_at_a_time:
        try:
            _HASHER.verify(known, _bytes(password))
        except VerifyMismatchError:
            return False
    return password_hash is not None


def check_strength(password: str, *own_words: str) -> None:
    """Raise `WeakPassword` for one that would be guessed; `own_words` are those that a guesser knows of its owner.

    No rule asks for capitals or signs: length is what counts, in any script.
    """
    password = unicodedata.normalize("NFC", password)
    if len(password) < LEAST_CHARACTERS:
        raise WeakPassword(Weakness.TOO_SHORT)
    if len(password) > MOST_CHARACTERS:
        raise WeakPassword(Weakness.TOO_LONG)
    if _score(password, ()) < LEAST_SCORE:
        raise WeakPassword(Weakness.COMMON)
    words = _words(own_words)
    rest = _without(password, words)
    if not rest or _score(rest, words) < LEAST_SCORE:
        raise WeakPassword(Weakness.OWN_WORDS)


def _score(password: str, own_words: tuple[str, ...]) -> int:
    from zxcvbn import zxcvbn  # its word lists take 25 ms and some megabytes, which only a new password needs

    return int(zxcvbn(password, user_inputs=list(own_words), max_length=MOST_CHARACTERS)["score"])


def _words(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The words in the texts, longest first; two Latin letters are in too many passwords by chance."""
    found = {word for text in texts for word in re.split(r"[\W_]+", unicodedata.normalize("NFC", text).casefold())}
    return tuple(
        sorted((word for word in found if len(word.encode(errors="surrogatepass")) > 2), key=len, reverse=True)
    )


def _without(password: str, words: tuple[str, ...]) -> str:
    """What a guesser who knows the words must still guess; signs between them are no riddle."""
    rest = password
    for word in words:
        rest = re.sub(re.escape(word), "", rest, flags=re.IGNORECASE)
    return password if rest == password else re.sub(r"[\W_]+", "", rest)


def _bytes(password: str) -> bytes:
    """The same password from every keyboard: an accented letter may come as one character or as two."""
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")


@cache
def _nobodys_hash() -> str:
    return hash_password("nobody has this password")
