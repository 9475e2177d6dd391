"""The quality of talks: what is to be judged, who was judged and rated how, the agents' own scores and appeals."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import call_search, quality, quality_samples, ratings
from firmware.clinic.quality import MOST_WORDS
from firmware.clinic.quality_forms import QualityForm
from firmware.staff.rights import Right
from webui.reader import Reader
from webui.rooms.calls import CALL
from webui.routes import Routes

QUALITY, MINE = "/quality", "/quality/mine"
MONTHS = 12
STAYS, WITHDRAWN = "stays", "withdrawn"


def add_to(routes: Routes) -> None:
    routes.get(QUALITY, show, Right.SUPERVISE)
    routes.get(f"{QUALITY}/next", go_to_next, Right.SUPERVISE)
    routes.post(f"{QUALITY}/<score_id:int>/decide", decide, Right.SUPERVISE)
    routes.post(f"{CALL}/judge", judge, Right.SUPERVISE)
    routes.get(MINE, show_own, Right.ANSWER)
    routes.post(f"{QUALITY}/<score_id:int>/appeal", appeal, Right.ANSWER)


def show(reader: Reader) -> HTTPResponse:
    """What waits: talks that were drawn, and appeals. Then one month: each agent's scores and ratings."""
    month = _chosen_month(reader)
    begins, ends = _span(reader, month)
    first, last = begins.astimezone(reader.zone).date(), ends.astimezone(reader.zone).date() - timedelta(days=1)
    with reader.office.ledger.reading() as tx:
        people = call_search.speakers(tx)
        ids = [each.user_id for each in people]
        tallies = quality.tally(tx, begins, ends, ids)
        rated = {each.user_id: each for each in ratings.by_agent(tx, begins, ends, ids)}
        context: dict[str, Any] = {
            "appeals": quality.open_appeals(tx),
            "to_judge": quality_samples.to_judge(tx, reader.today, reader.signed_in.id),
            "drawn": quality_samples.progress(tx, first, last),
        }
    rows = [
        (each, tallies.get(each.user_id), rated.get(each.user_id))
        for each in people
        if each.extension or each.user_id in tallies or each.user_id in rated
    ]
    return reader.page(
        "quality/page.html", rows=rows, per_week=reader.office.quality().per_week, month=f"{month:%Y-%m}",
        months=_months(reader), first=first, last=last, **context,
    )  # fmt: skip


def go_to_next(reader: Reader) -> HTTPResponse:
    """To one more talk of the agent, by lot, that nobody has judged."""
    begins, ends = _span(reader, _chosen_month(reader))
    with reader.office.ledger.reading() as tx:
        found = quality_samples.another(tx, reader.query.key("agent"), begins, ends)
    if found is None:
        return reader.refused("quality.none_left", QUALITY)
    return reader.go(f"/calls/{found}?judge=yes#judge")


def judge(reader: Reader, call_id: str) -> HTTPResponse:
    """Keep a score."""
    query = reader.form
    user_id = query.key("agent")
    form = reader.office.quality().form(query.raw("form"))
    if form is None:
        return reader.refused("form.choose", f"/calls/{call_id}")
    answers = {each.key: query.whole(f"points-{each.key}", 0, each.points) for each in form.questions}
    remark = query.text("remark", MOST_WORDS, needed=False, lines=True)
    if not query.is_good:
        return reader.refused("quality.points_wrong", f"/calls/{call_id}")
    with reader.changing("talk judged") as change:
        quality.judge(change.tx, change.now, reader.login, call_id, user_id, form, answers, remark)
        change.detail = f"{call_id}, {sum(answers.values())} of {form.most_points}"
    return reader.done("quality.judged", f"/calls/{call_id}#judge", percent=_percent(form, answers))


def decide(reader: Reader, score_id: int) -> HTTPResponse:
    """A supervisor's word on an appeal: the score stays, or it counts no more."""
    said = reader.form.text("answer", MOST_WORDS, lines=True)
    decision = reader.form.choice("decision", (STAYS, WITHDRAWN))
    if not reader.form.is_good:
        return reader.refused("quality.decide_both", QUALITY)
    with reader.changing("appeal decided") as change:
        score = quality.decide(change.tx, reader.login, score_id, said, is_withdrawn=decision == WITHDRAWN)
        change.detail = f"{score.call_id}: {decision}"
    return reader.done(f"quality.decided.{decision}", QUALITY)


def show_own(reader: Reader) -> HTTPResponse:
    """The reader's own scores, and what patients said this month."""
    begins, ends = _span(reader, _this_month(reader))
    me = reader.signed_in.id
    with reader.office.ledger.reading() as tx:
        scores = quality.of_agent(tx, me)
        rated = ratings.by_agent(tx, begins, ends, [me])
    return reader.page("quality/mine.html", scores=scores, rated=rated[0] if rated else None)


def appeal(reader: Reader, score_id: int) -> HTTPResponse:
    """Once for each score."""
    why = reader.form.text("why", MOST_WORDS, lines=True)
    if not reader.form.is_good:
        return reader.refused("form.needed", MINE)
    with reader.changing("score appealed") as change:
        score = quality.appeal(change.tx, reader.signed_in.id, score_id, why)
        change.detail = score.call_id
    return reader.done("quality.appealed", MINE)


def _percent(form: QualityForm, answers: dict[str, int]) -> int:
    return round(sum(answers.values()) * 100 / form.most_points)


def _this_month(reader: Reader) -> datetime:
    return datetime.combine(reader.today.replace(day=1), time.min)


def _months(reader: Reader) -> list[tuple[str, str]]:
    """This month and those before it."""
    first = reader.today.year * 12 + reader.today.month - 1
    found = [divmod(first - back, 12) for back in range(MONTHS)]
    return [(text, text) for text in (f"{year}-{month + 1:02}" for year, month in found)]


def _chosen_month(reader: Reader) -> datetime:
    wanted = reader.query.choice("month", dict(_months(reader)), f"{reader.today:%Y-%m}")
    return datetime.strptime(wanted, "%Y-%m")  # wall time of the clinic, see `_span`


def _span(reader: Reader, month: datetime) -> tuple[datetime, datetime]:
    """From its first midnight in the clinic until the first of the next."""
    following = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    begins, ends = (each.replace(tzinfo=reader.zone).astimezone(UTC) for each in (month, following))
    return begins, ends
