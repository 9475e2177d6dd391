"""An OpenAPI description of everything behind the gate: the table of routes, and the fields that shown forms have."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bottle import HTTPError

from tests.web.browser import Browser
from tests.web.crawling import elements_of, leads, walk
from webui.app import all_routes
from webui.routes import PAGE, Route

STATUSES = (200, 204, 206, 303, 304, 400, 401, 403, 404, 409, 413, 416, 422, 429, 503)
LEFT_OUT = ("/sign-out", "/live")  # ends the session; does not end

_GAP = re.compile(r"<([a-z_]+)(?::([a-z]+))?(?::([^>]*))?>")
_HIDDEN = ("csrf", "once", "")

Fields = dict[tuple[str, str], dict[str, str]]  # by method and rule: name and what it held


def describe(browser: Browser) -> dict[str, Any]:
    """The description, with examples from the pages as this person sees them."""
    queries, forms = _seen(browser)
    paths: dict[str, Any] = defaultdict(dict)
    for route in all_routes():
        if route.kind == PAGE and route.rule not in LEFT_OUT:
            asked = queries[route.method, route.rule]
            sent = forms[route.method, route.rule]
            paths[_GAP.sub(r"{\1}", route.rule)][route.method.lower()] = _operation(route, asked, sent)
    return {"openapi": "3.0.3", "info": {"title": "clinicbox", "version": "1"}, "paths": dict(paths)}


def _operation(route: Route, asked: dict[str, str], sent: dict[str, str]) -> dict[str, Any]:
    gaps = [_parameter("path", name, _of_gap(kind, rule)) for name, kind, rule in _GAP.findall(route.rule)]
    query = [_parameter("query", name, _text(held)) for name, held in sorted(asked.items())]
    body = {"type": "object", "properties": {name: _text(held) for name, held in sorted(sent.items())}}
    found: dict[str, Any] = {
        "parameters": gaps + query,
        "responses": {str(status): {"description": "declared"} for status in STATUSES},
    }
    if route.method == "POST":
        found["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": body}}}
    return found


def _parameter(place: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _of_gap(kind: str, rule: str) -> dict[str, Any]:
    if kind == "int":
        return {"type": "integer", "minimum": 0, "maximum": 6}
    return {"type": "string", "pattern": f"^(?:{rule})$"} if rule else {"type": "string", "minLength": 1}


def _text(held: str) -> dict[str, Any]:
    return {"anyOf": [{"type": "string", "enum": [held]}, {"type": "string"}]}


def _seen(browser: Browser) -> tuple[Fields, Fields]:
    queries: Fields = defaultdict(dict)
    forms: Fields = defaultdict(dict)
    for address, reply in walk(browser):
        for form in reply.forms:
            fields = {name: held for name, held in form.fields.items() if name not in _HIDDEN}
            place = queries if form.method == "get" else forms
            place[form.method.upper(), _rule(form.method.upper(), form.action or address)] |= fields
        for each in leads(elements_of(reply)):
            queries["GET", _rule("GET", each)] |= dict(parse_qsl(urlsplit(each).query))
    return queries, forms


def _rule(method: str, address: str) -> str:
    environ = {"REQUEST_METHOD": method, "PATH_INFO": urlsplit(address).path}
    try:
        rule: str = _ROUTER.match(environ)[0].config["clinicbox"].rule
    except HTTPError:
        return ""
    return rule


_ROUTER = all_routes().build().router
