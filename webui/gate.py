"""The one place that decides, before a page is chosen, whether a request may have it: deny by default.

In this order: the address must be in the table of routes; whoever is not signed in gets only the public ones; the role
must have the route's right; most routes wait until a clinic is set up; what changes something must come from our own
page (exact Origin) with the session's own token; a body must not be larger than the route takes.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import quote

from bottle import Bottle, HTTPError, HTTPResponse, request
from jinja2 import TemplateError

from firmware.clinic.errors import ClinicError
from firmware.control.channel import ControlError
from firmware.staff import sessions
from firmware.staff.errors import AlreadyDone, StaffError
from firmware.staff.rights import Right
from firmware.staff.sessions import Session
from firmware.storage.errors import StorageError
from firmware.storage.trouble import LEDGER_UNAVAILABLE
from webui import bodies, refusals
from webui.compression import compress
from webui.flashes import Flash
from webui.guard import Environ
from webui.office import Office
from webui.reader import READER, Reader
from webui.routes import PAGE, SOCKET, Route

log = logging.getLogger(__name__)

SESSION_COOKIE = "session"
SECURE_COOKIE = "__Host-session"  # browsers take it only over https and only from this very host (RFC 6265bis, 4.1.3.2)
LARGEST_ID = 2**31 - 1
LAST_WORDS = "页面出错了，没有保存任何内容。请再试一次。\nThe page broke and nothing was saved. Please try again.\n"
SIGN_IN = "/sign-in"
WELCOME = "/welcome"
SET_UP = "/setup"


class StartResponse(Protocol):
    """As WSGI (PEP 3333) has it."""

    def __call__(self, status: str, headers: list[tuple[str, str]], *more: Any) -> Any: ...


class Gate:
    """The application behind its rules."""

    def __init__(self, office: Office, app: Bottle) -> None:
        self._office = office
        self._app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace")
        request.bind(environ)
        try:
            answer = self._refused_or_page(environ)
        except Exception:
            log.exception("not even the page that says so could be made: %s", route_name(environ))
            answer = HTTPResponse(LAST_WORDS, 500, {"Content-Type": "text/plain; charset=utf-8"})
        if answer is None:  # a socket that has ended: gunicorn must not answer on it
            raise StopIteration
        compress(answer, environ.get("HTTP_ACCEPT_ENCODING", ""))
        body: Iterable[bytes] = self._app._cast(answer) or []
        start_response(answer.status_line, answer.headerlist)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body

    def _refused_or_page(self, environ: Environ) -> HTTPResponse | None:
        reader = environ[READER] = Reader(self._office, None)
        try:
            route, arguments = self._route(environ)
            session = self._session(environ)
            if session is not None:
                reader = environ[READER] = Reader(self._office, session)
                if route is not None and route.kind == PAGE and not reader.is_part:  # a page looks by itself, too
                    sessions.touch(self._office.ledger, reader.now, session)
            if route is not None and route.is_public:
                return self._forged(environ, route, None) or self._carry_out(route, reader, arguments)
            if session is None:
                return self._sign_in_first(environ, reader)
            if route is None:
                return refusals.page(reader, 404)
            if route.right is not None and not reader.may(route.right):
                return refusals.page(reader, 403)
            if self._waits_for_clinic(route):
                return reader.go(SET_UP) if reader.may(Right.SETTINGS) else refusals.no_clinic(reader)
            return self._forged(environ, route, session) or self._carry_out(route, reader, arguments)
        except TemplateError:  # a missing template is an OSError too, but no fault of the ledger
            log.exception("a page broke: %s", route_name(environ))
            return refusals.page(reader, 500)
        except LEDGER_UNAVAILABLE as error:
            log.error("a page could not be made: the ledger can't be used (%s)", type(error).__name__)
            return refusals.page(reader, 503)
        except Exception:
            log.exception("a page broke: %s", route_name(environ))
            return refusals.page(reader, 500)

    def _route(self, environ: Environ) -> tuple[Route | None, dict[str, Any]]:
        try:
            found, arguments = self._app.router.match(environ)
        except HTTPError:
            return None, {}
        if any(isinstance(value, int) and not 0 <= value <= LARGEST_ID for value in arguments.values()):
            return None, {}
        return found.config["clinicbox"], arguments

    def _session(self, environ: Environ) -> Session | None:
        token = request.get_cookie(_cookie_name(environ))
        if not token:
            return None
        with self._office.ledger.reading() as tx:
            return sessions.find(tx, self._office.clock.now(), token)

    def _waits_for_clinic(self, route: Route) -> bool:
        """Whether there is nothing to show yet: one's own account, and streams, are there without a clinic."""
        has_use = route.before_clinic or route.right is None or route.kind != PAGE
        return not has_use and not self._office.has_clinic

    def _sign_in_first(self, environ: Environ, reader: Reader) -> HTTPResponse:
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and not reader.is_part:
            back = quote(reader.path, safe="") if reader.path != "/" else ""
            return HTTPResponse("", 303, {"Location": SIGN_IN + (f"?next={back}" if back else "")})
        if reader.is_part:
            return HTTPResponse("", 401, {"HX-Refresh": "true"})
        return refusals.page(reader, 401)  # what was sent is not carried out, and the page says so

    def _forged(self, environ: Environ, route: Route, session: Session | None) -> HTTPResponse | None:
        """The refusal of what another web page may have sent in this person's name."""
        changes = route.method != "GET"
        if (changes or route.kind == SOCKET) and environ.get("HTTP_ORIGIN") != own_origin(environ):
            return refusals.page(environ[READER], 403)
        if not changes:
            return None
        too_large = int(environ.get("CONTENT_LENGTH") or 0) > route.body_limit  # then it is not read at all
        refused = 413 if too_large else bodies.refused_status()
        if refused is not None:
            return refusals.page(environ[READER], refused)
        if session is not None:
            sent = request.headers.get("X-CSRF-Token") or request.forms.get("csrf") or ""
            if not hmac.compare_digest(sent.encode(), session.csrf.encode()):
                return refusals.page(environ[READER], 409)
        return None

    def _carry_out(self, route: Route, reader: Reader, arguments: dict[str, Any]) -> HTTPResponse | None:
        try:
            answer = route.handler(reader, **arguments)
        except AlreadyDone:
            return reader.go(reader.came_from, Flash(reader.words("form.already_done"), "bad"))
        except (ClinicError, StaffError, ControlError, StorageError) as error:
            return refusals.answer(reader, route, error)
        except HTTPError as error:
            return refusals.page(reader, error.status_code)
        if route.kind == SOCKET:
            return None
        return answer if isinstance(answer, HTTPResponse) else HTTPResponse(answer)


def own_origin(environ: Environ) -> str:
    """The origin of our own pages as this browser reached them (the Host was checked before)."""
    return f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}"


def route_name(environ: Environ) -> str:
    """The address for the log: its first part only, the rest may name a patient."""
    return f"{environ['REQUEST_METHOD']} /{environ.get('PATH_INFO', '')[:200].strip('/').split('/')[0]}"


def set_session_cookie(answer: HTTPResponse, token: str, environ: Environ) -> None:
    """Hand the browser its new session."""
    is_secure = environ["wsgi.url_scheme"] == "https"
    name = _cookie_name(environ)
    answer.set_cookie(name, token, path="/", httponly=True, samesite="strict", secure=is_secure)


def forget_session_cookie(answer: HTTPResponse, environ: Environ) -> None:
    is_secure = environ["wsgi.url_scheme"] == "https"
    answer.delete_cookie(_cookie_name(environ), path="/", secure=is_secure)


def _cookie_name(environ: Environ) -> str:
    return SECURE_COOKIE if environ["wsgi.url_scheme"] == "https" else SESSION_COOKIE
