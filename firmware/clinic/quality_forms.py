"""The forms by which talks are judged, read from the set-up document "quality".

A clinic without the document has the sample form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firmware.clinic.current import Current
from firmware.clinic.errors import ProfileError
from firmware.clinic.settings_values import Reader, fields, list_of, name, whole
from firmware.language.values import Name
from firmware.storage.documents import SetupDocuments

DOCUMENT = "quality"


@dataclass(frozen=True)
class Question:
    """What is looked at, and how much it is worth."""

    key: str
    text: Name
    points: int


@dataclass(frozen=True)
class QualityForm:
    """Questions about a talk."""

    key: str
    name: Name
    questions: tuple[Question, ...]

    @property
    def most_points(self) -> int:
        return sum(question.points for question in self.questions)


@dataclass(frozen=True)
class QualityPlan:
    """How talks are judged: the forms, and how many talks of each agent in a month."""

    forms: tuple[QualityForm, ...]
    per_month: int = 5

    def form(self, key: str) -> QualityForm | None:
        return next((form for form in self.forms if form.key == key), None)


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
        super().__init__(documents, lambda found: read_plan(found.load(DOCUMENT)), SAMPLE)


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


def _form(value: Any) -> QualityForm:
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


_QUESTION: dict[str, Reader] = {"key": _key, "text": name, "points": whole(1, 100)}
_FORM: dict[str, Reader] = {"key": _key, "name": name, "questions": list_of(_question, 30)}
_PLAN: dict[str, Reader] = {"forms": list_of(_form, 10), "per_month": whole(1, 100)}
