"""A person at a browser, without a browser: asks the application over WSGI, keeps cookies, fills in forms as shown."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode, urlsplit
from wsgiref.util import setup_testing_defaults

WsgiApp = Callable[..., Iterable[bytes]]
HOST = "127.0.0.1:8080"


@dataclass
class ShownForm:
    """One form of a page: where it goes and what its fields hold."""

    action: str
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[ShownForm] = []
        self.words: list[str] = []
        self._open: ShownForm | None = None
        self._select = ""
        self._area = ""
        self._silent = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in ("script", "style"):
            self._silent += 1
        if tag == "form":
            self._open = ShownForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        if self._open is None:
            return
        if tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self._open.fields[given.get("name", "")] = given.get("value", "on" if "checked" in given else "")
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and (self._select not in self._open.fields or "selected" in given):
            self._open.fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = given.get("name", "")
            self._open.fields[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent -= 1
        if tag == "form":
            self._open = None
        if tag == "textarea":
            self._area = ""

    def handle_data(self, text: str) -> None:
        if self._area and self._open is not None:
            self._open.fields[self._area] += text
        if not self._silent and text.strip():
            self.words.append(" ".join(text.split()))


class Reply:
    """What came back: `text` is what a person reads, `body` the HTML."""

    def __init__(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        self.status = int(status.split()[0])
        self.headers = {name.title(): value for name, value in headers}
        self.cookies = [value for name, value in headers if name.title() == "Set-Cookie"]
        self.content = content
        self.body = content.decode("utf-8", "replace")
        parser = _Parser()
        if "html" in self.headers.get("Content-Type", ""):
            parser.feed(self.body)
        self.forms = parser.forms
        self.text = "\n".join(parser.words)

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def form(self, action: str) -> ShownForm:
        """The first form whose action begins with `action`."""
        for form in self.forms:
            if form.action.startswith(action):
                return form
        raise AssertionError(f"no form goes to {action}; there are {[form.action for form in self.forms]}")


class Browser:
    """One browser with its cookies; `language` is what it wishes."""

    def __init__(self, app: WsgiApp, language: str = "en", scheme: str = "http") -> None:
        self._app = app
        self._scheme = scheme
        self.origin = f"{scheme}://{HOST}"
        self._language = language
        self.cookies: dict[str, str] = {}
        self.page: Reply | None = None

    def get(self, path: str, *, follow: bool = True, **headers: str) -> Reply:
        """The page at `path`, after its redirects."""
        reply = self._ask("GET", path, b"", headers)
        return self._follow(reply) if follow else reply

    def part(self, path: str) -> Reply:
        """A part of a page, as htmx asks for it."""
        return self._ask("GET", path, b"", {"Hx-Request": "true"})

    def post(self, path: str, *, follow: bool = True, origin: str | None = "", **fields: Any) -> Reply:
        """Send fields as they are, from our own page or from `origin`; no hidden fields are added."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": self.origin + self.path}
        if origin is not None:
            headers["Origin"] = origin or self.origin
        reply = self._ask("POST", path, urlencode(fields, doseq=True).encode(), headers)
        return self._follow(reply) if follow else reply

    def send(self, form: ShownForm, *, follow: bool = True, **fields: Any) -> Reply:
        """Fill in a form that was shown (hidden fields stay as they are) and send it."""
        return self.post(form.action or self.path, follow=follow, **{**form.fields, **fields})

    def upload(
        self, form: ShownForm, name: str, file: tuple[str, bytes], *, follow: bool = True, **fields: Any
    ) -> Reply:
        """Send a form with a file."""
        boundary = "----a-line-that-no-file-has"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in {**form.fields, **fields}.items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file[0]}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + file[1] + b"\r\n")
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Origin": self.origin,
            "Referer": self.origin + self.path,
        }
        reply = self._ask("POST", form.action, b"".join(parts) + f"--{boundary}--\r\n".encode(), headers)
        return self._follow(reply) if follow else reply

    @property
    def path(self) -> str:
        return getattr(self, "_path", "/")

    def stream(self, path: str) -> Iterator[bytes]:
        """A reply that goes on, piece by piece."""
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "HTTP_HOST": HOST,
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "wsgi.url_scheme": self._scheme,
        }
        return iter(self._app(environ, lambda *_: None))

    def send_raw(self, path: str, body: bytes, method: str = "POST", **headers: str) -> Reply:
        """Whatever a forged request may hold; it says that it comes from our own page unless told otherwise."""
        given = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
        return self._ask(method, path, body, given | {name.replace("_", "-"): value for name, value in headers.items()})

    def _follow(self, reply: Reply) -> Reply:
        for _ in range(5):
            if reply.status not in (302, 303):
                break
            reply = self._ask("GET", reply.location, b"", {})
        self.page = reply
        return reply

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        parts = urlsplit(path)
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        environ |= {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
            "QUERY_STRING": parts.query,
            "HTTP_HOST": HOST,
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_ACCEPT_LANGUAGE": self._language,
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": self._scheme,
        }
        if method == "POST" and "Content-Length" not in headers:
            environ["CONTENT_LENGTH"] = str(len(body))
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
        started: list[Any] = []
        content = b"".join(self._app(environ, lambda *given: started.append(given)))
        reply = Reply(started[0][0], started[0][1], content)
        for cookie in reply.cookies:
            for name, morsel in SimpleCookie(cookie).items():
                if morsel["max-age"] in ("0", "-1") or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        if method == "GET" and reply.status == 200:
            self._path = path
        return reply
