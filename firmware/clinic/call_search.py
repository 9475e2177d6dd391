"""The journal of calls as people search it: any combination of what is known of a call, newest first.

Whatever is asked for, a page is found through an index. What is known only beside the calls (who spoke, what was
rated) is looked up first where few calls have it, and asked of one call after the other where many do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Select, and_, func, not_, or_, select, text
from sqlalchemy import literal_column as literal

from firmware.clinic.call_journal import Call, Place, from_row, rows_of
from firmware.storage.call_schema import calls, recordings
from firmware.storage.calls import TEST_LINES
from firmware.storage.desk_schema import agents, quality_scores, ratings, talks, tasks
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import patients
from firmware.storage.staff_schema import users

LEFT, NOTHING = "left", "none"  # outcomes to search for: hung up in the middle; ended without any
OUTCOMES = ("booked", "cancelled", "bookings read", "information", "message", "answer heard", LEFT, NOTHING)
MOST_NAMESAKES = 50
FEW = 2000
LOW_PERCENT = 60  # of a form's points: a talk to speak about

JUDGED, LOW, APPEALED = "judged", "low", "appealed"
QUALITIES = (JUDGED, LOW, APPEALED)


@dataclass(frozen=True)
class Wanted:
    """Which calls: None means any. Instants are aware, `ends` is not included."""

    begins: datetime | None = None
    ends: datetime | None = None
    call_id: str | None = None
    number: str | None = None  # who called; in normal form
    called: str | None = None  # the number that was called
    line: str | None = None
    flow: str | None = None
    outcome: str | None = None  # one of OUTCOMES
    disposition: str | None = None  # what the agent said that it was about
    agent: int | None = None  # user id of somebody who spoke in it
    patients: tuple[int, ...] | None = None
    task: int | None = None  # the call that a task was made from
    ratings: tuple[int, ...] | None = None  # what the patient said, 1 to 5
    quality: str | None = None  # one of QUALITIES
    is_recorded: bool | None = None  # and the recording is still there
    is_held: bool | None = None  # on legal hold
    is_test: bool | None = None


@dataclass(frozen=True)
class Speaker:
    """Somebody of the staff who takes calls, or did; `extension` None: no more."""

    user_id: int
    extension: str | None
    name: str


def find(tx: Transaction, wanted: Wanted, most: int, after: Place | None = None) -> list[Call]:
    """The newest calls that suit, newest first; `after`: those that follow the end of a page."""
    few, many = _beside(tx, wanted)
    source: FromClause = calls
    if few:
        suits = [calls.c.id.in_(each.ids) for each in few]
        source = select(calls).where(*suits).limit(FEW).subquery("found")  # the limit keeps SQLite from undoing this
    columns = source.c
    conditions = [
        *_conditions(wanted, columns),
        *(each.has(source) for each in many),
        *_bounds(tx, wanted, columns),
    ]
    if after is not None:
        older = columns.started_at <= after.started_at
        conditions += [older, not_(and_(columns.started_at == after.started_at, columns.id >= after.id))]
    newest = rows_of(source).where(*conditions).order_by(columns.started_at.desc(), columns.id.desc())
    return [from_row(row) for row in tx.execute(newest.limit(most))]


def lines(tx: Transaction, known: list[str]) -> list[str]:
    """The lines that calls came in on, those of `known` that had none yet too; one look-up in the index for each."""
    found = list(known)
    line: str = ""
    while (following := tx.execute(select(func.min(calls.c.line)).where(calls.c.line > line)).scalar()) is not None:
        line = str(following)
        found.append(line)
    return sorted({each for each in found if each not in TEST_LINES})


def speakers(tx: Transaction) -> list[Speaker]:
    """Everybody who takes calls or ever did, by extension."""
    everybody = select(agents.c.user_id, agents.c.extension, users.c.name).join(users, users.c.id == agents.c.user_id)
    return [Speaker(*row) for row in tx.execute(everybody.order_by(agents.c.extension.is_(None), agents.c.extension))]


def speakers_in(tx: Transaction, call_ids: Collection[str]) -> dict[str, list[int]]:
    """Who spoke in each of these calls, in order, by user id."""
    spoke = select(talks.c.call_id, talks.c.user_id).where(talks.c.call_id.in_(call_ids)).order_by(talks.c.id)
    found: dict[str, list[int]] = {}
    for call_id, user_id in tx.execute(spoke):
        if user_id not in found.setdefault(call_id, []):
            found[call_id].append(user_id)
    return found


def flows(tx: Transaction) -> list[str]:
    """The flows that calls took; one look-up in the index for each."""
    found: list[str] = []
    last = ""
    while (following := tx.execute(select(func.min(calls.c.flow)).where(calls.c.flow > last)).scalar()) is not None:
        last = str(following)
        found.append(last)
    return found


def namesakes(tx: Transaction, name: str) -> tuple[int, ...]:
    """The patients whose name holds `name`, or whose pinyin begins with it; at most so many."""
    plain = name.lower().replace(" ", "")
    columns = patients.c
    suits = or_(
        columns.name_zh.contains(name, autoescape=True),
        columns.name_en.icontains(name, autoescape=True),
        columns.pinyin.startswith(plain, autoescape=True),
        columns.initials == plain,
    )
    return tuple(tx.execute(select(columns.id).where(suits).limit(MOST_NAMESAKES)).scalars())


@dataclass(frozen=True)
class _Beside:
    """Calls that something in another table suits.

    `plainly`: the same condition in words that no index serves, so that SQLite finds the rows of one call by its id and
    not, for each call anew, all rows that suit.
    """

    call_id: Column[Any]
    suits: ColumnElement[bool]
    plainly: ColumnElement[bool] | None = None

    @property
    def ids(self) -> Select[Any]:
        return select(self.call_id).where(self.suits)

    def has(self, source: FromClause) -> ColumnElement[bool]:
        """Whether one call of `source` is among them."""
        suits = self.suits if self.plainly is None else self.plainly
        beside = select(self.call_id).where(self.call_id == source.c.id, suits)
        return beside.correlate(source).exists()


def _beside(tx: Transaction, wanted: Wanted) -> tuple[list[_Beside], list[_Beside]]:
    """What is asked for beside the calls: what suits few of them, and what suits many."""
    few: list[_Beside] = []
    many: list[_Beside] = []
    for each in _sets(wanted):
        some = each.ids.limit(FEW + 1).subquery()
        is_few = tx.execute(select(func.count()).select_from(some)).scalar_one() <= FEW
        (few if is_few else many).append(each)
    return few, many


def _sets(wanted: Wanted) -> Iterator[_Beside]:
    if wanted.agent is not None:
        yield _Beside(talks.c.call_id, talks.c.user_id == wanted.agent, talks.c.user_id + 0 == wanted.agent)
    if wanted.disposition is not None:
        about = talks.c.disposition
        yield _Beside(talks.c.call_id, about == wanted.disposition, about.concat("") == wanted.disposition)
    if wanted.task is not None:
        yield _Beside(tasks.c.call_id, tasks.c.id == wanted.task)
    if wanted.ratings is not None:
        yield _Beside(ratings.c.call_id, ratings.c.score.in_(wanted.ratings))
    if wanted.quality is not None:
        yield _Beside(quality_scores.c.call_id, _quality(wanted.quality))
    if wanted.is_held:
        yield _Beside(recordings.c.call_id, and_(text("is_held = 1"), recordings.c.deleted_at.is_(None)))


def _bounds(tx: Transaction, wanted: Wanted, columns: Any) -> Iterator[ColumnElement[bool]]:
    """Where to begin and to end looking, so that nobody looks through years in which there can be nothing."""
    if wanted.agent is not None:
        last = select(func.max(talks.c.began_at)).where(talks.c.user_id == wanted.agent)
        if (moment := tx.execute(last).scalar()) is not None:
            yield columns.started_at <= moment
    if wanted.is_recorded:
        first = select(func.min(recordings.c.began_at)).where(recordings.c.deleted_at.is_(None))
        if (moment := tx.execute(first).scalar()) is not None:
            yield columns.started_at >= moment


def _conditions(wanted: Wanted, columns: Any) -> Iterator[ColumnElement[bool]]:
    equal = {
        "id": wanted.call_id, "caller": wanted.number, "called": wanted.called, "line": wanted.line,
        "flow": wanted.flow,
    }  # fmt: skip
    yield from (columns[name] == value for name, value in equal.items() if value is not None)
    if wanted.begins is not None:
        yield columns.started_at >= wanted.begins
    if wanted.ends is not None:
        yield columns.started_at < wanted.ends
    if wanted.outcome is not None:
        yield _outcome(wanted.outcome, columns)
    if wanted.patients is not None:
        yield columns.patient_id.in_(wanted.patients)
    if wanted.is_recorded is not None:  # as a literal: SQLite's partial index needs to read it
        yield columns.has_sound == literal("1" if wanted.is_recorded else "0")
    if wanted.is_test is not None:
        yield columns.line.in_(TEST_LINES) if wanted.is_test else columns.line.not_in(TEST_LINES)


def _outcome(outcome: str, columns: Any) -> ColumnElement[bool]:
    if outcome == LEFT:  # "left at confirm": so many that the newest are soon found without an index
        return func.substr(columns.outcome, 1, len("left at ")) == "left at "
    if outcome == NOTHING:
        return and_(columns.outcome.is_(None), columns.ended_at.is_not(None))
    return and_(columns.outcome == outcome)


def _quality(which: str) -> ColumnElement[bool]:
    """A score that was withdrawn is none, but was appealed against."""
    columns = quality_scores.c
    if which == APPEALED:
        return columns.appeal.is_not(None)
    counts = columns.is_withdrawn == 0
    return and_(counts, columns.points * 100 < columns.most_points * LOW_PERCENT) if which == LOW else counts
