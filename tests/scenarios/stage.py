"""The verbs of the stories: call, hear, press, hang up, text; and what is in the ledger afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from sqlalchemy import Row, Table, select

from firmware.cli.main import main
from firmware.cli.rig import Rig
from firmware.clock import Deadline
from firmware.control.channel import ControlClient
from firmware.ivr.catalogue import prompts
from firmware.modem.virtual.client import PhoneCall, Pressed
from firmware.modem.virtual.hearing.listener import Ear, Heard, Listener, Quiet, Sighting
from firmware.storage.account_schema import accounts
from firmware.storage.call_schema import calls
from firmware.storage.ledger import open_ledger
from firmware.storage.roster_schema import bookings

SPEED = 20.0
PATIENCE_S = 60.0  # where no promise is tested: three real seconds, for a machine that is busy with other things
LISTENING = 8.0  # for stories that listen to every word: a busy machine still speaks and hears without gaps
A_WORD = 500  # of 32767: louder than the line's noise


class Stage:
    """A running box with its sample clinic, the network around it, and a look into the ledger."""

    def __init__(self, data: Path, template: str, clips: Path, speed: float = SPEED, **options: Any) -> None:
        self.rig = Rig(data, speed=speed, template=template, clips=clips, **options)
        self.numbers: dict[str, str] = {}

    def __enter__(self) -> Stage:
        self.rig.__enter__()
        self.clock, self.network = self.rig.clock, self.rig.network
        self.ledger = open_ledger(self.rig.folders.ledger)
        self.ear = Ear(self.rig.folders.clips)
        self.numbers = {name: line["number"] for name, line in self.network.state()["lines"].items()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ledger.close()
        self.rig.__exit__(kind, error, trace)

    def ring(self, line: str, caller: str, withheld: bool = False) -> Caller:
        """A patient calls the line and hears the first sound of the greeting."""
        call = self.network.phone(caller).dial(self.numbers[line], withheld)
        answered_at = call.wait_for("answered", within_s=PATIENCE_S)["at_sample"]
        self.eventually("the greeting", lambda: np.any(call.heard()[answered_at:] > A_WORD))
        return Caller(self, call)

    def text(self, sender: str, body: str, **details: Any) -> None:
        """A patient sends a text to the clinic."""
        self.network.phone(sender).text(self.numbers["L3"], body, **details)

    def texts_to(self, number: str, count: int = 1, within_s: float = PATIENCE_S) -> list[str]:
        """The texts that a patient has received, once there are `count` of them."""
        return [text["body"] for text in self.network.phone(number).wait_for_texts(count, within_s)]

    def converse(self, number: str, *bodies: str) -> list[str]:
        """Send the texts one after the other, each after the reply to the one before; the replies."""
        replies = []
        for body in bodies:
            seen = len(self.network.phone(number).texts())
            self.text(number, body)
            replies.append(self.texts_to(number, seen + 1)[seen])
        return replies

    def line(self, name: str) -> Mapping[str, Any]:
        """What the box says of a line when it is asked for its status."""
        client = ControlClient(self.rig.folders.control_socket)
        lines = client.ask("status")["lines"]
        client.close()
        return next(line for line in lines if line["name"] == name)

    def kill_box(self) -> None:
        """kill -9 of the exchange: what was not on disk is gone."""
        self.rig.kill_exchange()

    def restart_box(self) -> None:
        """Start the exchange again and wait until its lines are ready."""
        self.rig.start_exchange()

    def desk(self, command: str, *words: str) -> None:
        """Somebody at the desk types `clinicbox COMMAND ...`, which must be done without complaint."""
        assert main([command, "--data", str(self.rig.folders.data), *words]) == 0

    def pass_time(self, seconds: float) -> None:
        """Let so much time be over at once."""
        self.clock.advance(seconds)

    def rows(self, table: Table, **where: Any) -> list[Row[Any]]:
        """Rows of the ledger in the order they were made, those whose columns equal `where`."""
        query = select(table).filter_by(**where).order_by(*table.primary_key.columns)
        with self.ledger.reading() as tx:
            return list(tx.execute(query))

    def booked(self, **where: Any) -> list[Row[Any]]:
        """The visits that are booked."""
        return self.rows(bookings, state="booked", **where)

    def available_cents(self, patient_id: int) -> int:
        """What a patient's account has beyond what is held."""
        (account,) = self.rows(accounts, patient_id=patient_id)
        return int(account.balance_cents - account.held_cents)

    def last_call(self) -> Mapping[str, Any]:
        """The newest call in the journal."""
        return self.rows(calls)[-1]._mapping

    def eventually(self, what: str, holds: Any, within_s: float = PATIENCE_S) -> None:
        """Wait until `holds()` is true; fails after `within_s` box seconds."""
        deadline = Deadline(self.clock, within_s)
        while not holds():
            assert not deadline.is_over, f"{what} did not happen within {within_s} s"
            self.clock.sleep(0.2)


class Caller:
    """A patient on the phone: hears prompts by their sound, presses keys, hangs up."""

    def __init__(self, stage: Stage, call: PhoneCall) -> None:
        self._stage = stage
        self.call = call
        self._listener = Listener(stage.ear, call.heard_file, stage.clock)

    def hears(self, *texts: str, within_s: float = 2 * PATIENCE_S) -> None:
        """Wait until fragments that contain these are heard, one after the other."""
        for text in texts:
            self._listener.wait_for(text, within_s)

    def hears_prompt(self, key: str, language: str = "zh", within_s: float = 40.0) -> None:
        """Wait until the first words of the prompt with this key are heard."""
        first = next(each for each in prompts().literals(language) if each.key == key)
        self._listener.wait_for(lambda heard: isinstance(heard, Heard) and heard.text == first.text, within_s)

    def waits(self, within_s: float = 60.0) -> str:
        """Listen until the box has stopped speaking; what was said since the last wait."""
        began = len(self._listener.history)
        self._listener.wait_for(lambda heard: isinstance(heard, Quiet), within_s)
        return _words(self._listener.history[began:])

    def press(self, keys: str, gap_s: float = 0.08) -> list[Pressed]:
        """Press keys; where their tones lie in what was said."""
        return self.call.press(keys, gap_ms=round(gap_s * 1000))

    def answers(self, *groups: str) -> list[str]:
        """Press each group of keys when the box waits; what was heard before each."""
        said = []
        for group in groups:
            said.append(self.waits())
            self.press(group)
        return said

    def hang_up(self) -> None:
        self.call.hang_up()

    def is_released(self, within_s: float = PATIENCE_S) -> None:
        """The box has hung up."""
        self.call.wait_for("ended", within_s=within_s)

    def heard_so_far(self) -> str:
        """All that was heard in this call."""
        return "".join(heard.text for heard in self.fragments())

    def fragments(self) -> list[Heard]:
        """Each fragment that was heard in this call."""
        self._listener.poll()
        return [heard for heard in self._listener.history if isinstance(heard, Heard)]


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def _words(sightings: list[Sighting]) -> str:
    return "".join(heard.text for heard in sightings if isinstance(heard, Heard))
