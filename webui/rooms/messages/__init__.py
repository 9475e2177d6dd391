"""Messages: what waits for a person, texts in and out, voice messages, and writing a text."""

from __future__ import annotations

from firmware.staff.rights import Right
from webui.rooms.messages import lists, sound, waiting, writing
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    routes.get("/messages", waiting.show, Right.MESSAGES)
    routes.get("/messages/news", waiting.news, Right.MESSAGES)
    routes.post("/messages/take", waiting.take, Right.MESSAGES)
    routes.post("/messages/done", waiting.finish, Right.MESSAGES)
    routes.post("/messages/reopen", waiting.reopen, Right.MESSAGES)
    routes.get("/messages/inbox", lists.inbox, Right.MESSAGES)
    routes.get("/messages/outbox", lists.outbox, Right.MESSAGES)
    routes.get("/messages/voice", lists.voice, Right.MESSAGES)
    routes.get("/messages/voice/<message_id:int>", lists.one_voice, Right.MESSAGES)
    routes.get("/messages/voice/<message_id:int>/sound", sound.serve, Right.LISTEN)
    routes.get("/messages/to", writing.choose, Right.MESSAGES)
    routes.get("/messages/with", writing.conversation, Right.MESSAGES)
    routes.post("/messages/with", writing.send, Right.MESSAGES)
    routes.post("/messages/count", writing.count, Right.MESSAGES)
    routes.post("/messages/resend", writing.resend, Right.MESSAGES)
    routes.post("/messages/withdraw", writing.withdraw, Right.MESSAGES)
