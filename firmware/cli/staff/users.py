"""`clinicbox users`: who may sign in to the web pages, and shutting somebody out at once."""

from __future__ import annotations

import argparse

from firmware.cli.staff import table
from firmware.cli.staff.office import Office, command
from firmware.staff import users
from firmware.staff.errors import NoSuchUser
from firmware.staff.records import User

NAME = "users"
HELP = "list who may sign in to the web pages, or switch somebody off or on"


def configure(parser: argparse.ArgumentParser) -> None:
    """Without an action: the list."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    for action, what in (("off", "nobody signs in with it any more, and who is signed in is out"), ("on", "as before")):
        actions.add_parser(action, help=what).add_argument("login")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """Accounts are switched off, never deleted: the audit trail names them."""
    if arguments.action is None:
        _list(office)
    else:
        _switch(office, arguments.login, is_on=arguments.action == "on")


def _list(office: Office) -> None:
    with office.ledger.reading() as tx:
        rows = [_row(user) for user in users.all_users(tx)]
    table.show(("login", "name", "role", ""), rows, "Nobody can sign in yet; 'clinicbox claim-code' begins.")


def _row(user: User) -> tuple[str, ...]:
    return user.login, user.name, user.role, "" if user.is_active else "switched off"


def _switch(office: Office, login: str, is_on: bool) -> None:
    with office.changing("user on" if is_on else "user off") as change:
        user = users.by_login(change.tx, login)
        if user is None:
            raise NoSuchUser(login)
        users.set_active(change.tx, user.id, is_on)
        change.detail = user.login
    print(f"{user.login} can sign in." if is_on else f"{user.login} is signed out everywhere and can't sign in.")
