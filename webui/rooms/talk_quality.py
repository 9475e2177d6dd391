"""What the page of a call shows of what people think of it: the patient's rating, the supervisor's scores, the form."""

from __future__ import annotations

from typing import Any

from firmware.clinic import quality, quality_samples, ratings
from firmware.clinic.call_journal import Call
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
        "scores": own,
        "judges_now": bool(reader.query.raw("judge")),
        "forms": reader.office.quality().forms_for(quality_samples.sorts(tx, call.id)) if judges else (),
        "judged_agents": quality.agents_in(tx, call.id) if judges and call.is_over else [],
    }
