"""The desk: the page on which agents take their calls, with the telephone in the browser."""

from __future__ import annotations

from firmware.staff.rights import Right
from webui.rooms.desk import deeds, lists, page, shown, sound
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    routes.get("/desk", page.show, Right.ANSWER)
    routes.get("/desk/state", shown.show_state, Right.ANSWER)
    routes.get("/desk/colleagues", lists.show_colleagues, Right.ANSWER)
    routes.get("/desk/queues", lists.show_queues, Right.ANSWER)
    routes.get("/desk/last-talks", lists.show_last_talks, Right.ANSWER)
    for path, deed in deeds.ALL.items():
        routes.post(f"/desk/{path}", deed, Right.ANSWER)
    routes.post("/desk/dial", deeds.dial, Right.ANSWER)
    routes.socket("/desk/sound", sound.connect, Right.ANSWER)
    routes.socket("/desk/echo", sound.connect_echo, Right.ANSWER)
