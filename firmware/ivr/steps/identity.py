"""Who is calling: by the caller's number and birth year, or by card and PIN. No name is said before that."""

from __future__ import annotations

from firmware.clinic import birth_years, cards, people
from firmware.clinic.cards import Attempt
from firmware.clinic.errors import CardLocked, WrongBirthYear, WrongCardOrPin
from firmware.ivr.steps.memory import needed, number_in, word_in
from firmware.ivr.visit import TEXT, Did, Item, Memory, Step, Visit
from firmware.language.catalogue import Prompt
from firmware.language.values import Number


def recognise(visit: Visit, memory: Memory) -> Did:
    """What the number tells. A text from a number with one owner is that owner's: its reply shows no name."""
    owners = people.owners(visit.tx, visit.number)
    if _was_shown(memory) and len(owners) < 2:  # a family may want the next one booked too
        return Did("known")
    if not owners:
        return Did("stranger")
    if visit.channel == TEXT and len(owners) == 1:
        return Did("known", {"patient": owners[0].id})
    return Did("ask-year")


def shown_card(visit: Visit, memory: Memory) -> Did:
    """Whether the caller has shown card and PIN in this call already."""
    return Did("known" if _was_shown(memory) else "unknown")


def check_year(visit: Visit, memory: Memory) -> Did:
    """Whether an owner of the number was born in the keyed year."""
    try:
        matching = birth_years.check(visit.tx, visit.profile, _attempt(visit), needed(memory, "year"))
    except WrongBirthYear as error:
        return Did("wrong" if error.tries_left else "failed", is_news=True)
    if len(matching) == 1:
        return Did("known", {"patient": matching[0].id, "is_hearsay": False})
    return Did("several", {"people": [person.id for person in matching], "is_hearsay": False})


def matching_people(visit: Visit, memory: Memory) -> list[Item | None]:
    """The people who share the number and the birth year, by name: the birth year was shown."""
    found = memory.get("people")
    ids = [each for each in found if isinstance(each, int)] if isinstance(found, list) else []
    matching = [people.patient(visit.tx, each) for each in ids]
    return [Item(person.id, Prompt("item.person", {"name": person.name})) for person in matching]


def check_card(visit: Visit, memory: Memory) -> Did:
    """Whether card and PIN belong together; which of the two was wrong is never told. Before the last try a person is
    offered, if there are any."""
    try:
        patient = cards.check(
            visit.tx, visit.profile, _attempt(visit), word_in(memory, "card") or "", word_in(memory, "pin") or ""
        )
    except WrongCardOrPin as error:
        return Did(_after_a_wrong_pin(visit, error), words={"tries": Number(error.tries_left)}, is_news=True)
    except CardLocked:
        return Did("locked", is_news=True)
    return Did("known", {"patient": patient.id, "is_hearsay": False})


def _after_a_wrong_pin(visit: Visit, error: WrongCardOrPin) -> str:
    if error.is_locked:
        return "locked"
    if error.tries_left == 0:
        return "failed"
    return "last-try" if error.tries_left == 1 and visit.is_open else "wrong"


def _attempt(visit: Visit) -> Attempt:
    return Attempt(visit.now, visit.holder, visit.number)


def _was_shown(memory: Memory) -> bool:
    """Whether the caller has shown who it is in this call; what an earlier call knew is hearsay."""
    return number_in(memory, "patient") is not None and not memory.get("is_hearsay")


STEPS = {
    "recognise": Step(recognise, ("known", "ask-year", "stranger")),
    "shown-card": Step(shown_card, ("known", "unknown")),
    "check-year": Step(check_year, ("known", "several", "wrong", "failed")),
    "check-card": Step(check_card, ("known", "wrong", "last-try", "failed", "locked"), ("tries",)),
}
LISTS = {"matching-people": matching_people}
