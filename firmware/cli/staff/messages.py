"""`clinicbox messages`: what waits for a person: what callers left, texts that the box could not deal with, and texts
to patients that did not arrive or of which nobody knows."""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection
from datetime import datetime

from firmware.cli.staff import table
from firmware.cli.staff.office import Change, Office, command
from firmware.cli.staff.refusals import Refused
from firmware.storage import inbox, lost_texts, recordings
from firmware.storage.inbox import InboxText
from firmware.storage.lost_texts import LostText
from firmware.storage.recordings import VoiceMessage

NAME = "messages"
HELP = "list voice messages and texts that wait for a person, mark one as done, or send a lost text again"


def configure(parser: argparse.ArgumentParser) -> None:
    """Without an action: the list."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    done = actions.add_parser("done", help="mark one as done")
    done.add_argument("id", help="as in the list: v3, t5 or o7")
    again = actions.add_parser("resend", help="send a text again that did not arrive, or of which nobody knows")
    again.add_argument("id", help="as in the list: o7")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """Ids begin with v for voice messages, t for texts from patients, o for texts to patients."""
    match arguments.action:
        case "done":
            with office.changing("message done") as change:
                _finish(office, change, arguments.id)
                change.detail = arguments.id
            print(f"{arguments.id} is done.")
        case "resend":
            _resend(office, arguments.id)
        case _:
            _list(office)


def _list(office: Office) -> None:
    with office.ledger.reading() as tx:
        voice = recordings.messages_waiting(tx)
        texts = inbox.for_people(tx)
        lost = lost_texts.not_arrived(tx, office.now)
    rows = [_voice_row(office, each) for each in voice]
    rows += [_text_row(office, each) for each in texts]
    rows += [_lost_row(office, each) for each in lost]
    rows.sort(key=lambda row: row[1])
    table.show(("id", "when", "number", "what"), rows, "Nothing waits.")


def _voice_row(office: Office, message: VoiceMessage) -> tuple[str, ...]:
    sound = office.folders.voice_messages / message.file
    came = _wall_time(office, message.created_at)
    return (f"v{message.id}", came, message.number or "withheld", f"{message.seconds} s: {sound}")


def _text_row(office: Office, text: InboxText) -> tuple[str, ...]:
    return (f"t{text.id}", _wall_time(office, text.received_at), text.number, text.body)


def _lost_row(office: Office, text: LostText) -> tuple[str, ...]:
    fate = "not sent" if text.state == "failed" else "nobody knows whether it arrived"
    why = f" ({text.error})" if text.error else ""
    return (f"o{text.id}", _wall_time(office, text.created_at), text.number, f"{fate}{why}: {text.body}")


def _wall_time(office: Office, moment: datetime) -> str:
    return f"{moment.astimezone(office.zone):%Y-%m-%d %H:%M}"


def _resend(office: Office, name: str) -> None:
    with office.changing("message resend") as change:
        kind, key = _parsed(name)
        if kind != "o":
            raise Refused(f"{name} is no text to a patient: only those, such as o7, can be sent again.")
        _check_waits(name, key, {each.id for each in lost_texts.not_arrived(change.tx, change.now)})
        change.detail = f"{name}, as o{lost_texts.resend(change.tx, change.now, key)}"
    print(f"{name} is queued again; if it had arrived after all, the patient gets it twice.")


def _finish(office: Office, change: Change, name: str) -> None:
    kind, key = _parsed(name)
    match kind:
        case "v":
            _check_waits(name, key, {each.id for each in recordings.messages_waiting(change.tx)})
            recordings.finish_message(change.tx, change.now, key, office.who)
        case "t":
            _check_waits(name, key, {each.id for each in inbox.for_people(change.tx)})
            inbox.finish(change.tx, key)
        case _:
            _check_waits(name, key, {each.id for each in lost_texts.not_arrived(change.tx, change.now)})
            lost_texts.finish(change.tx, change.now, key)


def _parsed(name: str) -> tuple[str, int]:
    parsed = re.fullmatch(r"([vto])([0-9]{1,9})", name)
    if parsed is None:
        raise Refused(f"{name!r} is no message's id; they look like v3, t5 or o7.")
    return parsed[1], int(parsed[2])


def _check_waits(name: str, key: int, waiting: Collection[int]) -> None:
    if key not in waiting:
        raise Refused(f"No message {name} waits.")
