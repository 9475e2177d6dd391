"""Who is offered to whom: a pure function of callers, agents and now.

Callers are served in their turn. A step of priority is worth a fixed time of waiting, so whoever waits that much
longer goes first and nobody starves. Each caller, in that order, gets the best of the agents who are still free:

1. who tried to reach this caller, if free;
2. not who has just missed or rejected this caller, unless nobody else is at work;
3. who speaks the caller's language, if such a person is at work and the caller has not waited too long for one;
4. the lowest skill level; of those the longest idle, or all at once in a queue that rings all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from firmware.acd.records import READY, Agent, Caller, Offer
from firmware.clinic.desk_settings import RING_ALL, DeskSettings, QueueSettings
from firmware.storage.instants import later

KEPT_S = 900  # a promised callback waits so long for who promised it; then the promise outranks the person


def offers(callers: Iterable[Caller], agents: Collection[Agent], settings: DeskSettings, now: datetime) -> list[Offer]:
    """The offers to make now: no caller and no agent twice, none that rings already."""
    made: list[Offer] = []
    free = {agent.user_id for agent in agents if agent.state == READY}
    for caller in in_turn(callers, settings):
        if not free:
            break
        if caller.is_due(now):
            queue = settings.queue(caller.queue)
            chosen = _choose(caller, agents, free, queue, now)
            if chosen:
                made.append(Offer(caller.entry_id, chosen, later(now, queue.ring_s)))
                free.difference_update(chosen)
    return made


def in_turn(callers: Iterable[Caller], settings: DeskSettings) -> list[Caller]:
    """The callers in the order in which they are served."""

    def turn(caller: Caller) -> tuple[datetime, int]:
        steps = caller.priority + settings.queue(caller.queue).priority
        return later(caller.turn_at, -steps * settings.ageing_s), caller.entry_id

    return sorted(callers, key=turn)


def positions(callers: Iterable[Caller], agents: Collection[Agent], settings: DeskSettings) -> dict[int, int]:
    """Each caller's place, by entry: 1 is next. Whoever rings keeps theirs.

    Callers of another queue count too when an agent at work serves both queues: they may well be served before.
    """
    places: dict[int, int] = {}
    ahead: dict[str, int] = {}  # by queue
    serves = [set(agent.skills) for agent in agents if agent.is_at_work]
    for caller in in_turn(callers, settings):
        own = settings.queue(caller.queue).key
        rivals = {own}.union(*(queues for queues in serves if own in queues))
        places[caller.entry_id] = 1 + sum(count for queue, count in ahead.items() if queue in rivals)
        ahead[own] = ahead.get(own, 0) + 1
    return places


def position_to_say(place: int, said: int | None) -> int | None:
    """The place to speak, or None: who heard a better one (somebody urgent came) is not told of a worse one."""
    return place if said is None or place <= said else None


def _choose(
    caller: Caller, agents: Collection[Agent], free: set[int], queue: QueueSettings, now: datetime
) -> tuple[int, ...]:
    """The agents at whom this caller is to ring; none while nobody suitable is free."""
    if _is_kept(caller, now):
        return (caller.kept_for,) if caller.kept_for in free else ()
    unasked = [agent for agent in agents if caller.skip.get(agent.user_id, now) <= now]
    if caller.wished_user_id in free and any(agent.user_id == caller.wished_user_id for agent in unasked):
        return (caller.wished_user_id,)
    able = [agent for agent in agents if agent.is_at_work and queue.key in agent.skills]
    able = [agent for agent in able if agent in unasked] or able
    if now - caller.turn_at < timedelta(seconds=queue.own_language_s):
        able = [agent for agent in able if caller.language in agent.languages] or able
    return _by_strategy([agent for agent in able if agent.user_id in free], queue, caller.is_callback)


def _is_kept(caller: Caller, now: datetime) -> bool:
    promised = caller.not_before or caller.turn_at
    return caller.kept_for is not None and now < later(promised, KEPT_S)


def _by_strategy(able: list[Agent], queue: QueueSettings, is_callback: bool) -> tuple[int, ...]:
    """Of the free ones, who rings; a callback takes one agent, so that no more are dialled than are free."""
    lowest = min((agent.skills[queue.key] for agent in able), default=0)
    asked = [agent for agent in able if agent.skills[queue.key] == lowest]
    asked.sort(key=lambda agent: (agent.since, agent.user_id))
    rings_all = queue.strategy == RING_ALL and not is_callback
    return tuple(agent.user_id for agent in (asked if rings_all else asked[:1]))
