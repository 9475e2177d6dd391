"""The wall: what the supervisor sees of agents, queues, lines and the day, and how they step in."""

from __future__ import annotations

from firmware.staff.rights import Right
from webui.rooms.wall import acts, page
from webui.rooms.wall.seats import SUPERVISION
from webui.routes import Routes

AGENT = f"{page.WALL}/agents/<user_id:int>"


def add_to(routes: Routes) -> None:
    routes.get(page.WALL, page.show, Right.SUPERVISE)
    routes.get(f"{page.WALL}/now", page.show_now, Right.SUPERVISE)
    routes.get(f"{page.WALL}/day", page.show_day, Right.SUPERVISE)
    routes.get(f"{page.WALL}/tv", page.show_tv, Right.SUPERVISE)
    for how in (*SUPERVISION, "leave"):
        routes.post(f"{AGENT}/{how}", acts.supervision(how), Right.SUPERVISE)
    routes.post(f"{page.WALL}/seat", acts.sit_down, Right.SUPERVISE)
    routes.post(f"{page.WALL}/release", acts.release, Right.SUPERVISE)
    routes.post(f"{page.WALL}/force", acts.force, Right.SUPERVISE)
    routes.post(f"{page.WALL}/closed", acts.close_now, Right.SUPERVISE)
