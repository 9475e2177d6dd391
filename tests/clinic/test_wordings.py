"""The clinic words its texts to patients itself; none can lack what the patient needs, or fail when it is to go out."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.clinic import notices, sample, schedule, wordings
from firmware.clinic.errors import ProfileError
from firmware.clinic.profile import read_profile
from firmware.storage.ledger import Ledger

OWN = {"booked.time": {"zh": "{sign}{day}{time}见,码{code}", "en": "{sign}: see you {day} {time}! Code {code}"}}


def clinic(**more: object) -> dict[str, object]:
    return {**sample.document()["clinic"], **more}


def test_a_patient_reads_the_clinics_own_words(ledger: Ledger, now: datetime) -> None:
    profile = read_profile(clinic(wordings=OWN))
    with ledger.reading() as tx:
        (slot, *_) = schedule.next_free(tx, profile, now, schedule.Wish(kind="specialist"))
    assert notices.preview(profile, now, slot, "en").startswith("Lakeside Clinic: see you")
    plain = read_profile(clinic())
    assert "booked" in notices.preview(plain, now, slot, "en")


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("booked.time", "{sign} {day} {time}", "code"),
        ("booked.time", "{day} {time} {code}", "sign"),
        ("booked.time", "{sign} {day} {time} {code} {doctor}", "not known"),
        ("booked.number", "{sign} {day} {number} {code} {time}", "not known"),
        ("booked.time", "{sign} {day} {time} {code} {", "brace"),
        ("booked.time", "{sign.zh} {sign} {day} {time} {code}", "not known"),
        ("booked.time", "{sign} {day} {time} {code}\n", "one line"),
        ("booked.time", "{sign} {day} {time} {code}" + "x" * 400, "at most"),
        ("cancelled.time", " ", "write a text"),
        ("nothing.such", "{sign}", "no text"),
    ],
)
def test_a_wording_that_would_fail_or_mislead_is_refused(key: str, text: str, why: str) -> None:
    with pytest.raises(ProfileError, match=why):
        read_profile(clinic(wordings={key: {"en": text}}))


@given(st.dictionaries(st.sampled_from(["booked.time", "x"]), st.dictionaries(st.text(max_size=3), st.text())))
def test_whatever_a_document_holds_is_read_or_refused(document: dict[str, dict[str, str]]) -> None:
    with suppress(ValueError):
        assert len(wordings.read(document)) == sum(map(len, document.values()))
