"""The running box and its virtual network as the commands `call` and `text` meet them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from firmware.cli.where import running
from firmware.clinic.profile import ClinicProfile, read_profile
from firmware.clock import Clock, SharedClock, SystemClock
from firmware.control.channel import NotRunning
from firmware.modem.virtual.client import Network
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger, open_ledger


class NoNetwork(Exception):
    """No virtual telephone network runs beside the box: there is nothing to call from."""


@dataclass
class Stage:
    """What a scripted patient needs: the network to call on, the clock, and the ledger to look into."""

    folders: Folders
    clock: Clock
    network: Network
    ledger: Ledger
    profile: ClinicProfile

    @property
    def zone(self) -> ZoneInfo:
        return self.profile.zone

    def close(self) -> None:
        self.network.close()
        self.ledger.close()


def enter(data: Path) -> Stage:
    """The stage of the box that runs with `data`; raises `NoNetwork`."""
    folders = running(data)
    clock: Clock = SharedClock(folders.clock) if folders.clock.exists() else SystemClock()
    try:
        network = Network(folders.network, clock)
    except NotRunning as error:
        raise NoNetwork(
            "No virtual telephone network is running: there is no phone to call from; start './clinicbox demo' first."
        ) from error
    profile = read_profile(SetupDocuments(folders.setup).load("clinic") or {})
    return Stage(folders, clock, network, open_ledger(folders.ledger), profile)


def line_number(stage: Stage, kind: str, name: str | None) -> str:
    """The number of the line called `name`, or of the first of that kind."""
    lines = stage.network.state()["lines"]
    for each, line in lines.items():
        if each == name or (name is None and line["kind"] == kind):
            number: str = line["number"]
            return number
    raise NoNetwork(f"there is no {kind} line {name or ''} on the virtual network")
