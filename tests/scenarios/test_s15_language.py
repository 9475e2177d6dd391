"""S15: English at one key, remembered for the number; who speaks Chinese loses no time by it."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from firmware.sms_parts import parts_of
from firmware.storage.people_schema import contacts, patients
from tests.scenarios.stage import LISTENING, Stage

WANG_XIUYING, TOM_REED, LIU_QIANG = "13800000001", "13800000004", "13800000005"


@pytest.mark.parametrize(("number", "born"), [(TOM_REED, "1985"), (LIU_QIANG, "1979")])
def test_star_speaks_english_from_then_on(open_stage: Callable[..., Stage], number: str, born: str) -> None:
    stage = open_stage(speed=LISTENING)
    with stage.ledger.transaction() as tx:  # nobody at the clinic has noted which language they speak
        tx.execute(update(patients).values(language=None))
    caller = stage.ring("L1", number)
    caller.hears("您好")
    caller.press("*")
    caller.hears("To book a visit", "press", "one")
    caller.press("1")
    for question, keys in (
        ("year of birth", born),
        ("For a general visit", "1"),
        ("choose the department", "3"),
        ("Free today", "1"),
        ("You chose", "1"),
    ):
        caller.hears(question)
        caller.press(keys)
    caller.hears("Booked", "Your code is", "Once more", "hear this again", "press", "nine")
    caller.hears("Goodbye")
    caller.is_released()
    after_star = [each for each in caller.fragments() if not each.text.startswith(("您好", "湖滨"))]
    assert {each.language for each in after_star} == {"en"}

    (visit,) = stage.booked()
    (text,) = stage.texts_to(number)
    assert text.isascii()
    assert parts_of(text) == 1
    assert all(words in text for words in ("Lakeside Clinic", "Mon 2 Mar", "Dr Sun", visit.code))
    assert stage.rows(contacts, number=number)[0].language == "en"

    caller = stage.ring("L2", number)
    caller.hears("To book a visit")
    assert [each.text for each in caller.fragments()][:2] == ["Hello, this is", "Lakeside Clinic"]
    caller.hang_up()


def test_a_chinese_caller_is_served_within_eight_seconds(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage(speed=LISTENING)
    caller = stage.ring("L1", WANG_XIUYING)
    caller.hears("English")
    caller.press("1")
    caller.hears("四位出生年份")
    greeting, *_, question = caller.fragments()
    assert greeting.text.startswith("您好")
    assert (question.starts_at - greeting.starts_at) / 8000 < 8
    caller.hang_up()

    caller = stage.ring("L2", WANG_XIUYING)  # one who waits for it hears the first key in the same time
    caller.hears("预约挂号", "一")
    greeting, *_, key = caller.fragments()
    assert (key.starts_at - greeting.starts_at) / 8000 < 8
    caller.hang_up()
