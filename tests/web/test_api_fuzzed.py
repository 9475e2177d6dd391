"""A fuzzer reads the API's own description and holds the box to it: nothing breaks, every answer is as described."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core import NOT_SET

from firmware.staff import tokens
from firmware.staff.tokens import Scope
from tests.web.browser import WsgiApp
from tests.web.test_api import asks
from webui.api.description import description
from webui.office import Office

HYPOTHESIS = settings(
    max_examples=15, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
ENDLESS = "/events"


def described(method: str, path: str, status: int) -> dict[str, Any]:
    """How the answer is described; the test fails when it is not."""
    responses = description()["paths"][path][method.lower()]["responses"]
    assert str(status) in responses, f"{method} {path} answered {status}, which is not described"
    return _resolved(responses[str(status)])["content"]["application/json"]["schema"]  # type: ignore[no-any-return]


def conforms(value: Any, schema: dict[str, Any]) -> bool:
    """The parts of JSON Schema that the description uses."""
    schema = _resolved(schema)
    if value is None:
        return bool(schema.get("nullable"))
    match schema["type"]:
        case "object":
            fields = schema.get("properties", {})
            has_all = set(schema.get("required", [])) <= set(value)
            return has_all and all(conforms(value[name], fields[name]) for name in fields if name in value)
        case "array":
            return all(conforms(each, schema["items"]) for each in value)
        case "string":
            return isinstance(value, str) and value in schema.get("enum", [value])
        case "integer":
            return type(value) is int
        case kind:
            return kind == "boolean" and type(value) is bool


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["sound", "unsound"])
def test_every_answer_is_as_described(app: WsgiApp, office: Office, mode: GenerationMode) -> None:
    with office.ledger.transaction() as tx:
        token, _ = tokens.make(tx, office.clock.now(), "fuzzer", list(Scope), "admin")
    seen: Counter[int] = Counter()

    def attempt(case: Case) -> None:
        status, answer = asks(app, token, case.method, _address(case), _body(case))
        seen[status] += 1
        assert conforms(answer, described(case.method, case.path, status)), answer

    for found in schemathesis.openapi.from_dict(description()).get_all_operations():
        operation = found.ok()
        if operation.path == ENDLESS:
            continue
        try:
            HYPOTHESIS(given(case=operation.as_strategy(generation_mode=mode))(attempt))()
        except Unsatisfiable:  # an address without any field can't be asked wrongly
            assert mode is GenerationMode.NEGATIVE
    assert seen[200] > 20 if mode is GenerationMode.POSITIVE else seen[400] > 20, seen


def _address(case: Case) -> str:
    query = case.query if isinstance(case.query, dict) else {}
    path = case.formatted_path.removeprefix("/api/v1").lstrip("/")
    fields = {str(name): str(value) for name, value in query.items()}
    return quote(path, safe="/%") + (f"?{urlencode(fields, errors='surrogatepass')}" if fields else "")


def _body(case: Case) -> bytes | None:
    return None if case.body is NOT_SET else json.dumps(case.body, default=str).encode("utf-8", "surrogatepass")


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        *_, kind, name = schema["$ref"].split("/")
        schema = description()["components"][kind][name]
    return schema
