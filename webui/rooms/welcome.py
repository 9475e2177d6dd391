"""The owner's way in: with the claim code that the box has shown, one becomes its administrator."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.staff import claim, users
from firmware.staff.errors import AlreadyDone, BadLogin, BadName, NoClaim, WeakPassword, WrongCode
from webui.gate import SET_UP, SIGN_IN, WELCOME
from webui.reader import Reader
from webui.rooms.account import Errors, beside_field, told_strength
from webui.rooms.sign_in import begin_session
from webui.routes import Routes
from webui.wizard import progress

MOST_CODE = 40


def add_to(routes: Routes) -> None:
    routes.public_get(WELCOME, ask)
    routes.public_post(WELCOME, become_admin)
    routes.public_post(f"{WELCOME}/password", check_password)


def ask(reader: Reader) -> HTTPResponse:
    return _page(reader, {})


def become_admin(reader: Reader) -> HTTPResponse:
    """The code's holder has an account and is signed in; the wizard comes next where there is one to finish."""
    form = reader.form
    code, login = form.text("code", MOST_CODE), form.text("login", users.MOST_LOGIN)
    name, password = form.text("name", users.MOST_NAME), form.secret("password")
    if not form.is_good:
        return _page(reader, {})
    try:
        with reader.changing("claim") as change:
            user = claim.become_admin(change.tx, change.now, code, login, name, password, reader.language)
            change.detail = user.login
    except AlreadyDone:
        return reader.go(SIGN_IN)  # the first click has made the account, and may have signed in
    except (WrongCode, NoClaim, WeakPassword, BadLogin, BadName) as error:
        return _page(reader, beside_field(reader, error))
    return begin_session(reader, user, SET_UP if progress.is_waiting(reader.office) else "/")


def check_password(reader: Reader) -> HTTPResponse:
    """What is to be said of the password being typed; strangers get the box to think only until it has an owner."""
    return told_strength(reader) if _is_needed(reader) else HTTPResponse("", 204)


def _page(reader: Reader, errors: Errors) -> HTTPResponse:
    form = reader.form
    status = 422 if errors or not form.is_good else 200
    return reader.page("welcome/page.html", status, form=form, errors=errors, is_first=_is_needed(reader))


def _is_needed(reader: Reader) -> bool:
    with reader.office.ledger.reading() as tx:
        return claim.is_needed(tx)
