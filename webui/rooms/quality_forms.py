"""By what talks are judged: the score forms, each for the calls it is meant for, and how many talks are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bottle import HTTPError, HTTPResponse

from firmware.clinic import quality_samples
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
from webui.forms import Form
from webui.reader import Change, Reader
from webui.rooms.settings import desk_saving, saving
from webui.rooms.settings.desk_saving import UNNAMED
from webui.rooms.settings.saving import NotSaved, SettingsDocument
from webui.routes import Routes

ADDRESS = "/quality/forms"
ONE = f"{ADDRESS}/<key:re:[a-z0-9_]+>"
QUESTION_CHARACTERS = 80
SPARE_ROWS = 4
THE_PLAN = SettingsDocument(DOCUMENT, load_plan, save_plan)
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
    return saving.page(reader, "quality/forms.html", DOCUMENT, plan=_plan(reader), sorts=dict(_sorts(reader)))


def save_sample(reader: Reader) -> HTTPResponse:
    """Another number of talks; what last week still lacks is drawn at once."""
    per_week = reader.form.whole("per_week", 0, MOST_PER_WEEK)

    def edit(change: Change, plan: QualityPlan) -> QualityPlan:
        quality_samples.draw(change.tx, change.now, reader.zone, per_week)
        change.detail = str(per_week)
        return replace(plan, per_week=per_week)

    return _saved(reader, "quality sample set", edit, lambda refusal: saving.told(reader, refusal, ADDRESS))


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

    return _saved(reader, "quality form added", edit, lambda refusal: _page(reader, NEW, refusal))


def show(reader: Reader, key: str) -> HTTPResponse:
    return _page(reader, _form(_plan(reader), key))


def save(reader: Reader, key: str) -> HTTPResponse:
    """Other words or points; talks that were judged keep theirs."""

    def edit(change: Change, plan: QualityPlan) -> QualityPlan:
        changed = _read(reader, _form(plan, key))
        change.detail = key
        return replace(plan, forms=tuple(changed if form.key == key else form for form in plan.forms))

    before = _form(_plan(reader), key)
    return _saved(reader, "quality form changed", edit, lambda refusal: _page(reader, before, refusal))


def remove(reader: Reader, key: str) -> HTTPResponse:
    """Nobody is judged by it any more; the last form stays."""

    def edit(change: Change, plan: QualityPlan) -> QualityPlan:
        gone = _form(plan, key)
        if len(plan.forms) == 1:
            raise NotSaved(reader.words("quality.last_form"))
        change.detail = key
        return replace(plan, forms=tuple(form for form in plan.forms if form != gone))

    return _saved(reader, "quality form removed", edit, lambda refusal: saving.told(reader, refusal, ADDRESS))


Edit = Callable[[Change, QualityPlan], QualityPlan]


def _saved(reader: Reader, what: str, edit: Edit, again: Callable[[NotSaved], HTTPResponse]) -> HTTPResponse:
    return saving.answer(reader, lambda: saving.save_document(reader, what, THE_PLAN, edit), again, ADDRESS)


def _page(reader: Reader, form: QualityForm, refusal: NotSaved | None = None) -> HTTPResponse:
    rows = [(each.text.zh, each.text.en, each.points) for each in form.questions]
    return saving.page(
        reader,
        "quality/form.html",
        DOCUMENT,
        refusal,
        of=form,
        rows=[*rows, *[NEW_ROW] * SPARE_ROWS][:MOST_QUESTIONS],
        sorts=_sorts(reader, form.calls),
        most_points=MOST_POINTS,
    )


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
