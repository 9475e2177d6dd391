"""What each role may do. Whoever needs more gets another role: there are no rights of a single person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Right(StrEnum):
    """One thing to be allowed; every page and every change names the one that it needs."""

    SEE = "see"  # today, bookings, the roster, who the patients are
    BOOK = "book"  # book, move, cancel, check in
    PATIENTS = "patients"  # edit people, their numbers, cards, PINs and accounts
    ROSTER = "roster"  # change who works when
    CALLS = "calls"  # the journal of calls
    LISTEN = "listen"  # recordings and voice messages
    DOWNLOAD = "download"  # take recordings off the box
    ANSWER = "answer"  # sign in at the desk and talk to callers
    SUPERVISE = "supervise"  # the wall; listen, whisper, barge in, release, force; judge talks
    MESSAGES = "messages"  # read and write texts
    PROMPTS = "prompts"  # what the box says
    FLOWS = "flows"  # publish the menus, and go back to older ones
    TEST = "test"  # the test phone
    SETTINGS = "settings"
    USERS = "users"
    BACKUP = "backup"
    AUDIT = "audit"  # who did what


class Role(StrEnum):
    """What a person is in the clinic."""

    DESK = "desk"  # the reception
    AGENT = "agent"  # answers the telephone
    NURSE = "nurse"
    DOCTOR = "doctor"
    SUPERVISOR = "supervisor"  # looks after reception, telephone and what the box says
    ADMIN = "admin"  # the owner, or who looks after the box
    AUDITOR = "auditor"  # looks on, changes nothing


_AGENT = frozenset({Right.SEE, Right.BOOK, Right.PATIENTS, Right.CALLS, Right.LISTEN, Right.ANSWER, Right.MESSAGES})
_DESK = _AGENT | {Right.ROSTER}  # a doctor's absence is first known there
_SUPERVISOR = _DESK | {Right.DOWNLOAD, Right.SUPERVISE, Right.PROMPTS, Right.FLOWS, Right.TEST, Right.AUDIT}

ROLE_RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.DESK: _DESK,
        Role.AGENT: _AGENT,
        Role.NURSE: frozenset({Right.SEE, Right.BOOK, Right.ANSWER, Right.MESSAGES}),
        Role.DOCTOR: frozenset({Right.SEE, Right.BOOK, Right.ANSWER}),
        Role.SUPERVISOR: _SUPERVISOR,
        Role.ADMIN: frozenset(Right),
        Role.AUDITOR: frozenset({Right.SEE, Right.CALLS, Right.AUDIT}),
    }
)


def may(role: Role, right: Right) -> bool:
    """Whether people of this role have the right."""
    return right in ROLE_RIGHTS[role]
