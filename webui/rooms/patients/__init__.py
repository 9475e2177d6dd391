"""Patients: who they are, what reaches them, their cards, money and history."""

from __future__ import annotations

from firmware.staff.rights import Right
from webui.rooms.patients import cards, editing, file, finding, money, numbers
from webui.routes import Routes

ONE = "/patients/<patient_id:int>"
CARD = ONE + "/cards/<card:re:[0-9]+>"


def add_to(routes: Routes) -> None:
    routes.get("/patients", finding.show_all, Right.SEE)
    routes.get("/patients/pick", finding.pick, Right.SEE)
    routes.get("/patients/new", editing.ask_new, Right.PATIENTS)
    routes.post("/patients/new", editing.register, Right.PATIENTS)
    routes.get(ONE, file.show, Right.SEE)
    routes.get(f"{ONE}/timeline", file.more_timeline, Right.SEE)
    routes.get(f"{ONE}/statement", file.show_statement, Right.SEE)
    routes.get(f"{ONE}/edit", editing.ask_edit, Right.PATIENTS)
    routes.post(f"{ONE}/edit", editing.edit, Right.PATIENTS)
    routes.post(f"{ONE}/numbers", numbers.add, Right.PATIENTS)
    routes.post(f"{ONE}/numbers/first", numbers.put_first, Right.PATIENTS)
    routes.get(f"{ONE}/numbers/remove", numbers.ask_remove, Right.PATIENTS)
    routes.post(f"{ONE}/numbers/remove", numbers.remove, Right.PATIENTS)
    routes.get(f"{ONE}/cards/new", cards.ask_issue, Right.PATIENTS)
    routes.post(f"{ONE}/cards/new", cards.issue, Right.PATIENTS)
    routes.get(f"{CARD}/pin", cards.ask_pin, Right.PATIENTS)
    routes.post(f"{CARD}/pin", cards.reset_pin, Right.PATIENTS)
    routes.post(f"{CARD}/unlock", cards.unlock, Right.PATIENTS)
    routes.post(f"{ONE}/money", money.move, Right.PATIENTS)
    routes.get(f"{ONE}/receipt/<entry_id:int>", money.receipt, Right.PATIENTS)
