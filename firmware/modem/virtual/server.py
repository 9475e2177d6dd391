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
from firmware.modem.virtual.errors import NetworkError, NotPossible
from firmware.modem.virtual.network import VirtualNetwork
from firmware.modem.virtual.phone import Leg
from firmware.modem.virtual.terminal import Fault

ANSWER_WITHIN_S = 30.0  # real seconds


class BadRequest(NetworkError):
    """A request lacks something or holds something of the wrong kind; the message names it."""


class Desk:
    """Carries requests from the socket's threads to the one thread that owns the network."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: queue.SimpleQueue[tuple[Handler, Message, Future[Message]]] = queue.SimpleQueue()
        self._server: ControlServer | None = None

    def open(self, handlers: dict[str, Handler]) -> None:
        """Listen for requests; `serve` carries them out."""
        passed_on = {verb: self._passed_on(handler) for verb, handler in handlers.items()}
        self._server = ControlServer(self._path, passed_on).start()

    def publish(self, event: str, **details: Any) -> None:
        """Tell everybody who listens."""
        if self._server is not None:
            self._server.publish(event, **details)

    def serve(self) -> None:
        """Carry out what was asked since the last time; the network's thread calls this every tick."""
        while not self._waiting.empty():
            handler, request, answer = self._waiting.get()
            try:
                answer.set_result(handler(request))
            except Exception as error:  # noqa: BLE001 - the asker is told
                answer.set_exception(error)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def _passed_on(self, handler: Handler) -> Handler:
        def ask(request: Message) -> Message:
            answer: Future[Message] = Future()
            self._waiting.put((handler, request, answer))
            return answer.result(ANSWER_WITHIN_S)

        return ask


class Requests:
    """Every request of the control socket, carried out on the network."""

    def __init__(self, network: VirtualNetwork, figures: Callable[[], dict[str, Any]]) -> None:
        self._network = network
        self._figures = figures

    def handlers(self) -> dict[str, Handler]:
        return {verb: getattr(self, verb) for verb in VERBS}

    # ---- phones ----

    def dial(self, request: Message) -> Message:
        withheld = bool(request.get("withheld", False))
        phone = self._network.phone(_text(request, "from"))
        return _leg(phone.dial(_text(request, "to"), withheld))

    def answer(self, request: Message) -> Message:
        return _leg(self._network.phone(_text(request, "number")).answer())

    def press(self, request: Message) -> Message:
        phone = self._network.phone_in_call(_text(request, "call"))
        keys = phone.press(_text(request, "keys"), _whole(request, "tone_ms", 80), _whole(request, "gap_ms", 80))
        return {
            "starts_at_sample": keys[0].starts_at_sample,
            "ends_at_sample": keys[-1].ends_at_sample,
            "keys": [vars(key) for key in keys],
        }

    def speak(self, request: Message) -> Message:
        phone = self._network.phone_in_call(_text(request, "call"))
        start, end = phone.speak_file(Path(_text(request, "file")))
        return {"starts_at_sample": start, "ends_at_sample": end}

    def hang_up(self, request: Message) -> Message:
        self._network.phone_in_call(_text(request, "call")).hang_up()
        return {}

    def subscriber(self, request: Message) -> Message:
        """Make a number known to the network; with `reachable`, switch the phone on or off."""
        phone = self._network.phone(_text(request, "number"))
        phone.is_reachable = bool(request.get("reachable", phone.is_reachable))
        unreachable = self._network.switch.unreachable
        (unreachable.discard if phone.is_reachable else unreachable.add)(phone.number)
        return {"number": phone.number, "reachable": phone.is_reachable}

    # ---- texts ----

    def text(self, request: Message) -> Message:
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
        shown = self._network.switch.received(_text(request, "number"))
        return {
            "texts": [
                {"from": each.sender, "to": each.recipient, "body": each.body, "parts": each.parts} for each in shown
            ]
        }

    # ---- lines ----

    def fault(self, request: Message) -> Message:
        attachment = self._network.attachment(_text(request, "line"))
        what, is_on = _text(request, "what"), bool(request.get("on", True))
        if "late_s" in request:
            attachment.terminal.late_s = float(request["late_s"])
        for fault in Fault if what == "none" else [_fault(what)]:
            attachment.set_fault(fault, is_on and what != "none")
        return attachment.state()

    def restart(self, request: Message) -> Message:
        self._network.attachment(_text(request, "line")).restart()
        return {}

    def set_line(self, request: Message) -> Message:
        attachment = self._network.attachment(_text(request, "line"))
        changes = {key: request[key] for key in ("gain_db", "noise_dbm0", "echo_db") if key in request}
        line = attachment.line()
        line.model.quality = replace(line.model.quality, **changes)
        line.caller_id = str(request.get("caller_id", line.caller_id))
        return vars(line.model.quality)

    def state(self, request: Message) -> Message:
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


def _whole(request: Message, key: str, default: int) -> int:
    value = request.get(key, default)
    if not isinstance(value, int) or not 0 <= value <= 60_000:
        raise BadRequest(f"{key} is a whole number up to 60000")
    return value
