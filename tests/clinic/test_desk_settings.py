"""The desk's settings: what may stand in the document, what is refused in words, and what comes back unchanged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.clinic.desk_settings import (
    RING_ALL,
    CallClass,
    CurrentDesk,
    DeskSettings,
    QueueSettings,
    RecordingRules,
    load_desk,
    read_desk,
    save_desk,
    to_document,
)
from firmware.clinic.errors import ProfileError
from firmware.language.values import Name
from firmware.storage.documents import SetupDocuments

RECEPTION = {"key": "reception", "name": {"zh": "前台", "en": "Reception"}}


@pytest.fixture
def documents(tmp_path: Path) -> SetupDocuments:
    return SetupDocuments(tmp_path / "setup.json")


def test_without_a_document_the_defaults_hold() -> None:
    assert read_desk(None) == read_desk({}) == DeskSettings()
    assert to_document(DeskSettings()) == {}, "defaults that get better later are then everybody's"


def test_a_document_says_only_what_differs() -> None:
    settings = read_desk({"queues": [{**RECEPTION, "ring_s": 20}], "recording": {"keep_days": {"complaint": 900}}})
    assert settings.queue("reception") == QueueSettings("reception", Name("前台", "Reception"), ring_s=20)
    assert settings.recording.keep_days == {"ordinary": 180, "complaint": 900, "training": 365}
    assert settings.call_classes == DeskSettings().call_classes


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"queus": []}, "desk: unknown key 'queus'; did you mean 'queues'?"),
        ({"queues": []}, "desk: queues: there must be one"),
        ({"queues": [RECEPTION, RECEPTION]}, "desk: queues: the same stands in it twice"),
        ({"queues": [RECEPTION, {**RECEPTION, "ring_s": 9}]}, "desk: the key 'reception' is given twice"),
        ({"queues": [{"key": "reception"}]}, "desk: queues: number 1: 'name' is missing"),
        ({"queues": [{**RECEPTION, "ring": 9}]}, "number 1: unknown key 'ring'; did you mean 'ring_s'?"),
        ({"queues": [{**RECEPTION, "ring_s": 61}]}, "ring_s: must be a whole number from 5 to 60, not 61"),
        ({"queues": [{**RECEPTION, "ring_s": True}]}, "ring_s: must be a whole number"),
        ({"queues": [{**RECEPTION, "strategy": "loudest"}]}, "strategy: must be longest-idle or ring-all"),
        ({"queues": [{**RECEPTION, "key": "Re ception"}]}, "key: must be small letters, digits and -"),
        ({"queues": [{**RECEPTION, "name": {"zh": " "}}]}, "name: a name needs a text"),
        ({"queues": "reception"}, "queues: must be a list"),
        ({"queues": [7]}, "queues: number 1: must be {key: value, ...}"),
        ({"call_classes": [{"key": "far", "prefixes": ["ATH"]}]}, "prefixes: number 1: must be the beginning of a nu"),
        ({"emergency_numbers": ["110", "119"]}, "emergency_numbers: 120 must be among them"),
        ({"recording": {"off_queues": ["recption"]}}, "off_queues: there is no queue 'recption'; did you mean"),
        ({"recording": {"keep_days": {"ordinary": 0}}}, "keep_days: ordinary: must be a whole number from 1 to 3650"),
        ({"recording": {"records": "yes"}}, "records: must be true or false"),
        ({"recording": {"off_agents": ["8001; DROP"]}}, "off_agents: number 1: must be an extension"),
        ({"dispositions": [{"de": "Ja"}]}, "dispositions: number 1: must be {zh: ..., en: ...}"),
    ],
)
def test_what_is_wrong_is_refused_with_its_key(document: dict[str, Any], words: str) -> None:
    with pytest.raises(ProfileError) as refusal:
        read_desk(document)
    assert words in str(refusal.value)
    assert str(refusal.value).startswith("desk: ")


_keys = st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True)
_names = st.builds(Name, st.text("前台甲乙", min_size=1, max_size=5), st.text("abc", max_size=5))
_queues = st.builds(
    QueueSettings,
    key=_keys,
    name=_names,
    strategy=st.sampled_from(("longest-idle", RING_ALL)),
    priority=st.integers(0, 9),
    ring_s=st.integers(5, 60),
    callback_after_s=st.integers(-1, 99),
    asks_rating=st.booleans(),
)
_classes = st.builds(CallClass, key=_keys, prefixes=st.sampled_from(((), ("0", "1"), ("+",))), name=st.none() | _names)
_settings = st.builds(
    DeskSettings,
    queues=st.lists(_queues, min_size=1, max_size=4, unique_by=lambda queue: queue.key).map(tuple),
    call_classes=st.lists(_classes, max_size=3, unique_by=lambda each: each.key).map(tuple),
    recording=st.builds(RecordingRules, records=st.booleans(), off_agents=st.just(("8001",))),
    dispositions=st.lists(_names, max_size=3, unique=True).map(tuple),
    parked_s=st.integers(5, 300),
)


@given(_settings)
def test_what_is_written_is_read_again_as_it_was(settings: DeskSettings) -> None:
    assert read_desk(to_document(settings)) == settings


def test_settings_that_could_not_be_read_again_are_never_saved(documents: SetupDocuments) -> None:
    save_desk(documents, replace(DeskSettings(), parked_s=60))
    with pytest.raises(ProfileError):
        save_desk(documents, replace(DeskSettings(), parked_s=1))
    assert load_desk(documents).parked_s == 60


def test_a_change_is_seen_at_once_and_a_mistake_costs_nothing(documents: SetupDocuments) -> None:
    desk = CurrentDesk(documents)
    assert desk() == DeskSettings()
    save_desk(documents, replace(DeskSettings(), parked_s=60))
    assert (desk().parked_s, desk.fault) == (60, None)
    documents.save("desk", {"parked": 1})
    assert desk().parked_s == 60
    assert "did you mean 'parked_s'?" in str(desk.fault)


def test_a_box_that_starts_with_a_mistake_answers_calls_by_the_defaults(documents: SetupDocuments) -> None:
    documents.save("desk", {"parked_s": "long"})
    desk = CurrentDesk(documents)
    assert desk() == DeskSettings()
    assert "parked_s" in str(desk.fault)


def test_no_change_costs_no_reading(documents: SetupDocuments, monkeypatch: pytest.MonkeyPatch) -> None:
    save_desk(documents, replace(DeskSettings(), parked_s=60))
    desk = CurrentDesk(documents)
    assert desk().parked_s == 60
    monkeypatch.setattr(documents, "load", lambda name: pytest.fail("read again without need"))
    assert desk() is desk()


def test_a_call_of_a_queue_that_is_no_more_goes_to_the_first() -> None:
    assert DeskSettings().queue("billing").key == "reception"
