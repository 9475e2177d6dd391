from __future__ import annotations

import pytest

from firmware.staff.rights import ROLE_RIGHTS, Right, Role, may

CHANGES = set(Right) - {Right.SEE, Right.CALLS, Right.AUDIT}


def test_every_role_sees_the_day_and_knows_its_rights() -> None:
    assert set(ROLE_RIGHTS) == set(Role)
    assert all(may(role, Right.SEE) for role in Role)


@pytest.mark.parametrize("right", [Right.SETTINGS, Right.USERS, Right.BACKUP])
def test_only_the_administrator_can_change_the_box_itself(right: Right) -> None:
    assert [role for role in Role if may(role, right)] == [Role.ADMIN]


def test_the_administrator_may_everything() -> None:
    assert ROLE_RIGHTS[Role.ADMIN] == set(Right)


def test_the_auditor_looks_on_and_touches_nothing() -> None:
    assert not ROLE_RIGHTS[Role.AUDITOR] & CHANGES
    assert may(Role.AUDITOR, Right.AUDIT)


def test_who_has_nothing_to_do_with_calls_hears_none() -> None:
    assert {role for role in Role if may(role, Right.LISTEN)} == {Role.DESK, Role.AGENT, Role.SUPERVISOR, Role.ADMIN}


def test_what_a_role_may_cannot_be_changed_by_accident() -> None:
    with pytest.raises(TypeError):
        ROLE_RIGHTS[Role.DESK] = frozenset(Right)  # type: ignore[index]
