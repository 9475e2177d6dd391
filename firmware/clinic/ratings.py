"""What patients think of a talk: 1 to 5, by a key at its end or in reply to a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import sqlite

from firmware.clinic.profile import ClinicProfile
from firmware.language.catalogue import Catalogue, Prompt
from firmware.language.values import Language
from firmware.phone_number import is_mobile
from firmware.storage import outbox
from firmware.storage.desk_schema import rating_requests, ratings
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction

SCORES = range(1, 6)
VOICE, TEXT = "voice", "text"
REPLY_WITHIN_S = 86_400

_REPLY = re.compile(r"\s*([1-5１-５])\s*分?\s*[.。!！]?\s*")  # as people type it


@dataclass(frozen=True)
class Rating:
    """What a patient said of one call; `user_id`: of whom, if that is known."""

    score: int
    channel: str
    user_id: int | None
    at: datetime


@dataclass(frozen=True)
class AgentsRatings:
    """The ratings of one agent in a span of time."""

    user_id: int
    count: int
    mean: float
    low: int  # 1 and 2: somebody should listen to these


def rate(tx: Transaction, now: datetime, call_id: str, user_id: int | None, score: int, channel: str = VOICE) -> None:
    """The patient's score for the call; a later one replaces it. Raises `ValueError` for none of 1 to 5."""
    if score not in SCORES:
        raise ValueError(f"a score is 1 to 5, not {score}")
    row = {"user_id": user_id, "score": score, "channel": channel, "at": now}
    said = sqlite.insert(ratings).values(call_id=call_id, **row)
    tx.execute(said.on_conflict_do_update(index_elements=["call_id"], set_=row))


def ask_by_text(
    tx: Transaction,
    now: datetime,
    profile: ClinicProfile,
    call_id: str,
    user_id: int | None,
    number: str | None,
    language: Language,
) -> bool:
    """Text the question to who would not stay on for it; False when the number takes no texts."""
    if number is None or not is_mobile(number):
        return False
    asked = sqlite.insert(rating_requests).values(call_id=call_id, user_id=user_id, number=number, at=now)
    if tx.execute(asked.on_conflict_do_nothing()).rowcount:
        outbox.queue_text(tx, now, number, _text("rating.ask", profile, language), "rating")
    return True


def take_text(
    tx: Transaction, now: datetime, profile: ClinicProfile, number: str, body: str, language: Language
) -> str | None:
    """The thanks for a text that answers the question of the last day; None if it is something else."""
    found = _REPLY.fullmatch(body)
    if not found:
        return None
    columns = rating_requests.c
    asked = select(columns.call_id, columns.user_id).where(
        columns.number == number, columns.at >= later(now, -REPLY_WITHIN_S), columns.at <= now
    )
    request = tx.execute(asked.order_by(columns.at.desc()).limit(1)).first()
    if request is None:
        return None
    rate(tx, now, request.call_id, request.user_id, int(found[1]), TEXT)
    tx.execute(delete(rating_requests).where(columns.number == number))
    return _text("rating.thanks", profile, language)


def of_call(tx: Transaction, call_id: str) -> Rating | None:
    """What the patient said of the call."""
    columns = ratings.c
    wanted = select(columns.score, columns.channel, columns.user_id, columns.at).where(columns.call_id == call_id)
    row = tx.execute(wanted).first()
    return Rating(*row) if row else None


def by_agent(tx: Transaction, begins: datetime, ends: datetime, user_ids: list[int]) -> list[AgentsRatings]:
    """The ratings of these agents from `begins` until before `ends`; who has none is left out."""
    columns = ratings.c
    low = func.sum(func.iif(columns.score <= 2, 1, 0))
    counted = select(columns.user_id, func.count(), func.avg(columns.score), low).where(
        columns.user_id.in_(user_ids), columns.at >= begins, columns.at < ends
    )
    return [AgentsRatings(*row) for row in tx.execute(counted.group_by(columns.user_id).order_by(columns.user_id))]


def _text(key: str, profile: ClinicProfile, language: Language) -> str:
    return _catalogue().written(Prompt(key, {"sign": profile.sign}), language)


@cache
def _catalogue() -> Catalogue:
    return Catalogue(Path(__file__).with_suffix(".yaml"))
