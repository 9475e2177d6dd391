"""What a person chooses for themselves on any page: the language."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.language.values import LANGUAGES
from firmware.staff import users
from webui.reader import LANGUAGE_COOKIE, Reader, local_path
from webui.routes import Routes

YEAR_S = 365 * 86_400


def add_to(routes: Routes) -> None:
    routes.public_post("/language", choose_language)


def choose_language(reader: Reader) -> HTTPResponse:
    """From now on the pages speak `to`; back to the page `next`."""
    language = reader.form.choice("to", LANGUAGES)
    answer = reader.go(local_path(reader.form.raw("next", "/")))
    is_secure = reader.environ["wsgi.url_scheme"] == "https"
    answer.set_cookie(
        LANGUAGE_COOKIE, language, path="/", max_age=YEAR_S, httponly=True, samesite="strict", secure=is_secure
    )
    if reader.user is not None:
        with reader.office.ledger.transaction() as tx:
            users.set_language(tx, reader.user.id, language)
    return answer
