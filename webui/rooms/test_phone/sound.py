"""The call's sound as a websocket."""

from __future__ import annotations

from bottle import HTTPError, request

from firmware.staff import rights, sessions
from firmware.staff.rights import Right
from webui.phone_socket import SoundRelay
from webui.reader import Reader

SESSION_COOKIE = "session"


def relay(reader: Reader) -> None:
    """The sound of the call `call`, until it ends or the page goes; whoever listened before hears no more."""
    office = reader.office
    test = office.test_phone.test_of(reader.signed_in)
    call = test.call if test else None
    if call is None or call.is_over or call.name != reader.query.raw("call"):
        raise HTTPError(404)
    token = request.get_cookie(SESSION_COOKIE) or ""

    def may_stay() -> bool:
        with office.ledger.reading() as tx:
            session = sessions.find(tx, office.clock.now(), token)
        return session is not None and rights.may(session.user.role, Right.TEST)

    with call.attended():
        stream = office.test_phone.listen(call)
        SoundRelay(stream, office.clock, may_stay, lambda: office.live.is_ending).run(reader.environ)
