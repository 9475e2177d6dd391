"""What every staff command works with: the ledger, the set-up documents, the clinic's rules and clock, and who asks."""

from __future__ import annotations

import argparse
import getpass
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from firmware.cli.staff.refusals import REFUSALS, Refused, sentences
from firmware.cli.where import demo_data, is_up
from firmware.clinic.profile import ClinicProfile, load_profile
from firmware.clinic.roster import wall_day
from firmware.clock import Clock, SharedClock, clock_from_environment
from firmware.storage import audit
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger, Transaction, open_ledger

NAME_CHARACTERS = 30
HOW_TO_BEGIN = "'clinicbox load-sample' makes a clinic to try, 'clinicbox set-up init' begins yours."


@dataclass
class Office:
    """One command's view of the box, running or not."""

    folders: Folders

    @cached_property
    def clock(self) -> Clock:
        """The box's own clock: the demo's may stand on another day."""
        page = self.folders.clock
        return SharedClock(page) if page.exists() else clock_from_environment()

    @cached_property
    def documents(self) -> SetupDocuments:
        return SetupDocuments(self.folders.setup)

    @cached_property
    def ledger(self) -> Ledger:
        return open_ledger(self.folders.ledger)

    @cached_property
    def profile(self) -> ClinicProfile:
        if self.documents.load("clinic") is None:
            raise Refused(f"No clinic is set up in {self.folders.data}. {HOW_TO_BEGIN}")
        return load_profile(self.documents)

    @cached_property
    def who(self) -> str:
        """The login name of the person at the keyboard."""
        try:
            name = os.environ.get("SUDO_USER") or getpass.getuser()
        except (KeyError, OSError):  # a user id without a name
            name = f"user {os.getuid()}"
        return name[:NAME_CHARACTERS]

    @property
    def zone(self) -> ZoneInfo:
        return self.profile.zone

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def today(self) -> date:
        return wall_day(self.now, self.zone)

    @property
    def holder(self) -> str:
        """Whose hold it is while a booking is made here."""
        return f"desk/{self.who}"

    @contextmanager
    def changing(self, what: str) -> Iterator[Change]:
        """One change: everything in the block and its trace in the audit trail, or nothing."""
        with self.ledger.transaction() as tx:
            change = Change(tx, self.now)
            yield change
            audit.record(tx, change.now, self.who, what, change.detail)

    def close(self) -> None:
        if "ledger" in self.__dict__:
            self.ledger.close()


@dataclass
class Change:
    """A change in the making; `detail` goes to the audit trail: ids and codes, no names and numbers of patients."""

    tx: Transaction
    now: datetime
    detail: str = ""


Work = Callable[[Office, argparse.Namespace], int | None]


def command(work: Work) -> Callable[[argparse.Namespace], int]:
    """A command's `run`: opens the office, and says in one sentence on standard error what is refused."""

    def run(arguments: argparse.Namespace) -> int:
        logging.getLogger("alembic").setLevel(logging.WARNING)
        office = Office(_folders_meant(arguments))
        try:
            _check_words(arguments)
            _say_where(office, arguments)
            return work(office, arguments) or 0
        except REFUSALS as error:
            for sentence in sentences(error):
                print(sentence, file=sys.stderr)
            return 1
        finally:
            office.close()

    return run


def _check_words(arguments: argparse.Namespace) -> None:
    for word in vars(arguments).values():
        if isinstance(word, str) and any("\ud800" <= character <= "\udfff" for character in word):
            raise Refused("What was typed is not UTF-8 text.")


def _folders_meant(arguments: argparse.Namespace) -> Folders:
    """The demo's only when it is asked for, or when there is nothing else: a clinic's data must not be mistaken.

    What founds a clinic founds it in its own folder, whether a demo runs or not.
    """
    own, demo = Folders(arguments.data), Folders(demo_data(arguments.data))
    has_own = own.ledger.exists() or own.setup.exists() or getattr(arguments, "founds", False)
    return demo if arguments.demo or (not has_own and is_up(demo)) else own


def _say_where(office: Office, arguments: argparse.Namespace) -> None:
    if office.folders.data != arguments.data:
        print(f"(This is the demo's data, in {office.folders.data}.)")
    if not office.folders.data.is_dir() and not getattr(arguments, "founds", False):
        raise Refused(f"There is no box's data in {office.folders.data}. {HOW_TO_BEGIN}")
