"""Talks judged by supervisors: scores by a form, and one appeal against each, which a supervisor decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, update

from firmware.clinic.errors import ClinicError
from firmware.clinic.quality_forms import QualityForm, form_document, read_form
from firmware.storage.desk_schema import quality_scores, talks
from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import users

MOST_WORDS = 1000
MOST_SCORES = 100

_columns = quality_scores.c


class NotInTheTalk(ClinicError):
    """Nobody can be judged for a talk that they had no part in."""


class JudgesSelf(ClinicError):
    """Nobody judges their own talk."""


class BadPoints(ClinicError):
    """The points don't fit the form."""


class NoSuchScore(ClinicError):
    """There is no such score, or it is somebody else's."""


class AlreadyAppealed(ClinicError):
    """A score can be appealed against once."""


class AlreadyDecided(ClinicError):
    """Somebody was faster."""


@dataclass(frozen=True)
class Score:
    """What a supervisor thought of one agent's part in a call."""

    id: int
    call_id: str
    user_id: int
    agent: str
    form: QualityForm  # as it was then
    answers: Mapping[str, int]
    points: int
    most_points: int
    remark: str
    appeal: str | None
    appeal_answer: str | None
    is_withdrawn: bool
    author: str
    at: datetime

    @property
    def percent(self) -> int:
        return round(self.points * 100 / self.most_points)


@dataclass(frozen=True)
class Tally:
    """The scores of one agent in a span of time."""

    user_id: int
    count: int
    percent: int


def judge(
    tx: Transaction,
    now: datetime,
    author: str,
    call_id: str,
    user_id: int,
    form: QualityForm,
    answers: Mapping[str, int],
    remark: str,
) -> int:
    """Keep a score; its id. Raises `NotInTheTalk`, `JudgesSelf` or `BadPoints`."""
    if not tx.execute(select(talks.c.id).where(talks.c.call_id == call_id, talks.c.user_id == user_id)).first():
        raise NotInTheTalk(f"user {user_id} did not speak in call {call_id}")
    _refuse_self(tx, author, user_id)
    most = {question.key: question.points for question in form.questions}
    if set(answers) != set(most) or not all(0 <= answers[key] <= most[key] for key in most):
        raise BadPoints(f"the points don't fit the form {form.key}")
    row = {
        "call_id": call_id, "user_id": user_id, "form": form.key, "answers": json.dumps(dict(answers)),
        "asked": json.dumps(form_document(form), ensure_ascii=False),
        "points": sum(answers.values()), "most_points": form.most_points, "remark": remark, "author": author, "at": now,
    }  # fmt: skip
    return int(tx.execute(quality_scores.insert().returning(_columns.id), row).scalar_one())


def appeal(tx: Transaction, user_id: int, score_id: int, why: str) -> Score:
    """The agent does not agree; once for each score. Raises `NoSuchScore` or `AlreadyAppealed`."""
    found = _one(tx, score_id)
    if found.user_id != user_id:
        raise NoSuchScore(f"score {score_id} is not of user {user_id}")
    if found.appeal is not None:
        raise AlreadyAppealed(f"score {score_id}")
    tx.execute(update(quality_scores).where(_columns.id == score_id).values(appeal=why))
    return found


def decide(tx: Transaction, author: str, score_id: int, answer: str, *, is_withdrawn: bool) -> Score:
    """What a supervisor says to the appeal; a withdrawn score counts no more, and the talk may be judged anew.

    Raises `NoSuchScore`, `AlreadyDecided` or `JudgesSelf`.
    """
    found = _one(tx, score_id)
    if found.appeal is None:
        raise NoSuchScore(f"nobody appealed against score {score_id}")
    if found.appeal_answer is not None:
        raise AlreadyDecided(f"score {score_id}")
    _refuse_self(tx, author, found.user_id)
    decided = {"appeal_answer": answer, "is_withdrawn": int(is_withdrawn)}
    tx.execute(update(quality_scores).where(_columns.id == score_id).values(decided))
    return found


def of_call(tx: Transaction, call_id: str) -> list[Score]:
    """The scores of a call, oldest first."""
    return [_score(row) for row in tx.execute(_SCORES.where(_columns.call_id == call_id).order_by(_columns.id))]


def of_agent(tx: Transaction, user_id: int, most: int = MOST_SCORES) -> list[Score]:
    """The newest scores of one agent."""
    newest = _SCORES.where(_columns.user_id == user_id).order_by(_columns.at.desc()).limit(most)
    return [_score(row) for row in tx.execute(newest)]


def open_appeals(tx: Transaction, most: int = MOST_SCORES) -> list[Score]:
    """The appeals that nobody has answered, oldest first."""
    waits = _SCORES.where(_columns.appeal.is_not(None), _columns.appeal_answer.is_(None))
    return [_score(row) for row in tx.execute(waits.order_by(_columns.id).limit(most))]


def tally(tx: Transaction, begins: datetime, ends: datetime, user_ids: list[int]) -> dict[int, Tally]:
    """How many talks of each agent were judged from `begins` until before `ends`, by when they were judged."""
    percent = func.sum(_columns.points) * 100 / func.sum(_columns.most_points)
    judged = select(_columns.user_id, func.count(), percent).where(
        _columns.user_id.in_(user_ids), _columns.at >= begins, _columns.at < ends, _columns.is_withdrawn == 0
    )
    return {row[0]: Tally(row[0], row[1], round(row[2])) for row in tx.execute(judged.group_by(_columns.user_id))}


def agents_in(tx: Transaction, call_id: str) -> list[tuple[int, str]]:
    """Who spoke in the call: (user id, name), each once."""
    spoke = select(talks.c.user_id, users.c.name).join(users, users.c.id == talks.c.user_id)
    return list(dict.fromkeys(tuple(row) for row in tx.execute(spoke.where(talks.c.call_id == call_id))))


_SCORES: Select[Any] = select(quality_scores, users.c.name.label("agent")).join(users, users.c.id == _columns.user_id)


def _refuse_self(tx: Transaction, author: str, user_id: int) -> None:
    if tx.execute(select(users.c.login).where(users.c.id == user_id)).scalar() == author:
        raise JudgesSelf(author)


def _one(tx: Transaction, score_id: int) -> Score:
    row = tx.execute(_SCORES.where(_columns.id == score_id)).first()
    if row is None:
        raise NoSuchScore(f"no score {score_id}")
    return _score(row)


def _score(row: Row[Any]) -> Score:
    return Score(
        row.id, row.call_id, row.user_id, row.agent, read_form(json.loads(row.asked)), json.loads(row.answers),
        row.points, row.most_points, row.remark, row.appeal, row.appeal_answer, bool(row.is_withdrawn), row.author,
        row.at,
    )  # fmt: skip
