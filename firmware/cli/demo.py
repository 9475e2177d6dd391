"""`clinicbox demo`: the box at work without hardware; one patient's call, one patient's text, then it stays up."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from sqlalchemy import func, select

from firmware.cli import stage, text
from firmware.cli.claim_notice import tell_claim
from firmware.cli.rig import Rig, RigError
from firmware.cli.scripted_call import ScriptedCall
from firmware.cli.story import Teller
from firmware.cli.where import demo_data, is_up
from firmware.storage.folders import Folders
from firmware.storage.roster_schema import bookings

NAME = "demo"
HELP = "show the box at work on a virtual telephone network, then keep it running"

STORY_SPEED = 4.0  # the story is told in a quarter of the time a real call takes
CALLER, CALL_KEYS = "13800000001", ["1", "1948", "2", "1", "3", "1", "1"]  # the day after tomorrow
TEXTER, TEXTS = "13800000004", ["book", "2", "1", "2", "1", "1"]
LOOK_REAL_S = 0.5


def configure(parser: argparse.ArgumentParser) -> None:
    """How long it stays, and how fast the story is told."""
    parser.add_argument("--exit", action="store_true", help="end after the story")
    parser.add_argument("--port", type=int, default=8080, help="the web page's port (default: %(default)s)")
    parser.add_argument("--speed", type=float, default=STORY_SPEED, help="of the story (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Exit status 0 when both bookings of the story were made."""
    data = demo_data(arguments.data)
    if is_up(Folders(data)):
        print(f"A demo is running already, with its data in {data}.", file=sys.stderr)
        return 1
    shutil.rmtree(data, ignore_errors=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    print("Starting the virtual telephone network, the exchange and the web page ...", flush=True)
    try:
        with Rig(data, web_port=arguments.port, tell=lambda line: print(f"  {line}", flush=True)) as rig:
            rig.clock.set_speed(arguments.speed)
            is_told = tell_story(data)
            rig.clock.set_speed(1.0)
            if not arguments.exit:
                stay(rig, arguments.port)
    except RigError as error:
        print(f"The demo has ended: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe demo has ended. It keeps nothing: the next one begins afresh.")
        return 0
    return 0 if is_told else 1


def _end(number: int, _: FrameType | None) -> None:
    """Leave through the `with` blocks, so that no child process is left behind; also when started in the background."""
    raise KeyboardInterrupt(signal.Signals(number).name)


def tell_story(data: Path) -> bool:
    """One call and one dialogue by text; whether both ended in a booking."""
    where = stage.enter(data)
    teller = Teller(where.clock, where.zone)
    teller.headline("A patient calls and books with the telephone's keys")
    outcome = ScriptedCall(where, teller, list(CALL_KEYS)).make(CALLER, stage.line_number(where, "voice", None), False)
    teller.tell("outcome", outcome or "none")
    teller.headline("Another patient books by text message, in English")
    number = stage.line_number(where, "gsm", None)
    answered = [text.exchange(where, teller, TEXTER, number, body) for body in TEXTS]
    with where.ledger.reading() as tx:
        booked = tx.execute(select(func.count()).where(bookings.c.state == "booked")).scalar_one()
    teller.headline(f"{booked} visits were booked")
    where.close()
    return outcome == "booked" and all(answered) and booked == 2


def stay(rig: Rig, port: int) -> None:
    """Keep everything up until Ctrl-C, or until the network or the web page ends."""
    print(
        f"""
The box stays up: its page is on http://localhost:{port}. In another terminal try
  ./clinicbox status
  ./clinicbox call --from 13800000001 --keys "1 1948 2 1 2 1 1"
  ./clinicbox text --from 13800000001 "挂号"
Ctrl-C ends the demo. It keeps nothing: the next one begins afresh.""",
        flush=True,
    )
    tell_claim(rig.folders, rig.clock, f"http://localhost:{port}")
    while True:
        rig.check()
        rig.clock.sleep(LOOK_REAL_S)
