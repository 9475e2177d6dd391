"""The people of these stories, and their passwords."""

from __future__ import annotations

from datetime import datetime

from firmware.staff import users
from firmware.staff.records import User
from firmware.staff.rights import Role
from firmware.storage.ledger import Transaction

OWNER_PASSWORD = "seven grey herons at noon"
LI_PASSWORD = "雨点落在屋顶上真好听啊"


def hire_owner(tx: Transaction, now: datetime) -> User:
    return users.create(tx, now, "admin", "陈老板", Role.ADMIN, OWNER_PASSWORD)


def hire_li(tx: Transaction, now: datetime) -> User:
    return users.create(tx, now, "Li.Na", "李娜", Role.DESK, LI_PASSWORD, "zh")
