"""Who is asked to take whom: every rule of the desk as a short story."""

from __future__ import annotations

import pytest

from firmware.acd.policy import KEPT_S, offers, position_to_say, positions
from firmware.acd.records import NOT_READY, OFFLINE, RINGING, TALKING, WRAP_UP, Agent, Caller
from firmware.clinic.desk_settings import RECEPTION, RING_ALL, DeskSettings
from firmware.storage.instants import later
from tests.acd.waiting import NOW, agent, caller, desk


def asked(callers: list[Caller], agents: list[Agent], settings: DeskSettings | None = None) -> dict[int, list[int]]:
    """The agents at whom each caller rings, in the order in which the offers are made."""
    made = offers(callers, agents, settings or desk(), NOW)
    return {offer.entry_id: list(offer.user_ids) for offer in made}


def test_the_caller_who_waits_longest_gets_the_agent_who_has_been_idle_longest() -> None:
    callers = [caller(1, waited_s=5), caller(2, waited_s=40)]
    assert asked(callers, [agent(1, idle_s=10), agent(2, idle_s=300), agent(3, idle_s=60)]) == {2: [2], 1: [3]}


def test_an_offer_lasts_as_long_as_its_queue_lets_it_ring() -> None:
    (offer,) = offers([caller(1)], [agent(1)], desk({"ring_s": 12}), NOW)
    assert offer.until == later(NOW, 12)


@pytest.mark.parametrize("state", [OFFLINE, NOT_READY, RINGING, TALKING, WRAP_UP])
def test_only_who_is_ready_is_asked(state: str) -> None:
    assert asked([caller(1)], [agent(1, state=state)]) == {}


def test_a_tiny_team_may_ring_all_at_once() -> None:
    team = [agent(1, idle_s=5), agent(2, idle_s=9), agent(3, state=TALKING)]
    assert asked([caller(1, 30), caller(2, 10)], team, desk({"strategy": RING_ALL})) == {1: [2, 1]}


def test_a_higher_level_is_asked_when_no_lower_one_is_free() -> None:
    nurse, doctor = agent(1, skills={RECEPTION: 1}), agent(2, idle_s=3600, skills={RECEPTION: 2})
    assert asked([caller(1)], [nurse, doctor]) == {1: [1]}
    assert asked([caller(1, 9), caller(2)], [nurse, doctor]) == {1: [1], 2: [2]}
    assert asked([caller(1)], [nurse, doctor], desk({"strategy": RING_ALL})) == {1: [1]}


def test_nobody_is_asked_for_a_queue_they_have_no_skill_for() -> None:
    settings = desk({}, {"key": "english"})
    assert asked([caller(1, queue="english")], [agent(1)], settings) == {}
    assert asked([caller(1, queue="gone")], [agent(1)], settings) == {1: [1]}, "of a queue that is no more: the first"


def test_a_step_of_priority_is_worth_a_time_of_waiting() -> None:
    settings = desk({}, {"key": "urgent", "priority": 2}, ageing_s=60)
    both = agent(1, skills={RECEPTION: 1, "urgent": 1})
    assert asked([caller(1, 119), caller(2, queue="urgent")], [both], settings) == {2: [1]}
    assert asked([caller(1, 121), caller(2, queue="urgent")], [both], settings) == {1: [1]}
    assert asked([caller(1, 30), caller(2, 0, priority=1)], [both], settings) == {2: [1]}


class TestLanguage:
    chinese, both = agent(1, idle_s=99, languages=frozenset({"zh"})), agent(2)

    def test_who_speaks_the_callers_language_is_asked(self) -> None:
        assert asked([caller(1, language="en")], [self.chinese, self.both]) == {1: [2]}

    def test_the_caller_waits_a_while_for_somebody_at_work_who_speaks_it(self) -> None:
        busy = agent(2, state=TALKING)
        assert asked([caller(1, 59, language="en")], [self.chinese, busy]) == {}
        assert asked([caller(1, 60, language="en")], [self.chinese, busy]) == {1: [1]}

    @pytest.mark.parametrize("state", [OFFLINE, NOT_READY])
    def test_nobody_waits_for_somebody_who_is_away(self, state: str) -> None:
        assert asked([caller(1, language="en")], [self.chinese, agent(2, state=state)]) == {1: [1]}


