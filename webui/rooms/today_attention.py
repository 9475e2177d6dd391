"""What needs attention: faults and omissions that nobody would notice until a patient does."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from firmware.clinic import message_boxes, roster_changes, today
from firmware.clinic.today import DoctorsDay
from firmware.language.values import Name
from firmware.staff.rights import Right
from firmware.storage import backups
from firmware.storage.ledger import Transaction
from webui import sayings
from webui.gate import SET_UP
from webui.reader import Reader, address
from webui.wizard import progress

LEAST_FREE_MB = 1000
BACKUP_AGE_DAYS = 2
MOST_NAMED = 4
MOST_VISITS = 100  # counted
_SHOWN_ELSEWHERE = re.compile("[0-9]+ texts did not arrive.*")


@dataclass(frozen=True)
class Item:
    """One thing to look at, and where."""

    tone: str  # bad, busy
    text: str
    advice: str = ""
    url: str = ""
    link: str = ""


def items(reader: Reader, tx: Transaction, doctors: list[DoctorsDay]) -> list[Item]:
    """The worst first."""
    found = [*_set_up(reader), *_from_exchange(reader), *_kept(reader), *_lost(reader, tx), *_roster(reader, tx)]
    found += [*_visits(reader, doctors), *_messages(reader, tx)]
    return sorted(found, key=lambda item: item.tone != "bad")


def _from_exchange(reader: Reader) -> Iterator[Item]:
    status = reader.office.phone.status() or {}
    for saying in status.get("notices", ()):
        if not _SHOWN_ELSEWHERE.fullmatch(saying):
            language = reader.language
            yield Item("bad", sayings.in_language(saying, language), sayings.advice(saying, language))


def _set_up(reader: Reader) -> Iterator[Item]:
    """The first set-up, left in the middle."""
    if reader.may(Right.SETTINGS) and progress.is_waiting(reader.office):
        yield Item("busy", reader.words("wizard.unfinished"), url=SET_UP, link=reader.words("wizard.go_on"))


def _kept(reader: Reader) -> Iterator[Item]:
    """The disk and the back-ups."""
    words, folders = reader.words, reader.office.folders
    free_mb = shutil.disk_usage(folders.data).free // 1_000_000
    if free_mb < LEAST_FREE_MB:
        yield Item("bad", words("today.disk_full", free=free_mb))
    last = _last_daily_backup(reader)
    if last is not None and (reader.today - last).days > BACKUP_AGE_DAYS:
        yield Item("bad", words("today.backup_old", day=words.day(last)))


def _last_daily_backup(reader: Reader) -> date | None:
    days = []
    for file in backups.all_backups(reader.office.folders.ledger):
        try:
            days.append(date.fromisoformat(file.stem))
        except ValueError:
            pass  # made by hand, or before a migration
    return max(days, default=None)


def _roster(reader: Reader, tx: Transaction) -> Iterator[Item]:
    idle = today.doctors_without_sessions(tx, reader.today)
    if idle:
        link = reader.words("today.fix.roster")
        yield Item("busy", reader.words("today.no_sessions", names=_listed(reader, idle)), url="/roster", link=link)


def _lost(reader: Reader, tx: Transaction) -> Iterator[Item]:
    """Patients who come to a half-day that does not take place, unless somebody tells them."""
    count = len(roster_changes.without_a_place(tx, reader.profile, reader.today, MOST_VISITS))
    if count:
        words = reader.words
        yield Item("bad", words("roster.lost", count=count), url="/roster/visits", link=words("roster.lost_look"))


def _visits(reader: Reader, doctors: list[DoctorsDay]) -> Iterator[Item]:
    words = reader.words
    url, link = address("/bookings", day=reader.today), words("today.fix.bookings")
    for each in doctors:
        if not each.spans and each.booked:
            who = words.name(each.doctor or each.department)
            yield Item("bad", words("today.off_duty_visits", who=who, count=each.booked), url=url, link=link)
    unmarked = sum(each.unmarked for each in doctors)
    if unmarked:
        yield Item("busy", words("today.unmarked", count=unmarked), url=url, link=link)


def _messages(reader: Reader, tx: Transaction) -> Iterator[Item]:
    """Callers who wait too long for somebody to hear what they left."""
    late = message_boxes.count(tx, reader.now, reader.boxes(tx)).overdue
    if late and reader.may(Right.ANSWER):
        words = reader.words
        yield Item("busy", words("today.messages_late", count=late), url="/messages", link=words("today.messages_look"))


def _listed(reader: Reader, names: list[Name]) -> str:
    words = reader.words
    listed = ("、" if words.language == "zh" else ", ").join(words.name(name) for name in names[:MOST_NAMED])
    if len(names) <= MOST_NAMED:
        return listed
    return words("today.and_others", names=listed, count=len(names))
