"""The network's control socket: what phones do, faults, texts, states."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from firmware.control.channel import ControlServer, Handler, Message
from firmware.control.sound import SoundStream
from firmware.modem.virtual.config import CALLER_IDS
from firmware.modem.virtual.errors import NetworkError, NotPossible
from firmware.modem.virtual.live_sound import LiveSound
from firmware.modem.virtual.network import VirtualNetwork
from firmware.modem.virtual.phone import Leg
from firmware.modem.virtual.terminal import Fault

ANSWER_WITHIN_S = 30.0  # real seconds
MOST_KEYS = 200
MOST_TONE_MS = 10_000


class BadRequest(NetworkError):
    """A request lacks something or holds something of the wrong kind; the message names it."""


class Desk:
    """Carries requests from the socket's threads to the one thread that owns the network."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: queue.SimpleQueue[tuple[Callable[[], Message], Future[Message]]] = queue.SimpleQueue()
        self._server: ControlServer | None = None

    def open(self, requests: Requests) -> None:
        """Listen for requests; `serve` carries them out."""

        def sound(request: Message, stream: SoundStream) -> None:
            live = LiveSound(stream)
            self._ask(lambda: requests.connect(request, live))
            while (frame := stream.receive()) is not None:
                live.keep(frame)

        passed_on = {verb: self._passed_on(handler) for verb, handler in requests.handlers().items()}
        self._server = ControlServer(self._path, passed_on, {"sound": sound}).start()

    def publish(self, event: str, **details: Any) -> None:
        """Tell everybody who listens."""
        if self._server is not None:
            self._server.publish(event, **details)

    def serve(self) -> None:
        """Carry out what was asked since the last time; the network's thread calls this every tick."""
        while not self._waiting.empty():
            carry_out, answer = self._waiting.get()
            try:
                answer.set_result(carry_out())
            except Exception as error:  # noqa: BLE001 - the asker is told
                answer.set_exception(error)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def _passed_on(self, handler: Handler) -> Handler:
        return lambda request: self._ask(lambda: handler(request))

    def _ask(self, carry_out: Callable[[], Message]) -> Message:
        answer: Future[Message] = Future()
        self._waiting.put((carry_out, answer))
        return answer.result(ANSWER_WITHIN_S)


