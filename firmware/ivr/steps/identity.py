"""Who is calling: by the caller's number and birth year, or by card and PIN. No name is said before that."""

from __future__ import annotations

from firmware.clinic import cards, people
from firmware.clinic.cards import Attempt
from firmware.clinic.errors import CardLocked, WrongCardOrPin
from firmware.ivr.steps.memory import needed, number_in, word_in
from firmware.ivr.visit import TEXT, Did, Item, Memory, Step, Visit
from firmware.language.catalogue import Prompt
from firmware.language.values import Number

YEAR_TRIES = 3


def recognise(visit: Visit, memory: Memory) -> Did:
    """What the number tells. A text from a number with one owner is that owner's: its reply shows no name."""
    owners = people.owners(visit.tx, visit.number)
    if number_in(memory, "patient") is not None and len(owners) < 2:  # a family may want the next one booked too
        return Did("known")
    if not owners:
        return Did("stranger")
    if visit.channel == TEXT and len(owners) == 1:
        return Did("known", {"patient": owners[0].id})
    return Did("ask-year")


def shown_card(visit: Visit, memory: Memory) -> Did:
    """Whether the caller has shown card and PIN in this call already."""
    return Did("known" if number_in(memory, "patient") is not None else "unknown")


def check_year(visit: Visit, memory: Memory) -> Did:
    """Whether an owner of the number was born in the keyed year."""
    matching = people.born_in(visit.tx, visit.number, needed(memory, "year"))
    if len(matching) == 1:
        return Did("known", {"patient": matching[0].id, "year_tries": 0})
    if matching:
        return Did("several", {"people": [person.id for person in matching]})
    tries = (number_in(memory, "year_tries") or 0) + 1
    return Did("failed" if tries >= YEAR_TRIES else "wrong", {"year_tries": tries})


def matching_people(visit: Visit, memory: Memory) -> list[Item | None]:
    """The people who share the number and the birth year, by name: the birth year was shown."""
    found = memory.get("people")
    ids = [each for each in found if isinstance(each, int)] if isinstance(found, list) else []
    matching = [people.patient(visit.tx, each) for each in ids]
    return [Item(person.id, Prompt("item.person", {"name": person.name})) for person in matching]


def check_card(visit: Visit, memory: Memory) -> Did:
    """Whether card and PIN belong together; which of the two was wrong is never told."""
    attempt = Attempt(visit.now, visit.holder, visit.number)
    try:
        patient = cards.check(
            visit.tx, visit.profile, attempt, word_in(memory, "card") or "", word_in(memory, "pin") or ""
        )
    except WrongCardOrPin as error:
        return Did("wrong" if error.tries_left else "failed", words={"tries": Number(error.tries_left)})
    except CardLocked:
        return Did("locked")
    return Did("known", {"patient": patient.id})


STEPS = {
    "recognise": Step(recognise, ("known", "ask-year", "stranger")),
    "shown-card": Step(shown_card, ("known", "unknown")),
    "check-year": Step(check_year, ("known", "several", "wrong", "failed")),
    "check-card": Step(check_card, ("known", "wrong", "failed", "locked"), ("tries",)),
}
LISTS = {"matching-people": matching_people}