class TestLastAgentFirst:
    def test_who_tried_to_reach_the_caller_is_asked_first_even_for_a_strange_queue(self) -> None:
        doctor = agent(7, skills={})
        assert asked([caller(1, wished_user_id=7)], [agent(1, idle_s=900), doctor]) == {1: [7]}
        assert asked([caller(1, wished_user_id=7)], [agent(1), doctor], desk({"strategy": RING_ALL})) == {1: [7]}

    @pytest.mark.parametrize("state", [TALKING, OFFLINE])
    def test_but_nobody_waits_for_them(self, state: str) -> None:
        assert asked([caller(1, wished_user_id=7)], [agent(1), agent(7, state=state)]) == {1: [1]}


class TestMissed:
    callers = (caller(1, skip={1: later(NOW, 30)}, wished_user_id=1),)

    def test_who_missed_the_caller_is_left_out_for_a_while(self) -> None:
        assert asked([*self.callers], [agent(1, idle_s=900), agent(2)]) == {1: [2]}
        assert asked([*self.callers], [agent(1, idle_s=900), agent(2, state=TALKING)]) == {}

    def test_unless_nobody_else_is_there(self) -> None:
        assert asked([*self.callers], [agent(1), agent(2, state=NOT_READY)]) == {1: [1]}

    def test_and_is_asked_again_when_the_while_is_over(self) -> None:
        assert asked([caller(1, skip={1: NOW})], [agent(1, idle_s=900), agent(2)]) == {1: [1]}

    def test_other_callers_do_not_mind(self) -> None:
        assert asked([*self.callers, caller(2)], [agent(1), agent(2, state=TALKING)]) == {2: [1]}


class TestCallbacks:
    def test_a_callback_keeps_its_turn_among_those_on_the_line(self) -> None:
        callers = [caller(1, 90), caller(2, 60), caller(3, 30, is_callback=True), caller(4, 20), caller(5, 10)]
        assert list(asked(callers, [agent(n) for n in range(1, 5)])) == [1, 2, 3, 4]

    def test_no_more_are_dialled_than_agents_are_free(self) -> None:
        callers = [caller(n, is_callback=True) for n in range(1, 6)]
        made = asked(callers, [agent(1), agent(2), agent(3, state=TALKING)], desk({"strategy": RING_ALL}))
        assert made == {1: [1], 2: [2]}

    def test_the_next_try_waits_for_its_time(self) -> None:
        assert asked([caller(1, 600, is_callback=True, not_before=later(NOW, 1))], [agent(1)]) == {}
        assert asked([caller(1, 600, is_callback=True, not_before=NOW)], [agent(1)]) == {1: [1]}

    def test_what_one_agent_promised_waits_for_them_and_then_for_anybody(self) -> None:
        promised = caller(1, 60, is_callback=True, kept_for=7)
        assert asked([promised], [agent(1), agent(7, state=TALKING)]) == {}
        assert asked([promised], [agent(1, idle_s=900), agent(7, skills={})]) == {1: [7]}
        assert asked([caller(1, KEPT_S, is_callback=True, kept_for=7)], [agent(1), agent(7, state=OFFLINE)]) == {1: [1]}


class TestPlaces:
    def test_they_count_from_one_and_who_rings_keeps_theirs(self) -> None:
        callers = [caller(1, 90, is_ringing=True), caller(2, 60), caller(3, 30)]
        assert positions(callers, [agent(1, state=RINGING)], desk()) == {1: 1, 2: 2, 3: 3}
        assert asked(callers, [agent(2)]) == {2: [2]}

    def test_nobody_is_called_next_while_an_agent_of_theirs_would_serve_another_queue_before(self) -> None:
        settings = desk({}, {"key": "english"}, {"key": "billing"})
        callers = [caller(1, 90, queue="english"), caller(2, 60), caller(3, 30, queue="billing")]
        shared = [agent(1, skills={RECEPTION: 1, "english": 2}, state=TALKING), agent(2, skills={"billing": 1})]
        assert positions(callers, shared, settings) == {1: 1, 2: 2, 3: 1}
        away = [agent(1, skills={RECEPTION: 1, "english": 2}, state=OFFLINE)]
        assert positions(callers, away, settings) == {1: 1, 2: 1, 3: 1}

    def test_a_callback_that_is_soon_tried_again_is_still_before_those_who_came_later(self) -> None:
        callers = [caller(1, 90, is_callback=True, not_before=later(NOW, 200)), caller(2, 60)]
        assert positions(callers, [agent(1)], desk())[2] == 2

    def test_what_is_said_never_goes_up_and_is_never_untrue(self) -> None:
        assert [position_to_say(3, None), position_to_say(3, 3), position_to_say(2, 3)] == [3, 3, 2]
        assert position_to_say(2, 1) is None, "somebody urgent came: told 'next' before, they hear no place now"
