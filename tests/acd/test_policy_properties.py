"""What holds for the desk's policy whoever waits and whoever works."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from firmware.acd.policy import in_turn, offers, positions
from firmware.acd.records import NOT_READY, OFFLINE, READY, RINGING, TALKING, WRAP_UP, Agent, Caller
from firmware.clinic.desk_settings import LONGEST_IDLE, RECEPTION, RING_ALL, DeskSettings
from firmware.storage.instants import later
from tests.acd.waiting import NOW, agent, caller, desk

QUEUES = (RECEPTION, "english", "gone")
STATES = (READY, READY, READY, OFFLINE, NOT_READY, RINGING, TALKING, WRAP_UP)
_users = st.integers(1, 6)
_moments = st.integers(-900, 900).map(lambda seconds: later(NOW, seconds))


@st.composite
def _callers(draw: st.DrawFn) -> list[Caller]:
    details: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {
            "waited_s": st.integers(0, 1200),
            "queue": st.sampled_from(QUEUES),
            "language": st.sampled_from(("zh", "en")),
            "priority": st.integers(0, 3),
            "wished_user_id": st.none() | _users,
            "is_ringing": st.booleans(),
            "skip": st.dictionaries(_users, _moments, max_size=3),
        },
        optional={"is_callback": st.just(True), "not_before": _moments, "kept_for": _users},
    )
    return [caller(entry_id, **each) for entry_id, each in enumerate(draw(st.lists(details, max_size=7)), 1)]


def _details_of_agent() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "idle_s": st.integers(0, 3600),
            "state": st.sampled_from(STATES),
            "languages": st.sampled_from((frozenset({"zh"}), frozenset({"en"}), frozenset({"zh", "en"}))),
            "skills": st.dictionaries(st.sampled_from(QUEUES[:2]), st.integers(1, 3)),
        }
    )


_agents = st.lists(_details_of_agent(), max_size=6).map(
    lambda each: [agent(user_id, **details) for user_id, details in enumerate(each, 1)]
)
_settings = st.tuples(st.sampled_from((LONGEST_IDLE, RING_ALL)), st.integers(0, 3)).map(
    lambda drawn: desk({"strategy": drawn[0]}, {"key": "english", "priority": drawn[1]})
)


@given(_callers(), _agents, _settings)
def test_nobody_is_in_two_offers_and_nobody_rings_who_may_not(
    callers: list[Caller], agents: list[Agent], settings: DeskSettings
) -> None:
    made = offers(callers, agents, settings, NOW)
    rung = [user_id for offer in made for user_id in offer.user_ids]
    assert len(rung) == len(set(rung))
    assert set(rung) <= {agent.user_id for agent in agents if agent.state == READY}
    assert len({offer.entry_id for offer in made}) == len(made)
    due = {caller.entry_id for caller in callers if caller.is_due(NOW)}
    assert {offer.entry_id for offer in made} <= due
    assert all(offer.user_ids and offer.until > NOW for offer in made)


@given(_callers(), _agents, _settings)
def test_who_is_rung_has_the_skill_or_is_the_person_meant(
    callers: list[Caller], agents: list[Agent], settings: DeskSettings
) -> None:
    by_entry, by_user = {each.entry_id: each for each in callers}, {each.user_id: each for each in agents}
    for offer in offers(callers, agents, settings, NOW):
        theirs = by_entry[offer.entry_id]
        for user_id in offer.user_ids:
            is_skilled = settings.queue(theirs.queue).key in by_user[user_id].skills
            assert is_skilled or user_id in (theirs.wished_user_id, theirs.kept_for)


@given(_callers(), _agents, _settings)
def test_the_order_in_which_they_are_given_changes_nothing(
    callers: list[Caller], agents: list[Agent], settings: DeskSettings
) -> None:
    assert offers(callers, agents, settings, NOW) == offers(callers[::-1], agents[::-1], settings, NOW)


@given(_callers(), _agents, _settings)
def test_no_more_callbacks_are_dialled_than_agents_are_free(
    callers: list[Caller], agents: list[Agent], settings: DeskSettings
) -> None:
    callbacks = {each.entry_id for each in callers if each.is_callback}
    made = [offer for offer in offers(callers, agents, settings, NOW) if offer.entry_id in callbacks]
    assert len(made) <= sum(agent.state == READY for agent in agents)
    assert all(len(offer.user_ids) == 1 for offer in made)


@given(_callers(), _agents, _settings, _details_of_agent())
def test_one_more_who_is_ready_never_delays_the_first_caller(
    callers: list[Caller], agents: list[Agent], settings: DeskSettings, details: dict[str, Any]
) -> None:
    before = offers(callers, agents, settings, NOW)
    colleague = agent(99, **{**details, "state": READY})
    after = offers(callers, [*agents, colleague], settings, NOW)
    first = next((each.entry_id for each in in_turn(callers, settings) if each.is_due(NOW)), None)
    if first in {offer.entry_id for offer in before}:
        assert first in {offer.entry_id for offer in after}


@given(_callers(), _agents, _settings)
def test_nobody_waits_beside_a_free_agent_who_could_take_them_for_longer_than_the_rules_say(
    callers: list[Caller], agents: list[Agent], settings: DeskSettings
) -> None:
    made = offers(callers, agents, settings, NOW)
    rung = {user_id for offer in made for user_id in offer.user_ids}
    idle = [each for each in agents if each.state == READY and each.user_id not in rung]
    for left in (each for each in callers if each.is_due(NOW) and each.entry_id not in {o.entry_id for o in made}):
        patience = timedelta(seconds=settings.queue(left.queue).own_language_s)
        is_plain = not left.skip and left.kept_for is None and NOW - left.turn_at >= patience
        key = settings.queue(left.queue).key
        levels = {each.user_id: each.skills[key] for each in idle if key in each.skills}
        assert not (is_plain and levels), (left, levels)


@given(_callers(), _agents, _settings)
def test_places_are_a_true_count_of_who_is_before(
    callers: list[Caller], agents: list[Agent], settings: DeskSettings
) -> None:
    places = positions(callers, agents, settings)
    order = in_turn(callers, settings)
    assert set(places) == {each.entry_id for each in callers}
    for at, each in enumerate(order):
        same = [other for other in order[:at] if settings.queue(other.queue) == settings.queue(each.queue)]
        assert 1 + len(same) <= places[each.entry_id] <= at + 1


@given(st.integers(0, 9), st.integers(1, 1200), st.integers(0, 600))
def test_whoever_waits_long_enough_overtakes_any_priority(steps: int, waited_s: int, more_s: int) -> None:
    settings = desk()
    patient, urgent = caller(1, waited_s), caller(2, 0, priority=steps)
    is_first = in_turn([patient, urgent], settings)[0] is patient
    assert is_first == (waited_s >= steps * settings.ageing_s)
    later_on = [replace(each, turn_at=later(each.turn_at, -more_s)) for each in (patient, urgent)]
    assert [each.entry_id for each in in_turn(later_on, settings)] == [
        each.entry_id for each in in_turn([patient, urgent], settings)
    ], "waiting together changes no order: nobody is overtaken by who came before or with them"
