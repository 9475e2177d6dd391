"""What is refused to those who sign in, or to those who look after them."""

from __future__ import annotations

from enum import StrEnum

from firmware.storage.errors import Settled


class StaffError(Exception):
    """A rule about the staff's accounts refuses what was asked."""


class WrongLogin(StaffError):
    """Login and password don't belong together, or the account is switched off; it is not said which."""

    def __init__(self) -> None:
        super().__init__("login and password don't belong together")


class TooManyTries(StaffError):
    """After so many wrong passwords the next try counts only in `retry_after_s` seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many wrong passwords: try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Weakness(StrEnum):
    """What is wrong with a password, as a page's text names it."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    COMMON = "common"  # among the first that a guesser tries
    OWN_WORDS = "own-words"  # hardly more than the login, a name or the clinic's


class WeakPassword(StaffError):
    """The password would be guessed, or is out of bounds; `reason` says why."""

    def __init__(self, reason: Weakness) -> None:
        super().__init__(f"the password is not good enough: {reason}")
        self.reason = reason


class BadLogin(StaffError):
    """A login has 2 to 40 letters or digits; '.', '_' and '-' may stand between."""

    def __init__(self) -> None:
        super().__init__("a login has 2 to 40 letters, digits, dots, underscores or hyphens")


class BadName(StaffError):
    """A name has 1 to 60 characters."""

    def __init__(self) -> None:
        super().__init__("a name has 1 to 60 characters")


class LoginTaken(StaffError):
    """Somebody else has this login."""

    def __init__(self, login: str) -> None:
        super().__init__(f"somebody has the login {login}")
        self.login = login


class NoSuchUser(StaffError):
    """Nobody has this account."""

    def __init__(self, who: str) -> None:
        super().__init__(f"nobody has the login {who}")


class LastAdmin(StaffError):
    """The box would have no administrator left."""

    def __init__(self) -> None:
        super().__init__("this is the last administrator who can sign in: make another one first")


class NoSuchAgent(StaffError):
    """Nobody with this number, or this person, takes calls."""

    def __init__(self, who: str) -> None:
        super().__init__(f"nobody who takes calls has {who}")


class MayNotAnswer(StaffError):
    """People of this role take no calls."""

    def __init__(self, login: str) -> None:
        super().__init__(f"{login} has a role that takes no calls")
        self.login = login


class BadExtension(StaffError):
    """An extension has 2 to 6 digits, and is no number that everybody knows as somebody else's: 120, 10086."""

    def __init__(self, extension: str) -> None:
        super().__init__("an extension has 2 to 6 digits and is neither an emergency number nor a public service's")
        self.extension = extension


class ExtensionTaken(StaffError):
    """Somebody else has this extension; `login` says who."""

    def __init__(self, extension: str, login: str) -> None:
        super().__init__(f"{login} has the extension {extension}")
        self.extension, self.login = extension, login


class NoClaim(StaffError):
    """No claim code is open: it was used, is too old, or was guessed at too often. The box must print a new one."""

    def __init__(self) -> None:
        super().__init__("no claim code is open: print a new one at the box")


class WrongCode(StaffError, Settled):
    """This is not the claim code; after `tries_left` more wrong ones it is void."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"this is not the claim code; {tries_left} tries left")
        self.tries_left = tries_left


class AlreadyDone(StaffError):
    """The form was sent before, and what it asked was done then."""

    def __init__(self) -> None:
        super().__init__("this form was carried out before")


class WrongPin(StaffError, Settled):
    """Extension and PIN don't belong together, or it was guessed too often; which of them is never told."""

    def __init__(self, is_locked: bool) -> None:
        super().__init__("extension and PIN do not belong together")
        self.is_locked = is_locked


class BadTokenName(StaffError):
    """A program's token needs a name and something that it may do."""


class NoSuchToken(StaffError):
    """There is no such token, or it was revoked before."""

    def __init__(self, token_id: int) -> None:
        super().__init__(f"there is no token {token_id}")
