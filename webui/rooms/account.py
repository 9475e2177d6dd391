"""One's own account: name, language, password."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.language.values import LANGUAGES
from firmware.staff import passwords, phone_pins, sessions, sign_in, users
from firmware.staff.errors import (
    BadLogin,
    BadName,
    LoginTaken,
    NoClaim,
    StaffError,
    TooManyTries,
    WeakPassword,
    WrongCode,
    WrongLogin,
)
from firmware.staff.rights import Right
from webui import refusals
from webui.flashes import Flash
from webui.gate import set_session_cookie
from webui.reader import Reader
from webui.routes import Routes
from webui.words import Words, page_texts, preferred_language

ACCOUNT = "/account"
ANY_LANGUAGE = ""

Errors = dict[str, str]  # beyond those of the form: what the rules say, by field

_FIELDS: dict[type[StaffError], str] = {
    WeakPassword: "password",
    BadLogin: "login",
    LoginTaken: "login",
    BadName: "name",
    WrongCode: "code",
    NoClaim: "code",
    WrongLogin: "current",
    TooManyTries: "current",
}


def add_to(routes: Routes) -> None:
    routes.get(ACCOUNT, show, None)
    routes.post(ACCOUNT, save, None)
    routes.post(f"{ACCOUNT}/password", change_password, None)
    routes.post(f"{ACCOUNT}/check", told_strength, None)
    routes.post(f"{ACCOUNT}/phone-pin", renew_phone_pin, Right.SUPERVISE)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader, {})


def save(reader: Reader) -> HTTPResponse:
    """Name and language."""
    form, user = reader.form, reader.signed_in
    name = form.text("name", users.MOST_NAME)
    language = form.choice("language", (ANY_LANGUAGE, *LANGUAGES))
    if not form.is_good:
        return _page(reader, {})
    try:
        with reader.changing("account") as change:
            users.rename(change.tx, user.id, name)
            users.set_language(change.tx, user.id, language or None)
    except BadName as error:
        return _page(reader, beside_field(reader, error))
    words = Words(page_texts(), preferred_language(language, reader.language))
    return reader.go(ACCOUNT, Flash(words("account.saved")))


def change_password(reader: Reader) -> HTTPResponse:
    """A new password for whoever knows the old one; a new session here, none elsewhere."""
    form, user, office = reader.form, reader.signed_in, reader.office
    try:
        source = str(reader.environ.get("REMOTE_ADDR", ""))
        sign_in.sign_in(office.ledger, reader.now, user.login, form.secret("current"), source)
        with reader.changing("password") as change:
            users.change_password(change.tx, change.now, user.id, form.secret("password"), *_clinic_names(reader))
            token, session = sessions.open_session(change.tx, change.now, user.id)
    except (WrongLogin, TooManyTries, WeakPassword) as error:
        return _page(reader, beside_field(reader, error))
    reader.session = session
    answer = reader.done("account.changed", ACCOUNT)
    set_session_cookie(answer, token, reader.environ)
    return answer


def renew_phone_pin(reader: Reader) -> HTTPResponse:
    """A new PIN for closing the desk by telephone, shown this once."""
    with reader.changing("phone PIN") as change:
        pin = phone_pins.renew(change.tx, reader.signed_in.id)
    return reader.done("account.phone_pin_is", ACCOUNT, pin=pin)


def told_strength(reader: Reader) -> HTTPResponse:
    """A sentence for beside the field: what is wrong with the password being typed, or that it is good."""
    form = reader.form
    password = form.secret("password")
    own_words = (form.text("login", needed=False), form.text("name", needed=False), *_own_words(reader))
    try:
        passwords.check_strength(password, *own_words)
    except WeakPassword as error:
        told, tone = refusals.sentence(error, reader.words), "hint"
    else:
        told, tone = reader.words("password.good"), "is-good"
    return reader.page("account/strength.html", told=told if password else reader.words("password.hint"), tone=tone)


def beside_field(reader: Reader, error: StaffError) -> Errors:
    """What the rules refused, in words, by the field that it is about."""
    is_current = isinstance(error, WrongLogin)
    told = reader.words("account.wrong_current") if is_current else refusals.sentence(error, reader.words)
    return {_FIELDS[type(error)]: told}


def _own_words(reader: Reader) -> tuple[str, ...]:
    mine = (reader.user.login, reader.user.name) if reader.user else ()
    return (*mine, *_clinic_names(reader))


def _clinic_names(reader: Reader) -> tuple[str, ...]:
    """What a guesser would try at this clinic."""
    if not reader.office.has_clinic:
        return ()
    name = reader.profile.name
    return name.zh, name.en


def _page(reader: Reader, errors: Errors) -> HTTPResponse:
    form = reader.form
    return reader.page("account/page.html", 422 if errors or not form.is_good else 200, form=form, errors=errors)
