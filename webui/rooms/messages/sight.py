"""Which voice messages the reader may see and hear: the shared box by right, the own ones, all for supervisors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bottle import HTTPError

from firmware.clinic import message_boxes
from firmware.clinic.message_boxes import DOCTOR, Opener
from firmware.language.values import Name
from firmware.staff.rights import Right
from firmware.storage import recordings
from firmware.storage.ledger import Transaction
from firmware.storage.messages import VOICE
from firmware.storage.recordings import SHARED, VoiceMessage
from webui.reader import Reader


@dataclass(frozen=True)
class Sight:
    """What one reader sees of voice messages; `boxes` are the names of all boxes but the shared one."""

    opener: Opener
    reads_shared: bool
    boxes: Mapping[str, Name]
    queues: Mapping[str, Name]

    @property
    def looks_after(self) -> tuple[str, ...]:
        """The boxes whose messages wait for this reader."""
        return (SHARED, *self.opener.own) if self.reads_shared else self.opener.own

    def may_see(self, message: VoiceMessage) -> bool:
        is_shared = message.box == SHARED or message.is_for_desk
        return self.opener.opens_all or message.box in self.opener.own or (self.reads_shared and is_shared)

    def may_hear(self, message: VoiceMessage) -> bool:
        return self.opener.may_hear(message)

    def answers(self, message: VoiceMessage) -> bool:
        """Whether it is a question to this reader, without an answer yet."""
        is_mine = message.box in self.opener.own and message_boxes.kind(message.box) == DOCTOR
        return is_mine and message.answered_at is None


def sight(reader: Reader, tx: Transaction) -> Sight:
    """The reader's."""
    opener = message_boxes.opener(
        tx, reader.signed_in.id, opens_shared=reader.may(Right.LISTEN), opens_all=reader.may(Right.SUPERVISE)
    )
    queues = {queue.key: queue.name for queue in reader.office.desk_settings().queues}
    return Sight(opener, reader.may(Right.MESSAGES), message_boxes.names(tx), queues)


def seen(reader: Reader, tx: Transaction, message_id: int) -> VoiceMessage:
    """The message, if the reader may see it; else the page that says so."""
    found = recordings.message(tx, message_id)
    if found is None:
        raise HTTPError(404)
    if not sight(reader, tx).may_see(found):
        raise HTTPError(403)
    return found


def must_see(reader: Reader, tx: Transaction, kind: str, message_id: int) -> None:
    """Refuse what is about a message of this kind that the reader may not see."""
    if kind == VOICE:
        seen(reader, tx, message_id)
    elif not reader.may(Right.MESSAGES):
        raise HTTPError(403)