class Requests:
    """Every request of the control socket, carried out on the network."""

    def __init__(self, network: VirtualNetwork, figures: Callable[[], dict[str, Any]]) -> None:
        self._network = network
        self._figures = figures

    def handlers(self) -> dict[str, Handler]:
        return {verb: getattr(self, verb) for verb in VERBS}

    # ---- phones ----

    def dial(self, request: Message) -> Message:
        """from, to, withheld=false -> call"""
        withheld = bool(request.get("withheld", False))
        phone = self._network.phone(_text(request, "from"))
        return _leg(phone.dial(_text(request, "to"), withheld))

    def answer(self, request: Message) -> Message:
        """number -> call"""
        return _leg(self._network.phone(_text(request, "number")).answer())

    def press(self, request: Message) -> Message:
        """call, keys, tone_ms=80, gap_ms=80 -> starts_at_sample, ends_at_sample, keys: the same of each key"""
        phone, text = self._network.phone_in_call(_text(request, "call")), _text(request, "keys")
        if len(text) > MOST_KEYS:
            raise BadRequest(f"at most {MOST_KEYS} keys at once")
        lengths = [_whole(request, name, 80, least=10, most=MOST_TONE_MS) for name in ("tone_ms", "gap_ms")]
        keys = phone.press(text, *lengths)
        return {
            "starts_at_sample": keys[0].starts_at_sample,
            "ends_at_sample": keys[-1].ends_at_sample,
            "keys": [vars(key) for key in keys],
        }

    def speak(self, request: Message) -> Message:
        """call, file (a WAV file's path) -> starts_at_sample, ends_at_sample"""
        phone = self._network.phone_in_call(_text(request, "call"))
        start, end = phone.speak_file(Path(_text(request, "file")))
        return {"starts_at_sample": start, "ends_at_sample": end}

    def connect(self, request: Message, live: LiveSound) -> Message:
        """call: what it hears goes to `live`, which speaks for it; asked for as the stream `sound`"""
        self._network.phone_in_call(_text(request, "call")).connect(live)
        return {}

    def hang_up(self, request: Message) -> Message:
        """call"""
        self._network.phone_in_call(_text(request, "call")).hang_up()
        return {}

    def subscriber(self, request: Message) -> Message:
        """number, reachable -> number, reachable: makes a number known; switches the phone on or off"""
        phone = self._network.phone(_text(request, "number"))
        phone.is_reachable = bool(request.get("reachable", phone.is_reachable))
        unreachable = self._network.switch.unreachable
        (unreachable.discard if phone.is_reachable else unreachable.add)(phone.number)
        return {"number": phone.number, "reachable": phone.is_reachable}

    # ---- texts ----

    def text(self, request: Message) -> Message:
        """from, to, body, reference, service_time (ISO 8601): the same reference again is a second delivery"""
        time = request.get("service_time")
        self._network.switch.deliver(
            _text(request, "from"),
            _text(request, "to"),
            _text(request, "body"),
            None if request.get("reference") is None else _whole(request, "reference", 0),
            None if time is None else datetime.fromisoformat(str(time)),
        )
        return {}

    def texts(self, request: Message) -> Message:
        """number (left out: of every phone) -> texts: what has been received, oldest first, and when"""
        number = None if request.get("number") is None else _text(request, "number")
        return {
            "texts": [
                {
                    "from": each.sender,
                    "to": each.recipient,
                    "body": each.body,
                    "parts": each.parts,
                    "at": each.shown_at.isoformat(),
                }
                for each in self._network.switch.received(number)
            ]
        }

    # ---- lines ----

    def fault(self, request: Message) -> Message:
        """line, what (a fault, or "none": heal all), on=true, late_s"""
        attachment = self._network.attachment(_text(request, "line"))
        what, is_on = _text(request, "what"), bool(request.get("on", True))
        if "late_s" in request:
            attachment.terminal.late_s = float(request["late_s"])
        for fault in Fault if what == "none" else [_fault(what)]:
            attachment.set_fault(fault, is_on and what != "none")
        return attachment.state()

    def restart(self, request: Message) -> Message:
        """line: switch its device off and on"""
        self._network.attachment(_text(request, "line")).restart()
        return {}

    def set_line(self, request: Message) -> Message:
        """line, gain_db, noise_dbm0, echo_db (null: none), caller_id -> the quality now"""
        attachment = self._network.attachment(_text(request, "line"))
        changes: dict[str, Any] = {
            key: _number(request, key) for key in ("gain_db", "noise_dbm0", "echo_db") if key in request
        }
        line = attachment.line()
        caller_id = _caller_id(request, line.caller_id)
        line.model.quality = replace(line.model.quality, **changes)
        line.caller_id = caller_id
        return vars(line.model.quality)

    def state(self, request: Message) -> Message:
        """-> lines, calls, phones, and how the process keeps up"""
        lines = {
            name: {"kind": each.kind, "number": each.number, **each.state()}
            for name, each in self._network.attachments.items()
        }
        calls = {
            phone.leg.name: {"number": phone.number, "state": phone.leg.call.state, **_samples(phone.leg)}
            for phone in self._network.phones.values()
            if phone.leg is not None
        }
        return {"lines": lines, "calls": calls, "phones": sorted(self._network.phones), **self._figures()}


VERBS = (
    "dial", "answer", "press", "speak", "hang_up", "subscriber",
    "text", "texts", "fault", "restart", "set_line", "state",
)  # fmt: skip


def _leg(leg: Leg) -> Message:
    return {"call": leg.name}


def _samples(leg: Leg) -> dict[str, int]:
    return {"samples": leg.recording.samples if leg.recording else 0}


def _fault(what: str) -> Fault:
    try:
        return Fault(what)
    except ValueError as error:
        raise NotPossible(f"faults are {', '.join(Fault)} and none, not {what!r}") from error


def _text(request: Message, key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{key} is missing")
    return value


def _whole(request: Message, key: str, default: int, least: int = 0, most: int = 65_535) -> int:
    value = request.get(key, default)
    if not isinstance(value, int) or not least <= value <= most:
        raise BadRequest(f"{key} is a whole number from {least} to {most}")
    return value


def _caller_id(request: Message, default: str) -> str:
    value = request.get("caller_id", default)
    if value not in CALLER_IDS:
        raise BadRequest(f"caller_id is one of {', '.join(CALLER_IDS)}")
    return str(value)


def _number(request: Message, key: str) -> float | None:
    value = request[key]
    if value is not None and not isinstance(value, int | float):
        raise BadRequest(f"{key} is a number")
    return value
