"""What other processes may ask of the exchange, besides its status and the test phone."""

from __future__ import annotations

import threading
from collections.abc import Callable

from firmware.audio.clips import ClipStore
from firmware.box import devices
from firmware.control.channel import Handler, Message
from firmware.language.speaking import voice_for
from firmware.language.values import LANGUAGES
from firmware.modem.line_setup import read_lines
from firmware.storage.folders import Folders

LONGEST_CLIP_CHARACTERS = 200


class BadRequest(ValueError):
    """A request lacks something or holds something of the wrong kind; the message names it."""


class Asked:
    """Carries out requests, each in the thread of who asks."""

    def __init__(self, folders: Folders, clips: ClipStore, wake: Callable[[], None], end: Callable[[], None]) -> None:
        self._folders, self._clips = folders, clips
        self._wake, self._end = wake, end
        self._restart = threading.Event()

    def handlers(self) -> dict[str, Handler]:
        mine = {"clip": self.clip, "restart": self.restart, "wake": self.wake}
        return {**mine, **always_answered(self._folders)}

    def clip(self, request: Message) -> Message:
        """text, language, key (null: none) -> file, in the clips' folder: how callers hear the text"""
        text, language, key = request.get("text"), request.get("language"), request.get("key")
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_CLIP_CHARACTERS:
            raise BadRequest(f"text has 1 to {LONGEST_CLIP_CHARACTERS} characters")
        if language not in LANGUAGES:
            raise BadRequest(f"language is one of {', '.join(LANGUAGES)}, not {language!r}")
        if not isinstance(key, str | None):
            raise BadRequest("key is a text or null")
        return {"file": self._clips.file(text, voice_for(text, language), key).name}

    def restart(self, _: Message) -> Message:
        """End when no call is up; whoever keeps the exchange up starts it afresh"""
        self._restart.set()
        return {}

    def wake(self, _: Message) -> Message:
        """Look at the outbox and the inbox at once"""
        self._wake()
        return {}

    @property
    def is_restart_wanted(self) -> bool:
        return self._restart.is_set()

    def end_if(self, is_quiet: bool) -> None:
        """End for a restart if one is wanted and nobody is on the phone."""
        if is_quiet and self.is_restart_wanted:
            self._end()


def always_answered(folders: Folders) -> dict[str, Handler]:
    """What is answered also by an exchange that can't start: it is needed to mend the set-up."""

    def present(_: Message) -> Message:
        return {"devices": devices.present(folders.network)}

    def check_lines(request: Message) -> Message:
        read_lines(request.get("document"))
        return {}

    return {"devices": present, "check_lines": check_lines}
