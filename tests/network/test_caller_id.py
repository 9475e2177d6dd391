"""Caller id travels as real sound: the network speaks it, the modem decodes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.network.rig import CLINIC, Rig


def ring(rig: Rig, withheld: bool = False) -> str:
    rig.ask("+VCID=1")
    rig.phone().dial(CLINIC, withheld)
    rig.run(4_900)
    return rig.heard_text()


def test_fsk_comes_between_the_first_two_rings(rig: Rig) -> None:
    assert ring(rig) == "RING | DATE = 0302 | TIME = 0900 | NMBR = 13800000001"


def test_the_other_chipset_writes_it_without_blanks(make_rig: Callable[..., Rig]) -> None:
    assert ring(make_rig(model="CX93010")) == "RING | DATE=0302 | TIME=0900 | NMBR=13800000001"


@pytest.mark.parametrize("country", ["us", "gb", "eu"])
def test_it_fits_every_country_s_cadence(make_rig: Callable[..., Rig], country: str) -> None:
    assert "NMBR = 13800000001" in ring(make_rig(country=country))


def test_a_withheld_number_is_reported_as_private(rig: Rig) -> None:
    assert ring(rig, withheld=True).endswith("NMBR = P")


def test_it_survives_a_poor_line(make_rig: Callable[..., Rig]) -> None:
    assert "NMBR = 13800000001" in ring(make_rig(gain_db=-10, noise_dbm0=-45))


def test_a_modem_that_was_not_told_to_listen_says_nothing(rig: Rig) -> None:
    rig.phone().dial(CLINIC)
    rig.run(4_900)
    assert rig.heard_text() == "RING"


def test_a_line_without_caller_id_only_rings(rig: Rig) -> None:
    rig.line.caller_id = "none"
    assert ring(rig) == "RING"


def test_dtmf_comes_before_the_first_ring(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(model="CX93010")
    rig.line.caller_id = "dtmf"
    assert rig.ask("!4886=05") == "OK"
    assert ring(rig) == "NMBR=13800000001 | RING"


def test_dtmf_is_lost_on_a_modem_set_for_fsk(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(model="CX93010")
    rig.line.caller_id = "dtmf"
    assert ring(rig) == "RING"


def test_the_cadence_is_reported_on_request(rig: Rig) -> None:
    rig.ask("+VDR=1")
    rig.phone().dial(CLINIC)
    rig.run(6_600)
    assert "RING | DRON=10 | DROF=40 | RING" in rig.heard_text()
