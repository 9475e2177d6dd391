"""The addresses of the bookings."""

from __future__ import annotations

from firmware.staff.rights import Right
from webui.rooms.bookings import book, changes, day, find, holding, visit
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    routes.get("/bookings", day.page, Right.SEE)
    routes.get("/bookings/find", find.page, Right.SEE)
    routes.get("/bookings/cancelled", day.cancelled, Right.SEE)
    routes.post("/bookings/hold", holding.hold, Right.BOOK)
    routes.post("/bookings/keep", holding.keep, Right.BOOK)
    routes.post("/bookings/release", holding.release, Right.BOOK)
    routes.get("/bookings/book", book.page, Right.BOOK)
    routes.post("/bookings/book", book.confirm, Right.BOOK)
    routes.post("/bookings/patient", book.register, Right.BOOK)
    routes.get("/bookings/<booking_id:int>", visit.page, Right.SEE)
    routes.get("/bookings/<booking_id:int>/ticket", visit.ticket, Right.SEE)
    routes.get("/bookings/<booking_id:int>/move", changes.move_page, Right.BOOK)
    routes.post("/bookings/<booking_id:int>/move", changes.move, Right.BOOK)
    routes.post("/bookings/<booking_id:int>/move-back", changes.move_back, Right.BOOK)
    routes.post("/bookings/<booking_id:int>/cancel", changes.cancel, Right.BOOK)
    routes.post("/bookings/<booking_id:int>/restore", changes.restore, Right.BOOK)
    routes.post("/bookings/<booking_id:int>/check-in", changes.check_in, Right.BOOK)
    routes.post("/bookings/<booking_id:int>/no-show", changes.no_show, Right.BOOK)
    routes.post("/bookings/<booking_id:int>/reopen", changes.reopen, Right.BOOK)
