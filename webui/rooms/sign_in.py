"""Signing in and out."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.staff import claim, sessions, sign_in
from firmware.staff.errors import TooManyTries, WrongLogin
from firmware.staff.records import User
from firmware.staff.rights import Right
from firmware.storage import audit
from webui import refusals
from webui.gate import SET_UP, SIGN_IN, WELCOME, forget_session_cookie, set_session_cookie
from webui.reader import Reader, local_path
from webui.routes import Routes
from webui.wizard import progress

SIGN_OUT = "/sign-out"


def add_to(routes: Routes) -> None:
    routes.public_get(SIGN_IN, ask)
    routes.public_post(SIGN_IN, enter)
    routes.post(SIGN_OUT, leave, None)


def ask(reader: Reader) -> HTTPResponse:
    """The form; a box that nobody owns yet is claimed first."""
    wanted = _wanted(reader.query.raw("next"))
    if reader.user is not None:
        return reader.go(wanted)
    with reader.office.ledger.reading() as tx:
        if claim.is_needed(tx):
            return reader.go(WELCOME)
    told = reader.words("sign_in.left") if reader.query.flag("left") else ""
    return reader.page("sign_in/page.html", login="", wanted=wanted, left=told, wrong="")


def enter(reader: Reader) -> HTTPResponse:
    """A new session for whoever knows the password."""
    form = reader.form
    login, wanted = form.raw("login"), _wanted(form.raw("next"))
    try:
        user = sign_in.sign_in(reader.office.ledger, reader.now, login, form.secret("password"), _source(reader))
    except (WrongLogin, TooManyTries) as error:
        status = 429 if isinstance(error, TooManyTries) else 403
        wrong = refusals.sentence(error, reader.words)
        return reader.page("sign_in/page.html", status, login=login, wanted=wanted, left="", wrong=wrong)
    if wanted == "/" and user.may(Right.SETTINGS) and progress.is_waiting(reader.office):
        wanted = SET_UP
    return begin_session(reader, user, wanted)


def leave(reader: Reader) -> HTTPResponse:
    """The session of this browser ends."""
    if reader.session is not None:
        with reader.office.ledger.transaction() as tx:
            sessions.close_session(tx, reader.session.token_hash)
            audit.record(tx, reader.now, reader.login, "sign-out")
            goes_home = not sessions.is_at_work(tx, reader.now, reader.signed_in.id)
        if goes_home and reader.may(Right.ANSWER):
            reader.office.desk.leave(reader.signed_in.id)
    answer = reader.go(f"{SIGN_IN}?left=1")
    forget_session_cookie(answer, reader.environ)
    return answer


def begin_session(reader: Reader, user: User, location: str) -> HTTPResponse:
    """On to `location`, signed in; what was signed in here before is not any more."""
    with reader.office.ledger.transaction() as tx:
        if reader.session is not None:
            sessions.close_session(tx, reader.session.token_hash)
        token, _ = sessions.open_session(tx, reader.now, user.id)
    answer = reader.go(location)
    set_session_cookie(answer, token, reader.environ)
    return answer


def _wanted(address: str) -> str:
    """The page of ours to go to; not the sign-in once more."""
    path = local_path(address)
    return "/" if path.startswith((SIGN_IN, WELCOME)) else path


def _source(reader: Reader) -> str:
    return str(reader.environ.get("REMOTE_ADDR", ""))
