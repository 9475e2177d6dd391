"""Where a text line puts what it received: the line's side of the seam."""

from __future__ import annotations

from typing import Protocol


class TextStore(Protocol):
    """Each of these returns only when what it was given is on disk: then the line deletes it from the SIM card."""

    def keep_part(
        self, line: str, sender: str, service_time: str, body: str, reference: int | None, total: int, sequence: int
    ) -> bool:
        """One part of a text, or a whole one (`reference` None, 1 of 1); False if it is there already.

        `body` may begin or end with half an emoji (a lone surrogate) whose other half is in the next part.
        """

    def keep_unreadable(self, line: str, pdu: str) -> None:
        """Something that lay in the storage and is no text: its hex digits."""

    def keep_report(self, line: str, reference: int, recipient: str, is_delivered: bool) -> None:
        """What became of the part that `line` sent under `reference`."""

    def give_up_waiting(self) -> int:
        """Called now and then: hand out texts that waited too long for a missing part; how many."""
