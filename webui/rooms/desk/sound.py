"""The seat's sound as a websocket, and an echo to try microphone and loudspeaker with."""

from __future__ import annotations

from bottle import HTTPError

from firmware.control.sound import SoundStream
from firmware.staff.rights import Right
from webui.desk_echo import open_echo
from webui.phone_socket import NoWebsocket, SoundRelay
from webui.reader import Reader


def connect(reader: Reader) -> None:
    """The sound of the own seat; the page that had it before has it no more."""
    _check(reader)
    _relay(reader, reader.office.desk.sound(reader.signed_in.id))


def connect_echo(reader: Reader) -> None:
    """What is said comes back a second later; nobody else hears it."""
    _check(reader)
    _relay(reader, open_echo())


def _check(reader: Reader) -> None:
    """Before anything is opened: a request for a page must not cost the seat its sound."""
    if reader.environ.get("HTTP_UPGRADE", "").lower() != "websocket":
        raise HTTPError(404)


def _relay(reader: Reader, stream: SoundStream) -> None:
    office = reader.office
    relay = SoundRelay(stream, office.clock, lambda: reader.still_may(Right.ANSWER), lambda: office.live.is_ending)
    try:
        relay.run(reader.environ)
    except NoWebsocket as error:
        raise HTTPError(404) from error
