"""Messages: what waits for a person, texts in and out, boxes of voice messages, and writing a text.

Voice messages have more readers than texts: a doctor answers questions, and an extension's box is its owner's. Each
page of theirs looks for itself whether the reader may see the message (`sight`).
"""

from __future__ import annotations

from firmware.staff.rights import Right
from webui.recordings import UPLOAD_BYTES
from webui.rooms.messages import answering, answers_as, lists, own, sound, waiting, writing
from webui.routes import FORM_BYTES, Routes

_WITH_SOUND = UPLOAD_BYTES + FORM_BYTES


def add_to(routes: Routes) -> None:
    routes.get("/messages", waiting.show, Right.ANSWER)
    routes.get("/messages/news", waiting.news, Right.ANSWER)
    routes.post("/messages/take", waiting.take, Right.ANSWER)
    routes.post("/messages/done", waiting.finish, Right.ANSWER)
    routes.post("/messages/reopen", waiting.reopen, Right.ANSWER)
    answers_as.add_to(routes)
    _add_voice(routes)
    _add_texts(routes)


def _add_voice(routes: Routes) -> None:
    one = "/messages/voice/<message_id:int>"
    routes.get(waiting.OWN, own.show, Right.ANSWER)
    routes.get("/messages/greeting/sound", own.hear_greeting, Right.ANSWER)
    routes.post("/messages/greeting", own.record_greeting, Right.ANSWER, body_limit=_WITH_SOUND)
    routes.post("/messages/greeting/none", own.remove_greeting, Right.ANSWER)
    routes.get("/messages/voice", lists.voice, Right.MESSAGES)
    routes.get(one, answering.show, Right.ANSWER)
    routes.get(f"{one}/sound", sound.serve, Right.ANSWER)
    routes.get(f"{one}/answer/sound", sound.serve_answer, Right.ANSWER)
    routes.post(f"{one}/answer", answering.answer, Right.ANSWER, body_limit=_WITH_SOUND)


def _add_texts(routes: Routes) -> None:
    routes.get("/messages/inbox", lists.inbox, Right.MESSAGES)
    routes.get("/messages/outbox", lists.outbox, Right.MESSAGES)
    routes.get("/messages/to", writing.choose, Right.MESSAGES)
    routes.get("/messages/with", writing.conversation, Right.MESSAGES)
    routes.post("/messages/with", writing.send, Right.MESSAGES)
    routes.post("/messages/count", writing.count, Right.MESSAGES)
    routes.post("/messages/resend", writing.resend, Right.MESSAGES)
    routes.post("/messages/withdraw", writing.withdraw, Right.MESSAGES)
