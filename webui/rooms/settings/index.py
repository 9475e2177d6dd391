"""The front page of the settings, and how the box is."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bottle import HTTPResponse

from firmware.staff.rights import Right
from webui import time_words
from webui.reader import Reader
from webui.rooms.today_attention import LEAST_FREE_MB
from webui.routes import Routes

TILES = (  # address, name, icon, right
    ("/settings/clinic", "clinic", "hospital", Right.SETTINGS),
    ("/settings/hours", "hours", "clock", Right.SETTINGS),
    ("/settings/calendar", "calendar", "calendar-event", Right.ROSTER),
    ("/settings/rules", "rules", "sliders", Right.SETTINGS),
    ("/settings/lines", "lines", "telephone", Right.SETTINGS),
    ("/settings/wordings", "wordings", "chat-text", Right.SETTINGS),
    ("/settings/queues", "queues", "people-fill", Right.SETTINGS),
    ("/settings/music", "music", "music-note-beamed", Right.PROMPTS),
    ("/settings/agents", "agents", "headset", Right.SUPERVISE),
    ("/settings/service", "service", "stopwatch", Right.SETTINGS),
    ("/settings/outside", "outside", "telephone-outbound", Right.SETTINGS),
    ("/settings/recording", "recording", "record-circle", Right.SETTINGS),
    ("/users", "users", "people", Right.USERS),
    ("/settings/programs", "programs", "plug", Right.USERS),
    ("/settings/versions", "versions", "clock-history", Right.SETTINGS),
    ("/settings/backups", "backups", "archive", Right.BACKUP),
    ("/recordings", "recordings", "soundwave", Right.AUDIT),
    ("/quality", "quality", "clipboard-check", Right.SUPERVISE),
    ("/quality/mine", "mine", "clipboard-data", Right.ANSWER),
    ("/settings/trail", "trail", "journal-check", Right.AUDIT),
    ("/account", "account", "key", Right.SEE),
)
MEGABYTE, GIGABYTE = 1_000_000, 1_000_000_000


@dataclass(frozen=True)
class Sign:
    """One thing about the box's health."""

    name: str
    value: str
    is_bad: bool = False


def add_to(routes: Routes) -> None:
    routes.get("/settings", index, Right.SEE)


def index(reader: Reader) -> HTTPResponse:
    """What may be set by this person, and the box's health."""
    tiles = [tile for tile in TILES if reader.may(tile[3])]
    return reader.page("settings/index.html", tiles=tiles, signs=_signs(reader))


def _signs(reader: Reader) -> list[Sign]:
    t, folders = reader.words, reader.office.folders
    status = reader.office.phone.status()
    disk = shutil.disk_usage(folders.data)
    ledger_bytes = folders.ledger.stat().st_size
    is_full = disk.free < LEAST_FREE_MB * MEGABYTE
    signs = [
        Sign(t("settings.sign.disk"), _size(disk.free), is_full),
        Sign(t("settings.sign.ledger"), _size(ledger_bytes)),
        Sign(t("settings.sign.clock"), f"{t.day(reader.today)} {reader.now.astimezone(reader.zone):%H:%M}"),
    ]
    return signs + _of_the_exchange(reader, status)


def _of_the_exchange(reader: Reader, status: dict[str, Any] | None) -> list[Sign]:
    t = reader.words
    if status is None or "frames" not in status:
        return [Sign(t("settings.sign.exchange"), t("settings.exchange_away"), is_bad=True)]
    frames = status["frames"]
    signs = [Sign(t("settings.sign.late"), t("settings.late", late=frames["late_over_20ms"], heard=frames["heard"]))]
    if "started_at" in status:
        up = time_words.from_now(t, reader.now, datetime.fromisoformat(status["started_at"]))
        signs.insert(0, Sign(t("settings.sign.exchange"), t("settings.up_since", since=up, version=status["version"])))
    return signs


def _size(count: int) -> str:
    """A number of bytes as people read it."""
    return f"{count / GIGABYTE:.1f} GB" if count >= GIGABYTE else f"{count / MEGABYTE:.1f} MB"
