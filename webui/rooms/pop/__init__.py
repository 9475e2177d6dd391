"""The pop: what whoever answers should see of a caller at ring, and where they write down what came of it."""

from __future__ import annotations

from firmware.staff.rights import Right
from webui.rooms.pop import after, answers, page, who
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    routes.get("/desk/pop", page.show, Right.ANSWER)
    routes.get("/desk/pop/facts", page.show_facts, Right.ANSWER)
    routes.get("/desk/pop/people", who.find, Right.ANSWER)
    routes.post("/desk/pop/who", who.choose, Right.ANSWER)
    routes.post("/desk/pop/register", who.register, Right.BOOK)
    routes.post("/desk/pop/note", after.save_note, Right.ANSWER)
    routes.post("/desk/pop/about", after.dispose, Right.ANSWER)
    routes.post("/desk/pop/callback", after.plan_callback, Right.ANSWER)
    routes.post("/desk/pop/task", after.add_task, Right.ANSWER)
    routes.get("/desk/pop/knowledge", answers.find, Right.ANSWER)
    routes.get("/desk/pop/text", answers.compose, Right.MESSAGES)
    routes.post("/desk/pop/text", answers.send, Right.MESSAGES)
    routes.post("/desk/pop/unsend", answers.unsend, Right.MESSAGES)
