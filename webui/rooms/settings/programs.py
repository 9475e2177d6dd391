"""Other programs that may use the box: a token for each, what it may do, and an end to it."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse

from firmware.staff import tokens
from firmware.staff.errors import BadTokenName
from firmware.staff.rights import Right
from firmware.staff.tokens import NAME_CHARACTERS, Scope
from webui.reader import Reader
from webui.routes import Routes

ADDRESS = "/settings/programs"


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.USERS)
    routes.post(ADDRESS, make, Right.USERS)
    routes.post(f"{ADDRESS}/<token_id:int>/revoke", revoke, Right.USERS)


def show(reader: Reader) -> HTTPResponse:
    """The programs that may use the box."""
    return _page(reader)


def make(reader: Reader) -> HTTPResponse:
    """A new token, shown this once and never again."""
    form = reader.form
    name = form.text("name", NAME_CHARACTERS)
    scopes = [scope for scope in Scope if form.flag(scope)]
    if not scopes:
        form.refuse("name", "programs.needs_scope")
    if not form.is_good:
        return _page(reader, 400, form=form)
    try:
        with reader.changing("program added") as change:
            text, token = tokens.make(change.tx, reader.now, name, scopes, reader.login)
            change.detail = f"{token.name}: {', '.join(token.scopes)}"
    except BadTokenName:
        form.refuse("name", "form.needed")
        return _page(reader, 400, form=form)
    return _page(reader, made=text)


def revoke(reader: Reader, token_id: int) -> HTTPResponse:
    """The program may do nothing any more."""
    with reader.changing("program removed") as change:
        token = tokens.revoke(change.tx, reader.now, token_id)
        change.detail = token.name
    return reader.done("programs.revoked", ADDRESS, name=token.name)


def _page(reader: Reader, status: int = 200, **context: Any) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        found = tokens.living(tx)
    return reader.page("settings/programs.html", status, tokens=found, scopes=list(Scope), **context)
