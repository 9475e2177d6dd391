"""Two scanners from outside the project look for what its own tests did not think of.

They take a minute or two: `clinicbox test` runs them, a single run of pytest only with CLINICBOX_SCANNERS=1.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core import NOT_SET

from tests.web import openapi
from tests.web.browser import Browser
from tests.web.serving import serving
from webui.office import Office

pytestmark = pytest.mark.skipif(os.environ.get("CLINICBOX_SCANNERS") != "1", reason="CLINICBOX_SCANNERS is not 1")

HYPOTHESIS = settings(
    max_examples=5, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
WAPITI = """
import fnmatch, re
from wapitiCore.main.wapiti import wapiti_main
from wapitiCore.net import crawler
crawler.wildcard_translate = lambda pattern: re.compile(fnmatch.translate(pattern))  # its own needs an older Python
wapiti_main()
"""
MODULES = "xss,permanentxss,sql,file,exec,crlf,redirect,csrf,cookieflags,http_headers,csp,methods"
CRAWL_S, ATTACK_S = 20, 8  # of all pages; with each of the modules
EXPLAINED = (  # in docs/security.md
    "X-XSS-Protection is not set",
    "Strict-Transport-Security is not set",
    "Secure flag is not set in the cookie : language",
)


def send(browser: Browser, case: Case, csrf: str) -> Any:
    """The case as the administrator's browser would send it, with the session's token."""
    query = case.query if isinstance(case.query, dict) else {}
    body = case.body if isinstance(case.body, dict) else {}
    address = case.formatted_path + (f"?{_encoded(query)}" if query else "")
    if case.method == "GET":
        return browser.get(address, follow=False)
    form = _encoded({**body, "csrf": csrf, "once": str(id(case))})
    return browser.send_raw(address, form.encode("ascii") if case.body is not NOT_SET else b"")


def _encoded(fields: dict[Any, Any]) -> str:
    return urlencode({str(name): str(value) for name, value in fields.items()}, errors="surrogatepass")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["sound", "unsound"])
def test_schemathesis_breaks_no_page(office: Office, sign_in: Callable[..., Browser], mode: GenerationMode) -> None:
    admin = sign_in("admin")
    schema = schemathesis.openapi.from_dict(openapi.describe(admin))
    csrf = admin.get("/account").form("/sign-out").fields["csrf"]
    wrong: list[tuple[int, str, str]] = []
    tried = 0

    def attempt(case: Case) -> None:
        nonlocal tried
        tried += 1
        reply = send(admin, case, csrf)
        if reply.status not in openapi.STATUSES:
            wrong.append((reply.status, f"{case.method} {case.formatted_path}", ascii((case.query, case.body))[:300]))

    for found in schema.get_all_operations():
        try:
            HYPOTHESIS(given(case=found.ok().as_strategy(generation_mode=mode))(attempt))()
        except Unsatisfiable:  # an address without any field can't be asked wrongly
            assert mode is GenerationMode.NEGATIVE
    assert wrong == []
    assert tried > 300


@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("wapiti") is None, reason="wapiti is not installed")
def test_wapiti_finds_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        told = tmp_path / "told.json"
        avoided = [("-x", served.origin + each) for each in ("/sign-out", "/live", "/assets/*", "/test-phone/sound*")]
        command = [
            "/usr/bin/python3", "-c", WAPITI, "-u", f"{served.origin}/", "--scope", "domain", "-m", MODULES,
            "-f", "json", "-o", str(told), "--no-bugreport", "-H", f"Cookie: {served.cookie}",
            "-H", f"Origin: {served.origin}", *chain.from_iterable(avoided),
            "--max-scan-time", str(CRAWL_S), "--max-attack-time", str(ATTACK_S),
            "--store-session", str(tmp_path / "session"), "--store-config", str(tmp_path / "config"),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=240)
        assert served.get("/account")[0] == 200  # it was signed in to the end
    report = json.loads(told.read_text())
    findings = [each for kind in (*report["vulnerabilities"].values(), *report["anomalies"].values()) for each in kind]
    assert [(each["path"], each["info"]) for each in findings if each["info"] not in EXPLAINED] == []
