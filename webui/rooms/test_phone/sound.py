"""The call's sound as a websocket."""

from __future__ import annotations

from bottle import HTTPError, request

from firmware.staff import rights, sessions
from firmware.staff.rights import Right
from firmware.storage.trouble import LEDGER_UNAVAILABLE
from webui.phone_socket import NoWebsocket, SoundRelay
from webui.reader import Reader

SESSION_COOKIE = "session"


def connect(reader: Reader) -> None:
    """The sound of the call `call`, until it ends or the page goes; whoever listened before hears no more."""
    office = reader.office
    test = office.test_phone.test_of(reader.signed_in)
    call = test.call if test else None
    is_mine = call is not None and not call.is_over and call.name == reader.query.raw("call")
    if call is None or not is_mine or reader.environ.get("HTTP_UPGRADE", "").lower() != "websocket":
        raise HTTPError(404)
    token = request.get_cookie(SESSION_COOKIE) or ""

    def may_stay() -> bool:
        try:
            with office.ledger.reading() as tx:
                session = sessions.find(tx, office.clock.now(), token)
        except LEDGER_UNAVAILABLE:
            return True  # asked again soon; a busy disk ends no call
        return session is not None and rights.may(session.user.role, Right.TEST)

    with call.attended():
        relay = SoundRelay(office.test_phone.listen(call), office.clock, may_stay, lambda: office.live.is_ending)
        try:
            relay.run(reader.environ)
        except NoWebsocket as error:
            raise HTTPError(404) from error
