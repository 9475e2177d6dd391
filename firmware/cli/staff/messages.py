"""`clinicbox messages`: what callers left, and texts that the box could not deal with, until somebody has."""

from __future__ import annotations

import argparse
import re

from firmware.cli.staff import table
from firmware.cli.staff.office import Change, Office, command
from firmware.cli.staff.refusals import Refused
from firmware.storage import inbox, recordings
from firmware.storage.inbox import InboxText
from firmware.storage.recordings import VoiceMessage

NAME = "messages"
HELP = "list voice messages and texts that wait for a person, or mark one as done"


def configure(parser: argparse.ArgumentParser) -> None:
    """Without an action: the list."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    done = actions.add_parser("done", help="mark one as done")
    done.add_argument("id", help="as in the list: v3 or t5")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """Ids begin with v for voice messages, t for texts."""
    if arguments.action == "done":
        with office.changing("message done") as change:
            _finish(office, change, arguments.id)
            change.detail = arguments.id
        print(f"{arguments.id} is done.")
        return
    with office.ledger.reading() as tx:
        voice = recordings.messages_waiting(tx)
        texts = inbox.for_people(tx)
    rows = [*(_voice_row(office, each) for each in voice), *(_text_row(office, each) for each in texts)]
    rows.sort(key=lambda row: row[1])
    table.show(("id", "came", "from", "what"), rows, "Nothing waits.")


def _voice_row(office: Office, message: VoiceMessage) -> tuple[str, ...]:
    sound = office.folders.voice_messages / message.file
    came = f"{message.created_at.astimezone(office.zone):%Y-%m-%d %H:%M}"
    return (f"v{message.id}", came, message.number or "withheld", f"{message.seconds} s: {sound}")


def _text_row(office: Office, text: InboxText) -> tuple[str, ...]:
    came = f"{text.received_at.astimezone(office.zone):%Y-%m-%d %H:%M}"
    return (f"t{text.id}", came, text.number, text.body)


def _finish(office: Office, change: Change, name: str) -> None:
    parsed = re.fullmatch(r"([vt])([0-9]{1,9})", name)
    if parsed is None:
        raise Refused(f"{name!r} is no message's id; they look like v3 or t5.")
    kind, key = parsed[1], int(parsed[2])
    waiting = (
        {each.id for each in recordings.messages_waiting(change.tx)}
        if kind == "v"
        else {each.id for each in inbox.for_people(change.tx)}
    )
    if key not in waiting:
        raise Refused(f"No message {name} waits.")
    if kind == "v":
        recordings.finish_message(change.tx, change.now, key, office.who)
    else:
        inbox.finish(change.tx, key)
