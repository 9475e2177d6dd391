"""What there is to choose from: departments, days, doctors and times, with their keys."""

from __future__ import annotations

from datetime import date, timedelta

from firmware.clinic import schedule
from firmware.clinic.errors import NoSuchSlot
from firmware.clinic.roster import GENERAL, Department, Slot
from firmware.clinic.schedule import Wish
from firmware.ivr.steps.memory import needed, number_in, word_in, words_in
from firmware.ivr.visit import Did, Item, Memory, Step, Visit
from firmware.language.catalogue import Prompt
from firmware.language.values import ClockTime, Day, Ordinal, Value

NOON_HOUR = 12


def wish_of(visit: Visit, memory: Memory) -> Wish:
    """What the patient has chosen so far; a doctor counts only in the doctor's own department."""
    department, doctor = number_in(memory, "department"), number_in(memory, "doctor")
    if doctor is not None and doctor not in {each.id for each in schedule.all_doctors(visit.tx, department)}:
        doctor = None
    return Wish(department, word_in(memory, "kind"), doctor)


def describe(slot: Slot) -> dict[str, Value]:
    """The words for a slot: day, time, who and (of a number series) the queue number."""
    session = slot.session
    who = session.doctor.name if session.doctor else session.department.name
    return {
        "day": Day(slot.day),
        "time": ClockTime(slot.begins),
        "who": who,
        "department": session.department.name,
        "queue_number": Ordinal(slot.number),
    }


def label(slot: Slot, with_day: bool = False) -> Prompt:
    """A slot as an entry of a list."""
    key = "item.number" if slot.session.is_by_number else "item.time"
    return Prompt(f"{key}.day" if with_day else key, describe(slot))


# ---- lists ----


def departments(visit: Visit, memory: Memory) -> list[Item | None]:
    """Every department at its own key."""
    return _at_their_keys(schedule.all_departments(visit.tx))


def open_departments(visit: Visit, memory: Memory) -> list[Item | None]:
    """The departments that offer the chosen kind within the horizon, each at its own key."""
    kind = word_in(memory, "kind")
    week = [visit.today + timedelta(days=ahead) for ahead in range(min(7, visit.profile.horizon_days + 1))]
    offered = {session.department.id for day in week for session in schedule.on_duty(visit.tx, day, Wish(kind=kind))}
    return _at_their_keys([each for each in schedule.all_departments(visit.tx) if each.id in offered])


def days(visit: Visit, memory: Memory) -> list[Item | None]:
    """Days with something free: 1 is always today, 2 tomorrow; a day without keeps its key free."""
    wish = wish_of(visit, memory)
    horizon = [visit.today + timedelta(days=ahead) for ahead in range(visit.profile.horizon_days + 1)]
    return _without_tail([_day(visit, day) if _has_place(visit, day, wish) else None for day in horizon])


def next_days(visit: Visit, memory: Memory) -> list[Item | None]:
    """Today, tomorrow and the day after, whether or not something is free."""
    ahead = [visit.today + timedelta(days=each) for each in range(min(3, visit.profile.horizon_days + 1))]
    return [_day(visit, day) for day in ahead]


def times(visit: Visit, memory: Memory) -> list[Item | None]:
    """What is free on the chosen day, soonest first; of a number series only its next number."""
    free = schedule.free_slots(visit.tx, visit.profile, visit.now, chosen_day(visit, memory), wish_of(visit, memory))
    return [Item(slot.id, label(slot)) for slot in _one_of_each_series(free)]


def alternatives(visit: Visit, memory: Memory) -> list[Item | None]:
    """The free slots that the clinic named when another one was taken."""
    slots = [slot_of(visit, each) for each in words_in(memory, "alternatives")]
    return [Item(slot.id, label(slot, with_day=True)) for slot in slots if slot]


def experts(visit: Visit, memory: Memory) -> list[Item | None]:
    """The specialists of the chosen day at their expert codes, each with the first free slot."""
    offers = schedule.offers(visit.tx, visit.profile, visit.now, chosen_day(visit, memory), wish_of(visit, memory))
    by_code: dict[int, Item] = {}
    for offer in offers:
        doctor = offer.session.doctor
        if doctor and doctor.expert_code and offer.free:
            half = "morning" if offer.session.begins.hour < NOON_HOUR else "afternoon"
            words: dict[str, Value] = {"who": doctor.name, "number": Ordinal(doctor.expert_code)}
            by_code.setdefault(doctor.expert_code, Item(offer.free[0].id, Prompt(f"item.expert.{half}", words)))
    return [by_code.get(code) for code in range(1, max(by_code, default=0) + 1)]


# ---- steps ----


def needs_day(visit: Visit, memory: Memory) -> Did:
    """Whether to ask for the day: a general number may be for today only."""
    if word_in(memory, "kind") == GENERAL and not visit.profile.general_asks_day:
        return Did("today", {"day": visit.today.isoformat()})
    return Did("ask")


def chosen_department(visit: Visit, memory: Memory) -> Did:
    """Words for the chosen department, to be confirmed."""
    wanted = needed(memory, "department")
    department = next(each for each in schedule.all_departments(visit.tx) if each.id == wanted)
    return Did("done", words={"department": department.name})


def chosen(visit: Visit, memory: Memory) -> Did:
    """Words for the chosen department and day, to be confirmed."""
    day: Value = Day(chosen_day(visit, memory), visit.today)
    return Did("done", words={**chosen_department(visit, memory).words, "day": day})


def slot_of(visit: Visit, slot_id: str) -> Slot | None:
    """The slot with this id, None when the roster has it no more."""
    try:
        return schedule.slot(visit.tx, visit.profile, slot_id)
    except NoSuchSlot:
        return None


def chosen_day(visit: Visit, memory: Memory) -> date:
    """The day that was chosen; today if none was."""
    day = word_in(memory, "day")
    return date.fromisoformat(day) if day else visit.today


def _at_their_keys(departments: list[Department]) -> list[Item | None]:
    last = max((each.key for each in departments), default=0)
    by_key: dict[int, Department] = {each.key: each for each in departments}
    return [_department(by_key[key]) if key in by_key else None for key in range(1, last + 1)]


def _department(department: Department) -> Item:
    return Item(department.id, Prompt("item.department", {"department": department.name}))


def _has_place(visit: Visit, day: date, wish: Wish) -> bool:
    return bool(schedule.free_slots(visit.tx, visit.profile, visit.now, day, wish))


def _day(visit: Visit, day: date) -> Item:
    return Item(day.isoformat(), Prompt("item.day", {"day": Day(day, visit.today)}))


def _without_tail(items: list[Item | None]) -> list[Item | None]:
    while items and items[-1] is None:
        items.pop()
    return items


def _one_of_each_series(free: list[Slot]) -> list[Slot]:
    shown: dict[str, Slot] = {}
    for slot in free:
        key = f"series/{slot.session.id}" if slot.session.is_by_number else slot.id
        shown.setdefault(key, slot)
    return list(shown.values())


STEPS = {
    "needs-day": Step(needs_day, ("ask", "today")),
    "chosen-department": Step(chosen_department, ("done",), ("department",)),
    "chosen": Step(chosen, ("done",), ("department", "day")),
}
LISTS = {
    "departments": departments,
    "open-departments": open_departments,
    "days": days,
    "next-days": next_days,
    "times": times,
    "alternatives": alternatives,
    "experts": experts,
}
