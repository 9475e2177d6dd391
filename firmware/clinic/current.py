"""A set-up document as it stands now: read again only when the documents' file has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from firmware.clinic.errors import ProfileError
from firmware.storage.documents import SetupDocuments
from firmware.storage.errors import StorageError

Settings = TypeVar("Settings")


class Current(Generic[Settings]):
    """Called, it returns the settings.

    A change that can't be read leaves the last good settings in force; `fault` says why. Without any good ones `spare`
    is in force, and without a spare the call raises what `load` does.
    """

    def __init__(
        self,
        documents: SetupDocuments,
        load: Callable[[SetupDocuments], Settings],
        spare: Settings | None = None,
    ) -> None:
        self._documents = documents
        self._load = load
        self._stamp: tuple[int, int] | None = None
        self._was_read = False
        self._settings = spare
        self.fault: str | None = None

    def __call__(self) -> Settings:
        stamp = self._documents.stamp()
        if self._settings is None or not self._was_read or stamp != self._stamp:
            try:
                self._settings = self._load(self._documents)
                self.fault = None
            except (ProfileError, StorageError, OSError) as error:
                if self._settings is None:
                    raise
                self.fault = str(error)
            self._stamp, self._was_read = stamp, True
        return self._settings
