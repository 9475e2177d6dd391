"""Whatever people at the desk press, in whatever order: nobody is in two calls, nothing rings for nobody."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from firmware.acd.errors import DeskError
from firmware.acd.floor import Entry
from tests.acd.desk import Page, Room

EXTENSIONS = ("8001", "8002", "8003", "8100")
AGENT = st.integers(0, len(EXTENSIONS) - 1)
VERBS: dict[str, dict[str, Any]] = {
    "ready": {}, "not_ready": {"reason": "meal"}, "wrapped_up": {}, "more_time": {}, "answer": {}, "reject": {},
    "hang_up": {}, "hold": {}, "resume": {}, "join": {}, "complete": {}, "cancel_consult": {}, "digits": {"keys": "5"},
}  # fmt: skip


class AnyDay(RuleBasedStateMachine):
    """A day on which everything happens."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.desk = Room(Path(self._folder.name))
        self.people = [self.desk.comes_to_work(extension) for extension in EXTENSIONS]
        self.entries: list[Entry] = []

    def teardown(self) -> None:
        self.desk.ledger.close()
        self._folder.cleanup()

    def asks(self, verb: str, who: int, **details: Any) -> None:
        try:
            self.desk.ask(verb, self.people[who], **details)
        except (DeskError, ValueError):
            pass  # refused: nothing must have changed, which the invariants see

    @rule()
    def somebody_calls(self) -> None:
        self.entries.append(self.desk.caller(f"138000000{len(self.entries) % 100:02}"))
        self.desk.desk.look()

    @rule(seconds=st.sampled_from([1, 5, 16, 31]))
    def time_passes(self, seconds: int) -> None:
        self.desk.passes(seconds)

    @rule(verb=st.sampled_from(sorted(VERBS)), who=AGENT)
    def somebody_presses(self, verb: str, who: int) -> None:
        self.asks(verb, who, **VERBS[verb])

    @rule(verb=st.sampled_from(["consult", "transfer", "dial", "pick_up"]), who=AGENT, to=st.sampled_from(EXTENSIONS))
    def somebody_names_a_colleague(self, verb: str, who: int, to: str) -> None:
        self.asks(verb, who, **{{"dial": "number", "pick_up": "extension"}.get(verb, "to"): to})

    @rule(who=AGENT, to=st.sampled_from(["back", "identify"]))
    def the_caller_goes_to_the_menu(self, who: int, to: str) -> None:
        self.asks("to_flow", who, to=to)

    @rule(verb=st.sampled_from(["listen", "whisper", "barge", "leave"]), who=AGENT, whom=AGENT)
    def somebody_supervises(self, verb: str, who: int, whom: int) -> None:
        self.asks(verb, who, agent=self.people[whom])

    @rule(whom=AGENT, state=st.sampled_from(["ready", "not-ready"]))
    def somebody_is_forced(self, whom: int, state: str) -> None:
        try:
            self.desk.asks["force"]({"agent": self.people[whom], "state": state, "by": "sun"})
        except (DeskError, ValueError):
            pass

    @rule(who=AGENT)
    def a_page_is_gone(self, who: int) -> None:
        page = self.desk.seat(self.people[who]).sound
        if isinstance(page, Page):
            page.is_lost = True
        self.desk.desk.look()

    @rule(who=AGENT)
    def a_page_comes_back(self, who: int) -> None:
        seat = self.desk.seat(self.people[who])
        if isinstance(seat.sound, Page) and seat.sound.is_lost:
            seat.sound.is_lost = False
            seat.lost_since = None
            if seat.parked_until is not None:
                self.desk.desk.parking.unpark(seat)

    @rule(which=st.integers(0, 20))
    def a_caller_hangs_up(self, which: int) -> None:
        if not self.entries:
            return
        entry = self.entries[which % len(self.entries)]
        talk = entry.talk
        if talk is not None and talk.caller is not None:
            self.desk.desk.talking.leg_gone(talk, talk.caller)
        elif talk is None and entry.id in self.desk.floor.entries:
            self.desk.desk.ringer.forget(entry, "abandoned")

    @invariant()
    def everybody_is_in_one_state(self) -> None:
        for seat in self.desk.floor.seats.values():
            assert (seat.state == "talking") == (seat.talk is not None)
            assert (seat.state == "ringing") == (seat.ringing is not None)
            assert (seat.state == "wrap-up") == (seat.wrap_up is not None)
            assert seat.consult is None or seat.talk is not None

    @invariant()
    def talks_and_seats_agree(self) -> None:
        for seat in self.desk.floor.seats.values():
            if seat.talk is not None:
                assert not seat.talk.over.is_set()
                assert seat.talk.leg_of(seat.user_id) is not None
            others = [
                each.talk for each in self.desk.floor.seats.values() if each is not seat and each.talk is not None
            ]
            legs = [talk for talk in others if talk.leg_of(seat.user_id) is not None and talk is not seat.talk]
            assert len(legs) <= (seat.supervises is not None), "in a call that the seat does not know of"

    @invariant()
    def what_rings_is_still_wanted(self) -> None:
        for seat in self.desk.floor.seats.values():
            ringing = seat.ringing
            if ringing is None:
                continue
            assert seat.user_id in ringing.users
            if ringing.entry is not None:
                assert ringing.entry.ringing is ringing
                assert ringing.entry.id in self.desk.floor.entries
            else:
                assert ringing.talk is not None
                assert not ringing.talk.over.is_set()

    @invariant()
    def nobody_waits_and_talks(self) -> None:
        for entry in self.entries:
            assert not (entry.id in self.desk.floor.entries and entry.talk is not None)

    @invariant()
    def who_listens_is_heard_by_nobody(self) -> None:
        for seat in self.desk.floor.seats.values():
            for leg in seat.talk.legs if seat.talk else ():
                for other in seat.talk.legs if seat.talk else ():
                    if other.supervision is not None and other.supervision.value == "listen":
                        assert other.party not in leg.party.hears


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=12, stateful_step_count=40, deadline=None)
