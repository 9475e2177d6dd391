"""By what talks are judged: the score forms, each for the calls it is meant for, and how many talks are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bottle import HTTPError, HTTPResponse

from firmware.clinic import quality_samples
from firmware.clinic.errors import ProfileError
from firmware.clinic.quality_forms import (
    CALLS_MADE,
    DOCUMENT,
    EVERY_CALL,
    MOST_FORMS,
    MOST_POINTS,
    MOST_QUESTIONS,
    QualityForm,
    QualityPlan,
    Question,
    load_plan,
    save_plan,
)
from firmware.language.values import Name
from firmware.staff.rights import Right
from webui import clinic_forms, refusals
from webui.forms import Form
from webui.reader import Change, Reader
from webui.rooms.settings import desk_saving
from webui.rooms.settings.desk_saving import UNNAMED
from webui.rooms.settings.saving import NotSaved
from webui.routes import Routes

ADDRESS = "/quality/forms"
ONE = f"{ADDRESS}/<key:re:[a-z0-9_]+>"
QUESTION_CHARACTERS = 80
SPARE_ROWS = 4
MOST_PER_WEEK = 50
NEW = QualityForm("", Name(UNNAMED, UNNAMED), ())
NEW_ROW = ("", "", 10)


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show_all, Right.SUPERVISE)
    routes.post(ADDRESS, save_sample, Right.SUPERVISE)
    routes.get(f"{ADDRESS}/new", show_new, Right.SUPERVISE)
    routes.post(f"{ADDRESS}/new", add, Right.SUPERVISE)
    routes.get(ONE, show, Right.SUPERVISE)
    routes.post(ONE, save, Right.SUPERVISE)
    routes.post(f"{ONE}/remove", remove, Right.SUPERVISE)


def show_all(reader: Reader) -> HTTPResponse:
    """The forms, and how many talks of each agent are drawn every week."""
    return reader.page("quality/forms.html", plan=_plan(reader), sorts=dict(_sorts(reader)), **_common(reader, None))


def save_sample(reader: Reader) -> HTTPResponse:
    """Another number of talks; what last week still lacks is drawn at once."""
    per_week = reader.form.whole("per_week", 0, MOST_PER_WEEK)

    def edit(change: Change, plan: QualityPlan) -> QualityPlan:
        quality_samples.draw(change.tx, change.now, reader.zone, per_week)
        change.detail = str(per_week)
        return replace(plan, per_week=per_week)

    return _saved_or_told(reader, "quality sample set", edit)


def show_new(reader: Reader) -> HTTPResponse:
    return _page(reader, NEW)


def add(reader: Reader) -> HTTPResponse:
    """A form beside the others."""

    def edit(change: Change, plan: QualityPlan) -> QualityPlan:
        if len(plan.forms) >= MOST_FORMS:
            reader.form.refuse("name_zh", "quality.too_many_forms")
        taken = {form.key for form in plan.forms}
        key = next(key for number in range(1, MOST_FORMS + 2) if (key := f"form_{number}") not in taken)
        change.detail = key
        return replace(plan, forms=(*plan.forms, _read(reader, replace(NEW, key=key))))

    return _saved_or_shown(reader, NEW, "quality form added", edit)


def show(reader: Reader, key: str) -> HTTPResponse:
    return _page(reader, _form(_plan(reader), key))


def save(reader: Reader, key: str) -> HTTPResponse:
    """Other words or points; talks that were judged keep theirs."""

    def edit(change: Change, plan: QualityPlan) -> QualityPlan:
        changed = _read(reader, _form(plan, key))
        change.detail = key
        return replace(plan, forms=tuple(changed if form.key == key else form for form in plan.forms))

    return _saved_or_shown(reader, _form(_plan(reader), key), "quality form changed", edit)


def remove(reader: Reader, key: str) -> HTTPResponse:
    """Nobody is judged by it any more; the last form stays."""

    def edit(change: Change, plan: QualityPlan) -> QualityPlan:
        gone = _form(plan, key)
        if len(plan.forms) == 1:
            raise NotSaved(reader.words("quality.last_form"))
        change.detail = key
        return replace(plan, forms=tuple(form for form in plan.forms if form != gone))

    return _saved_or_told(reader, "quality form removed", edit)


Edit = Callable[[Change, QualityPlan], QualityPlan]


def _saved_or_shown(reader: Reader, form: QualityForm, what: str, edit: Edit) -> HTTPResponse:
    try:
        _save(reader, what, edit)
    except NotSaved as refusal:
        return _page(reader, form, refusal)
    return reader.done("settings.saved", ADDRESS)


def _saved_or_told(reader: Reader, what: str, edit: Edit) -> HTTPResponse:
    try:
        _save(reader, what, edit)
    except NotSaved as refusal:
        return reader.go(ADDRESS, desk_saving.flash(reader, refusal))
    return reader.done("settings.saved", ADDRESS)


def _save(reader: Reader, what: str, edit: Edit) -> None:
    documents = reader.office.documents
    with reader.changing(what) as change:
        clinic_forms.check_unchanged(reader.form, documents.load(DOCUMENT))
        try:
            plan = edit(change, load_plan(documents))
            if not reader.form.is_good:
                raise NotSaved
            save_plan(documents, plan)
        except ProfileError as error:
            raise NotSaved(refusals.sentence(error, reader.words)) from error


def _page(reader: Reader, form: QualityForm, refusal: NotSaved | None = None) -> HTTPResponse:
    rows = [(each.text.zh, each.text.en, each.points) for each in form.questions]
    return reader.page(
        "quality/form.html",
        422 if refusal else 200,
        of=form,
        rows=[*rows, *[NEW_ROW] * SPARE_ROWS][:MOST_QUESTIONS],
        sorts=_sorts(reader, form.calls),
        most_points=MOST_POINTS,
        **_common(reader, refusal),
    )


def _common(reader: Reader, refusal: NotSaved | None) -> dict[str, Any]:
    return {
        "form": reader.form if refusal else None,
        "told": refusal.told if refusal else "",
        "seen": clinic_forms.fingerprint(reader.office.documents.load(DOCUMENT)),
    }


def _plan(reader: Reader) -> QualityPlan:
    return reader.office.quality()


def _form(plan: QualityPlan, key: str) -> QualityForm:
    found = plan.form(key)
    if found is None:
        raise HTTPError(404)
    return found


def _sorts(reader: Reader, now: str = EVERY_CALL) -> list[tuple[str, str]]:
    """Which calls a form can be for, with words for each; also the queue of a form that is there no more."""
    words = reader.words
    sorts = {EVERY_CALL: words("quality.calls.all"), CALLS_MADE: words("quality.calls.made")}
    for queue in reader.office.desk_settings().queues:
        sorts[f"queue:{queue.key}"] = words("quality.calls.queue", name=words.name(queue.name))
    if now not in sorts:
        sorts[now] = words("quality.calls.queue", name=now.partition(":")[2])
    return list(sorts.items())


def _read(reader: Reader, before: QualityForm) -> QualityForm:
    """The form as it was filled in; look at `form.errors` before you use it."""
    form = reader.form
    name = desk_saving.read_name(form)
    calls = form.choice("calls", dict(_sorts(reader, before.calls)))
    rows = [each for at in range(MOST_QUESTIONS) if (each := _question(form, at))]
    if not rows:
        form.refuse("text-0_zh", "quality.needs_question")
    # A key means nothing outside its form, and a judged talk keeps the whole form: they are simply counted.
    questions = (Question(f"q{number}", *row) for number, row in enumerate(rows, 1))
    return replace(before, name=name, calls=calls, questions=tuple(questions))


def _question(form: Form, at: int) -> tuple[Name, int] | None:
    """What stands in one row; None for an empty one."""
    zh, en = (form.text(f"text-{at}_{each}", QUESTION_CHARACTERS, needed=False) for each in ("zh", "en"))
    if not (zh or en):
        return None
    return Name(zh or en or UNNAMED, en or zh or UNNAMED), form.whole(f"points-{at}", 1, MOST_POINTS)
