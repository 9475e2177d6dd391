"""What the page of a call shows of what people think of it: the patient's rating, the supervisor's scores, the form."""

from __future__ import annotations

from typing import Any

from firmware.clinic import quality, ratings
from firmware.clinic.call_journal import Call
from firmware.clinic.quality import Score
from firmware.language.values import Name
from firmware.staff.rights import Right
from firmware.storage.ledger import Transaction
from webui.reader import Reader


def context(reader: Reader, tx: Transaction, call: Call) -> dict[str, Any]:
    """The scores are for supervisors, and for the agent whom they are about."""
    judges = reader.may(Right.SUPERVISE)
    scores = quality.of_call(tx, call.id)
    own = [score for score in scores if judges or score.user_id == reader.signed_in.id]
    return {
        "rating": ratings.of_call(tx, call.id),
        "scores": [shown(reader, score) for score in own],
        "judges_now": bool(reader.query.raw("judge")),
        "forms": reader.office.quality().forms if judges else (),
        "judged_agents": quality.agents_in(tx, call.id) if judges and call.is_over else [],
    }


def shown(reader: Reader, score: Score) -> dict[str, Any]:
    """A score with its form's words; questions that the form has no more are called by their key."""
    form = reader.office.quality().form(score.form)
    questions = {question.key: question for question in form.questions} if form else {}
    answers = []
    for key, points in score.answers.items():
        asked = questions.get(key)
        answers.append((asked.text if asked else Name(key, key), points, asked.points if asked else points))
    return {"score": score, "form": form.name if form else Name(score.form, score.form), "answers": answers}
