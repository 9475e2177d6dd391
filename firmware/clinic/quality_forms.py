"""The forms by which talks are judged, read from the set-up document "quality".

A clinic without the document has the sample form.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from firmware.clinic.current import Current
from firmware.clinic.errors import ProfileError
from firmware.clinic.settings_values import Reader, fields, list_of, name, whole
from firmware.language.values import Name
from firmware.storage.documents import SetupDocuments

DOCUMENT = "quality"
EVERY_CALL, CALLS_MADE = "all", "made"  # which calls a form is for; "queue:KEY" for those of one queue
MOST_FORMS, MOST_QUESTIONS, MOST_POINTS = 10, 30, 100


@dataclass(frozen=True)
class Question:
    """What is looked at, and how much it is worth."""

    key: str
    text: Name
    points: int


@dataclass(frozen=True)
class QualityForm:
    """Questions about talks of one sort."""

    key: str
    name: Name
    questions: tuple[Question, ...]
    calls: str = EVERY_CALL

    @property
    def most_points(self) -> int:
        return sum(question.points for question in self.questions)


@dataclass(frozen=True)
class QualityPlan:
    """How talks are judged: the forms, and how many talks of each agent are drawn every week."""

    forms: tuple[QualityForm, ...]
    per_week: int = 2

    def form(self, key: str) -> QualityForm | None:
        return next((form for form in self.forms if form.key == key), None)

    def forms_for(self, sorts: Collection[str]) -> tuple[QualityForm, ...]:
        """The forms for talks of these sorts, the most particular first; all of them where none is meant for these."""
        particular = tuple(form for form in self.forms if form.calls in sorts)
        usual = tuple(form for form in self.forms if form.calls == EVERY_CALL)
        return particular + usual or self.forms


SAMPLE = QualityPlan(
    (
        QualityForm(
            "talk",
            Name("普通通话", "A usual talk"),
            (
                Question("greeting", Name("问候并报工号", "Greets and says the number"), 10),
                Question("listens", Name("听完再说，不打断", "Lets the patient finish"), 20),
                Question("right", Name("回答正确，办对了事", "The answer and what was done are right"), 30),
                Question("checks", Name("核对姓名、日期和时间", "Checks name, day and time"), 20),
                Question("kind", Name("语气友善、语速合适", "Kind, at a pace that can be followed"), 10),
                Question("closing", Name("问还有没有别的事，道别", "Asks what else, says goodbye"), 10),
            ),
        ),
    )
)


class CurrentQuality(Current[QualityPlan]):
    """The plan as it stands now."""

    def __init__(self, documents: SetupDocuments) -> None:
        super().__init__(documents, load_plan, SAMPLE)


def load_plan(documents: SetupDocuments) -> QualityPlan:
    """The plan from the box's set-up documents; raises `ProfileError`."""
    return read_plan(documents.load(DOCUMENT))


def save_plan(documents: SetupDocuments, plan: QualityPlan) -> None:
    """Put the plan in place; raises `ProfileError` where it could not be read again."""
    document = {"forms": [form_document(form) for form in plan.forms], "per_week": plan.per_week}
    read_plan(document)
    documents.save(DOCUMENT, document)


def read_plan(document: Mapping[str, Any] | None) -> QualityPlan:
    """The plan that a set-up document describes, the sample without one; raises `ProfileError`."""
    if document is None:
        return SAMPLE
    try:
        found = fields(document, _PLAN, needed=("forms",))
        _refuse_twins(form.key for form in found["forms"])
    except ValueError as error:
        raise ProfileError(f"quality: {error}") from error
    if not found["forms"]:
        raise ProfileError("quality: there must be a form")
    return QualityPlan(**found)


def form_document(form: QualityForm) -> dict[str, Any]:
    """What `read_form` makes the form of."""
    return asdict(form)


def read_form(value: Any) -> QualityForm:
    """A form as documents and kept scores describe it; raises `ValueError`."""
    found = fields(value, _FORM, needed=("key", "name", "questions"))
    if not found["questions"]:
        raise ValueError("a form has questions")
    _refuse_twins(question.key for question in found["questions"])
    return QualityForm(**found)


def _question(value: Any) -> Question:
    return Question(**fields(value, _QUESTION, needed=("key", "text", "points")))


def _key(value: Any) -> str:
    if not isinstance(value, str) or not value.isidentifier() or len(value) > 40:
        raise ValueError(f"must be a short word of letters, digits and _, not {value!r}")
    return value


def _refuse_twins(keys: Any) -> None:
    seen = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"the key {key!r} is there twice")
        seen.add(key)


def _calls(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(f"{EVERY_CALL}|{CALLS_MADE}|queue:[a-z0-9-]{{1,40}}", value):
        raise ValueError(f"must be {EVERY_CALL}, {CALLS_MADE} or queue:NAME, not {value!r}")
    return value


_QUESTION: dict[str, Reader] = {"key": _key, "text": name, "points": whole(1, MOST_POINTS)}
_FORM: dict[str, Reader] = {
    "key": _key,
    "name": name,
    "questions": list_of(_question, MOST_QUESTIONS),
    "calls": _calls,
}
_PLAN: dict[str, Reader] = {"forms": list_of(read_form, MOST_FORMS), "per_week": whole(0, 50)}
