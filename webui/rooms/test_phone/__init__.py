"""The test phone: call the box from the browser and text it, as a patient would, and see what it does."""

from __future__ import annotations

from firmware.staff.rights import Right
from webui.rooms.test_phone import calling, deeds, page, sound, texting
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    routes.get("/test-phone", page.show, Right.TEST)
    routes.get("/test-phone/holder", page.show_holder, Right.TEST)
    routes.get("/test-phone/callers", page.find_callers, Right.TEST)
    routes.get("/test-phone/transcript", page.show_transcript, Right.TEST)
    routes.get("/test-phone/state", calling.show_state, Right.TEST)
    routes.post("/test-phone/pick-up", calling.pick_up, Right.TEST)
    routes.post("/test-phone/call", calling.call, Right.TEST)
    routes.post("/test-phone/press", calling.press, Right.TEST)
    routes.post("/test-phone/hang-up", calling.hang_up, Right.TEST)
    routes.post("/test-phone/put-back", calling.put_back, Right.TEST)
    routes.socket("/test-phone/sound", sound.connect, Right.TEST)
    routes.get("/test-phone/texts", texting.show, Right.TEST)
    routes.post("/test-phone/text", texting.send, Right.TEST)
    routes.get("/test-phone/deeds", deeds.show, Right.TEST)
    routes.post("/test-phone/take-back", deeds.take_back, Right.TEST)
