"""What patients think of a talk: by a key when the agent has gone, or by a text that they reply to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from firmware.clinic.desk_settings import DeskSettings, save_desk
from firmware.storage.desk_schema import ratings
from firmware.storage.documents import SetupDocuments
from tests.scenarios.people import Person, is_connected
from tests.scenarios.stage import LISTENING, Stage

WANG_XIUYING = "13800000001"
CHEN = 1000.0


@pytest.fixture
def stage(open_stage: Callable[..., Stage]) -> Stage:
    stage = open_stage(speed=LISTENING)
    usual = DeskSettings()
    asking = tuple(replace(queue, asks_rating=True) for queue in usual.queues)
    save_desk(SetupDocuments(stage.rig.folders.setup), replace(usual, queues=asking))
    return stage


@pytest.fixture
def chen(stage: Stage) -> Iterator[Person]:
    with ExitStack() as people:
        yield people.enter_context(Person(stage, "chen", "8001", CHEN)).comes_to_work()


def test_a_patient_rates_by_a_key_or_by_a_text(stage: Stage, chen: Person) -> None:
    caller = is_connected(stage, chen, WANG_XIUYING)
    chen.ask("hang_up")
    caller.hears_prompt("desk.rating_or_text")
    caller.press("4")
    caller.hears_prompt("desk.rated")
    caller.is_released()
    chen.ask("wrapped_up")
    (said,) = stage.rows(ratings)
    assert (said.score, said.channel, said.user_id) == (4, "voice", chen.user_id)

    caller = is_connected(stage, chen, WANG_XIUYING, line="L2")
    chen.ask("hang_up")
    caller.hears_prompt("desk.rating_or_text")
    caller.press("0")
    caller.hears_prompt("desk.rating_by_text")
    caller.is_released()
    assert "1到5" in stage.texts_to(WANG_XIUYING)[0]
    (thanks,) = stage.converse(WANG_XIUYING, "5")
    assert "谢谢您的评价" in thanks
    by_text = next(row for row in stage.rows(ratings) if row.channel == "text")
    assert (by_text.score, by_text.user_id) == (5, chen.user_id)
