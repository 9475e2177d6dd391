"""The one door of the API: a token, its scope, a small JSON body - or a refusal in JSON that says why."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from bottle import Bottle, HTTPError

from firmware.clinic.errors import ClinicError
from firmware.clinic.profile import ClinicProfile
from firmware.control.channel import NotRunning, Refused
from firmware.staff import tokens
from firmware.staff.errors import StaffError
from firmware.staff.tokens import Scope, Token
from firmware.storage.trouble import LEDGER_UNAVAILABLE
from webui.guard import Environ
from webui.office import Office

log = logging.getLogger(__name__)

PREFIX = "/api/v1/"
LARGEST_BODY = 16 * 1024
LONGEST_QUERY = 2000
LARGEST_ID = 2**31 - 1
STREAM = "text/event-stream; charset=utf-8"

Json = dict[str, Any]
StartResponse = Callable[..., Any]


class ApiError(Exception):
    """A request that is not carried out: its status and, for the program's author, why."""

    def __init__(self, status: HTTPStatus, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message


def bad(message: str) -> ApiError:
    """The request itself is wrong."""
    return ApiError(HTTPStatus.BAD_REQUEST, "BadRequest", message)


def not_found(message: str) -> ApiError:
    return ApiError(HTTPStatus.NOT_FOUND, "NotFound", message)


@dataclass(frozen=True)
class Asked:
    """One request: whose token, what was sent."""

    office: Office
    token: Token
    now: datetime
    query: dict[str, str]
    body: Json
    origin: str  # how the program reached the box: https://box.local:8443

    @property
    def profile(self) -> ClinicProfile:
        return self.office.profile()

    @property
    def who(self) -> str:
        """For the audit trail and the history of bookings."""
        return f"api/{self.token.id}"


Handler = Callable[..., Json | Iterator[bytes]]


@dataclass(frozen=True)
class Endpoint:
    """One method of one address, and what a token must be allowed."""

    method: str
    rule: str
    handler: Handler
    scope: Scope | None  # None: any token


class ApiDoor:
    """The API as a WSGI application."""

    def __init__(self, office: Office, endpoints: Iterable[Endpoint]) -> None:
        self._office = office
        self._app = Bottle()
        for endpoint in endpoints:
            self._app.route(PREFIX + endpoint.rule, endpoint.method, endpoint.handler, endpoint=endpoint)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            answer = self._answer(environ)
        except ApiError as error:
            return _send(start_response, error.status, {"error": error.kind, "message": error.message})
        except Exception:
            log.exception("the API broke at %s %s", environ["REQUEST_METHOD"], PREFIX)
            told = {"error": "Broken", "message": "the box could not carry this out; nothing was changed"}
            return _send(start_response, HTTPStatus.INTERNAL_SERVER_ERROR, told)
        if isinstance(answer, dict):
            return _send(start_response, HTTPStatus.OK, answer)
        start_response("200 OK", [("Content-Type", STREAM), ("X-Accel-Buffering", "no")])
        return answer

    def _answer(self, environ: Environ) -> Json | Iterator[bytes]:
        token = self._token(environ)
        endpoint, arguments = self._endpoint(environ)
        if endpoint.scope is not None and not token.may(endpoint.scope):
            raise ApiError(HTTPStatus.FORBIDDEN, "ScopeMissing", f"this token lacks the scope {endpoint.scope}")
        if not self._office.has_clinic:
            raise ApiError(HTTPStatus.CONFLICT, "NoClinic", "the box is not set up yet")
        asked = Asked(self._office, token, self._office.clock.now(), _query(environ), _body(environ), _origin(environ))
        return _carry_out(endpoint, asked, arguments)

    def _token(self, environ: Environ) -> Token:
        kind, _, text = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        now = self._office.clock.now()
        if kind.lower() == "bearer" and text.startswith(tokens.PREFIX) and len(text) <= 100:
            try:
                with self._office.ledger.reading() as tx:
                    token = tokens.find(tx, text)
                if token is not None:
                    if tokens.needs_touch(token, now):
                        with self._office.ledger.transaction() as tx:
                            tokens.touch(tx, now, token.id)
                    return token
            except LEDGER_UNAVAILABLE as error:
                raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "LedgerBusy", "try again in a moment") from error
        raise ApiError(
            HTTPStatus.UNAUTHORIZED, "TokenMissing", "send 'Authorization: Bearer cbx_...' with a live token"
        )

    def _endpoint(self, environ: Environ) -> tuple[Endpoint, dict[str, Any]]:
        try:
            route, arguments = self._app.router.match(environ)
        except HTTPError as error:
            if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                raise ApiError(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", "see docs/api.md") from error
            raise not_found("there is no such address: see docs/api.md") from error
        if any(isinstance(value, int) and not 0 <= value <= LARGEST_ID for value in arguments.values()):
            raise not_found("no such id")
        return route.config["endpoint"], arguments


def _carry_out(endpoint: Endpoint, asked: Asked, arguments: dict[str, Any]) -> Json | Iterator[bytes]:
    try:
        return endpoint.handler(asked, **arguments)
    except (ClinicError, StaffError) as error:
        raise ApiError(HTTPStatus.CONFLICT, type(error).__name__, str(error) or type(error).__name__) from error
    except Refused as error:
        raise ApiError(HTTPStatus.CONFLICT, error.kind, error.reason) from error
    except NotRunning as error:
        raise ApiError(
            HTTPStatus.SERVICE_UNAVAILABLE, "PhoneServiceAway", "the phone service is not running"
        ) from error
    except LEDGER_UNAVAILABLE as error:
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "LedgerBusy", "try again in a moment") from error


def _query(environ: Environ) -> dict[str, str]:
    text = environ.get("QUERY_STRING", "")
    if len(text) > LONGEST_QUERY:
        raise bad("the query is too long")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError as error:
        raise bad("the query can't be read") from error


def _body(environ: Environ) -> Json:
    """The JSON object that was sent; {} for requests that send nothing."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > LARGEST_BODY:
        raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "TooLarge", f"at most {LARGEST_BODY} bytes")
    if not length:
        return {}
    data = environ["wsgi.input"].read(length)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise bad("the body is no JSON") from error
    if len(data) != length or not isinstance(value, dict):
        raise bad("the body is a JSON object")
    return value


def _origin(environ: Environ) -> str:
    return f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}"


def _send(start_response: StartResponse, status: HTTPStatus, answer: Json) -> Iterable[bytes]:
    data = json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace")
    headers = [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(data)))]
    if status == HTTPStatus.UNAUTHORIZED:
        headers.append(("WWW-Authenticate", "Bearer"))
    start_response(f"{status.value} {status.phrase}", headers)
    return [data]
