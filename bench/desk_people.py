"""Agents and supervisors of a bench: their accounts, and what they do at the desk over the control socket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.box import BenchError
from bench.silence import is_sounding
from firmware.cli.rig import Rig
from firmware.clock import Deadline
from firmware.control.channel import ControlClient
from firmware.control.sound import SoundStream, open_sound
from firmware.modem.virtual.client import PhoneCall
from firmware.staff import agents, sessions, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage.ledger import open_ledger
from webui.gate import SESSION_COOKIE

PERSON = "0"  # on every menu of the default flow
_PASSWORD = "quiet lamp over water"  # noqa: S105 - of people who live as long as the bench
_FIRST_EXTENSION = 8001
_ANSWERED_WITHIN_S = 60.0
_PRESSED_AGAIN_S = 6.0
_LOOK_S = 0.1
_REQUEST_REAL_S = 10.0


@dataclass(frozen=True)
class Person:
    """Somebody with an extension, and the cookie of a browser where they have signed in."""

    user_id: int
    cookie: str


def hire(rig: Rig, role: Role, count: int) -> list[Person]:
    """So many people with accounts and extensions at a running box."""
    ledger, now = open_ledger(rig.folders.ledger), rig.clock.now()
    people = []
    with ledger.transaction() as tx:
        first = _FIRST_EXTENSION + len(agents.all(tx))
        for extension in range(first, first + count):
            user = users.create(tx, now, f"at-{extension}", f"At {extension}", role, _PASSWORD)
            agents.make(tx, user.id, Card(extension=str(extension), skills={"reception": 1}))
            token = sessions.open_session(tx, now, user.id)[0]
            people.append(Person(user.id, f"{SESSION_COOKIE}={token}"))
    ledger.close()
    return people


class AtDesk:
    """What people do at the desk of a running box."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._client = ControlClient(rig.folders.control_socket, _REQUEST_REAL_S)

    def close(self) -> None:
        self._client.close()

    def ask(self, verb: str, person: Person, **details: Any) -> dict[str, Any]:
        """One act of a person; raises `Refused`."""
        return self._client.ask(verb, user=person.user_id, **details)

    def sound(self, person: Person) -> SoundStream:
        """The sound of a page without the pages' process between."""
        return open_sound(self._rig.folders.control_socket, _REQUEST_REAL_S, user=person.user_id)

    def talk(self, people: Sequence[Person], calls: Sequence[PhoneCall]) -> None:
        """Every caller asks for a person, and everybody answers; until all of them talk."""
        clock = self._rig.clock
        limit = Deadline(clock, _ANSWERED_WITHIN_S)
        again = Deadline(clock, 0)
        while len([person for person in people if self._answer(person)]) < len(calls):
            if limit.is_over:
                raise BenchError("not every caller reached a person")
            if again.is_over:
                again = Deadline(clock, _PRESSED_AGAIN_S)
                for call in calls:
                    self._ask_for_person(call)
            clock.sleep(_LOOK_S)

    def free_everybody(self, people: Sequence[Person]) -> None:
        """The talks are over, and so is the work after them."""
        limit = Deadline(self._rig.clock, _ANSWERED_WITHIN_S)
        while any(not self._is_free(person) for person in people):
            if limit.is_over:
                raise BenchError("somebody still talks")
            self._rig.clock.sleep(_LOOK_S)

    def _answer(self, person: Person) -> bool:
        """Take what rings; whether the person talks already."""
        seat = self.ask("seat", person)["seat"]
        if seat["offer"] is not None:
            self.ask("answer", person)
        return seat["talk"] is not None

    def _ask_for_person(self, call: PhoneCall) -> None:
        heard = call.heard()
        if is_sounding(heard, len(heard), for_ms=3000):
            call.press(PERSON)

    def _is_free(self, person: Person) -> bool:
        seat = self.ask("seat", person)["seat"]
        if seat["state"] == "wrap-up":
            self.ask("wrapped_up", person)
        return bool(seat["state"] == "ready")
