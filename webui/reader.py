"""One request as a page sees it: who reads, in which language, what was sent, and how to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

from bottle import FileUpload, FormsDict, HTTPResponse, request

from firmware.clinic import message_boxes, tasks, today
from firmware.clinic.profile import ClinicProfile
from firmware.language.values import Language, Value
from firmware.staff import form_once, rights, sessions
from firmware.staff.records import User
from firmware.staff.rights import Right
from firmware.staff.sessions import Session
from firmware.storage import audit
from firmware.storage.ledger import Transaction
from firmware.storage.recordings import SHARED
from firmware.storage.trouble import LEDGER_UNAVAILABLE
from webui import render
from webui.flashes import Flash, Undo
from webui.forms import Form
from webui.office import Office
from webui.words import Words, page_texts, preferred_language

READER = "clinicbox.reader"
LANGUAGE_COOKIE = "language"
ONCE_FIELD = "once"  # of a form, so that it acts once however often it is sent


@dataclass
class Change:
    """A change under way: its transaction, its moment, and what the audit trail says of it."""

    tx: Transaction
    now: datetime
    detail: str = ""


class Reader:
    """A person (or nobody yet) and their request."""

    def __init__(self, office: Office, session: Session | None) -> None:
        self.office = office
        self.session = session
        self.now = office.clock.now()

    # ---- who reads ----

    @property
    def user(self) -> User | None:
        return self.session.user if self.session else None

    @property
    def signed_in(self) -> User:
        """The person; for pages that the gate shows only to people who have signed in."""
        if self.user is None:
            raise LookupError("nobody has signed in")
        return self.user

    @property
    def login(self) -> str:
        """Who it is, for the audit trail and the history of bookings."""
        return self.user.login if self.user else "nobody"

    def may(self, right: Right | str) -> bool:
        return self.user is not None and rights.may(self.user.role, Right(right))

    def still_may(self, right: Right) -> bool:
        """For streams, which outlast a look at the door: whether the session goes on and has the right, as of now."""
        try:
            with self.office.ledger.reading() as tx:
                session = self.session and sessions.find_again(tx, self.office.clock.now(), self.session.token_hash)
        except LEDGER_UNAVAILABLE:
            return True  # asked again soon; a busy disk ends no call
        return session is not None and rights.may(session.user.role, right)

    @cached_property
    def language(self) -> Language:
        chosen = (self.user.language if self.user else None) or request.get_cookie(LANGUAGE_COOKIE) or ""
        return preferred_language(chosen, request.headers.get("Accept-Language", ""))

    @cached_property
    def words(self) -> Words:
        return Words(page_texts(), self.language)

    def waiting_at(self, path: str) -> int:
        """How many things wait for a person in this room; 0 while the ledger can't be read."""
        try:
            with self.office.ledger.reading() as tx:
                if path == "/messages":
                    return self._messages_waiting(tx)
                return tasks.count(tx, self.now).open if path == "/tasks" else 0
        except LEDGER_UNAVAILABLE:
            return 0  # a page that tells of the trouble has its navigation too

    def _messages_waiting(self, tx: Transaction) -> int:
        voice, *texts = today.waiting(tx, self.now, self.boxes(tx))
        return voice.count + (sum(each.count for each in texts) if self.may(Right.MESSAGES) else 0)

    def boxes(self, tx: Transaction) -> tuple[str, ...]:
        """The boxes of voice messages that this person looks after; who only answers calls, the own ones."""
        own = message_boxes.own(tx, self.signed_in.id)
        return own if self.may(Right.ANSWER) and not self.may(Right.MESSAGES) else (SHARED, *own)

    # ---- the clinic's time ----

    @property
    def profile(self) -> ClinicProfile:
        return self.office.profile()

    @cached_property
    def zone(self) -> tzinfo:
        return self.office.zone

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def instant_of_file(self, seconds: float) -> datetime:
        """A file's time stamp (seconds of the machine's own clock) as an instant."""
        return datetime.fromtimestamp(seconds, self.zone)

    # ---- what was sent ----

    @cached_property
    def query(self) -> Form:
        """The fields of the address."""
        return Form(dict(_readable(request.query)))

    @cached_property
    def form(self) -> Form:
        """The fields of the form; of a field that was sent twice the last one."""
        return Form(dict(_readable(request.forms)))

    def chosen(self, name: str, most: int = 100) -> list[str]:
        """Every value of a field that may come several times."""
        return [value[:200] for key, value in _readable(request.forms) if key == name][:most]

    def upload(self, name: str) -> FileUpload | None:
        """A file that was sent."""
        return request.files.get(name)

    @property
    def environ(self) -> dict[str, Any]:
        found: dict[str, Any] = request.environ
        return found

    @property
    def is_part(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return bool(request.headers.get("HX-Request") == "true")

    @property
    def path(self) -> str:
        """This address with its query, for coming back to it."""
        query = request.query_string
        return str(request.path) + (f"?{query}" if query else "")

    @property
    def came_from(self) -> str:
        """The page of ours that the form stood on."""
        return local_path(request.headers.get("Referer", ""))

    # ---- changing and answering ----

    @contextmanager
    def changing(self, what: str) -> Iterator[Change]:
        """One transaction with its row in the audit trail, carried out once however often the form is sent.

        Raises `AlreadyDone` (nothing is done then, and the person is told).
        """
        with self.office.ledger.transaction() as tx:
            form_once.use(tx, self.now, self.form.raw(ONCE_FIELD))
            change = Change(tx, self.now)
            yield change
            audit.record(tx, self.now, self.login, what, change.detail[:200])

    def page(self, template: str, status: int = 200, **context: Any) -> HTTPResponse:
        """A page or a part of one; `context` is what the template names."""
        body = render.page(self, template, context)
        return HTTPResponse(body, status, {"Content-Type": "text/html; charset=utf-8"})

    def done(self, key: str, location: str, undo: Undo | None = None, **values: Value | str | int) -> HTTPResponse:
        """Say what was done on the page that comes next."""
        return self.go(location, Flash(self.words(key, **values), "good", undo))

    def refused(self, key: str, location: str | None = None, **values: Value | str | int) -> HTTPResponse:
        """Say what could not be done, on the page where it was tried or on `location`."""
        return self.go(location or self.came_from, Flash(self.words(key, **values), "bad"))

    def go(self, location: str, flash: Flash | None = None) -> HTTPResponse:
        """On to another page of ours, as a GET (303)."""
        if flash is not None and self.session is not None:
            self.office.flashes.add(self.session.token_hash, flash)
        if self.is_part:
            return HTTPResponse("", 204, {"HX-Redirect": location})
        return HTTPResponse("", 303, {"Location": location})


def _readable(fields: FormsDict) -> list[tuple[str, str]]:
    """The fields as UTF-8, in their order; bytes that are none become a sign that says so."""
    sent = [(str(key), str(value)) for key, value in fields.allitems()]
    if not fields.recode_unicode:  # of a multipart form: Bottle has decoded them already
        return [(_sound(key), _sound(value)) for key, value in sent]
    return [(_utf8(key), _utf8(value)) for key, value in sent]


def _utf8(text: str) -> str:
    return text.encode("latin-1", "replace").decode("utf-8", "replace")


def _sound(text: str) -> str:
    """Without the halves of characters that some encodings can smuggle in and nothing can write down."""
    return text.encode("utf-8", "replace").decode()


def current_reader() -> Reader:
    """The reader of the request that this thread carries out; the gate has put it there."""
    reader: Reader = request.environ[READER]
    return reader


def local_path(address: str) -> str:
    """The path and query of an address of ours; the front page for anything odd."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    path = parts.path
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return "/"
    found = path + (f"?{parts.query}" if parts.query else "")
    return found if found.isprintable() else "/"


def address(path: str, **query: str | int | date | None) -> str:
    """A path with its query; what is None or empty is left out."""
    wanted: Mapping[str, str] = {key: str(value) for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(wanted)}" if wanted else path
