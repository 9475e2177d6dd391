"""The call's sound as a websocket."""

from __future__ import annotations

from bottle import HTTPError

from firmware.staff.rights import Right
from webui.phone_socket import NoWebsocket, SoundRelay
from webui.reader import Reader


def connect(reader: Reader) -> None:
    """The sound of the call `call`, until it ends or the page goes; whoever listened before hears no more."""
    office = reader.office
    test = office.test_phone.test_of(reader.signed_in)
    call = test.call if test else None
    is_mine = call is not None and not call.is_over and call.name == reader.query.raw("call")
    if call is None or not is_mine or reader.environ.get("HTTP_UPGRADE", "").lower() != "websocket":
        raise HTTPError(404)
    with call.attended():
        relay = SoundRelay(
            office.test_phone.listen(call),
            office.clock,
            lambda: reader.still_may(Right.TEST),
            lambda: office.live.is_ending,
        )
        try:
            relay.run(reader.environ)
        except NoWebsocket as error:
            raise HTTPError(404) from error
