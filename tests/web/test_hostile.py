"""Whatever strangers call themselves, text and upload: no page takes it for anything but text, and none breaks."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from firmware.clinic import sample
from firmware.storage import account_schema, call_schema, people_schema, roster_schema, staff_schema, text_schema
from tests.web.browser import Browser, Reply
from tests.web.crawling import Element, elements_of, walk
from tests.web.test_calls import WAY, ring
from tests.web.test_messages import leave_message, lose_text, receive
from tests.web.test_today import book
from webui.app import all_routes
from webui.office import Office

SignIn = Callable[..., Browser]

MARK = "xevil"  # no element, attribute or file of ours is called like this
TAGS = f"\"'><{MARK} {MARK}=1 onclick=alert(1)></{MARK}>{{{{13*17}}}}{{0.__class__}}%s&lt;{MARK}&gt;&#60;{MARK}&#62;"
ENDS = f"</title></textarea></script></style>--><{MARK}><script>{MARK}</script><img src=x onerror={MARK}>"
ATTRIBUTES = f"x\" {MARK}=1 hx-get=/{MARK} hx-on:click={MARK} ' onmouseover='{MARK}' `{MARK}` \\x3c{MARK}"
ADDRESS = f"javascript:{MARK}()//"
SIGNS = "\u202eLiu\u202d\u2066\u200b\u200d\ufeff\u0000\u0007\x1b[31m💉👩\u200d⚕️" + "a\u0300" * 40
LONG = "王" * 10_000
BREAKERS = {
    "tags": TAGS + ENDS + ATTRIBUTES,
    "address": ADDRESS,
    "server": f"//{MARK}.example/",
    "signs": SIGNS,
    "long": LONG,
}
FREE_TEXT = {
    people_schema.patients: ("name_zh", "name_en", "pinyin", "initials"),
    roster_schema.doctors: ("name_zh", "name_en", "aliases"),
    roster_schema.departments: ("name_zh", "name_en", "aliases"),
    staff_schema.users: ("name",),
    text_schema.inbox: ("body", "number", "line", "owner"),
    text_schema.outbox: ("body", "number", "error", "author", "line"),
    call_schema.voice_messages: ("number", "owner", "done_by"),
    call_schema.calls: ("caller", "line", "outcome", "end_reason", "flow"),
    call_schema.call_events: ("detail",),
    roster_schema.bookings: ("contact_number", "kind", "code"),
    roster_schema.booking_events: ("cause", "channel"),
    account_schema.account_entries: ("note",),
    roster_schema.absences: ("reason",),
    staff_schema.audit: ("who", "what", "detail"),
    people_schema.contacts: ("number",),
    people_schema.patient_contacts: ("number",),
}


@pytest.fixture
def busy_office(office: Office) -> Office:
    """A clinic with something of everything."""
    ring(office, way=WAY, file="c1.wav", outcome="booked", patient_id=1)
    ring(office, "c2", number=None, outcome="left at times")
    leave_message(office)
    receive(office, "Is there parking?")
    lose_text(office)
    book(office, who="刘强")
    (office.folders.recordings / "c1.wav").write_bytes(b"RIFF" + bytes(100))
    return office


def poison(office: Office, evil: str) -> set[str]:
    """Put `evil` wherever the ledger takes it; the columns that hold it now. Its own rules keep it from the others."""
    held = set()
    with office.ledger.transaction() as tx:
        for table, columns in FREE_TEXT.items():
            for column in columns:
                try:
                    with tx.begin_nested():
                        tx.execute(update(table).values({column: evil}))
                except IntegrityError:
                    continue
                held.add(f"{table.name}.{column}")
    return held


def poison_documents(office: Office, evil: str) -> None:
    """The clinic's own name, and what its lines are called."""
    clinic = dict(sample.document()["clinic"])
    office.documents.save("clinic", {**clinic, "name": {"zh": evil[:200] or "x", "en": evil[:200] or "x"}})


def is_ours(element: Element) -> bool:
    """Whether a template of ours wrote this element; nothing of it came from a stranger but values."""
    names = {element.tag, *element.attributes}
    if any(MARK in name or name.startswith(("on", "hx-on")) or name == "style" for name in names):
        return False
    if element.tag in ("iframe", "object", "embed", "base") or (element.tag == "script" and MARK in str(element)):
        return False
    led = [
        str(element.attributes.get(name) or "/")
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post")
    ]
    return all(re.match(r"(/(?!/)|\?|#|tel:[+0-9]|sms:[+0-9]|data:image/)", each) for each in led)


def foreign(reply: Reply) -> list[Element]:
    is_page = "html" in reply.headers.get("Content-Type", "")
    return [element for element in elements_of(reply).elements if not is_ours(element)] if is_page else []


def test_the_watch_itself_sees_what_is_foreign() -> None:
    def made(body: str) -> list[Element]:
        return foreign(Reply("200 OK", [("Content-Type", "text/html")], body.encode()))

    assert made('<a href="/x" class="a">&lt;xevil&gt;</a>') == []
    for wrong in (
        "<xevil>", "<a onclick=x>", '<a href="javascript:1">', '<a href="//evil">', "<p xevil>", "<p style=x>",
        "<p hx-on:click=x>", "<script>xevil</script>" * 0 + '<img src="http://x">', '<form action="https://x">',
    ):  # fmt: skip
        assert made(wrong), wrong


@pytest.mark.parametrize("evil", BREAKERS.values(), ids=BREAKERS)
def test_no_page_takes_a_strangers_words_for_its_own(busy_office: Office, sign_in: SignIn, evil: str) -> None:
    held = poison(busy_office, evil)
    assert {
        "patients.name_zh",
        "inbox.body",
        "outbox.body",
        "calls.caller",
        "doctors.aliases",
    } <= held or not evil.strip()
    poison_documents(busy_office, evil)
    language = "zh" if len(evil) % 2 else "en"
    shown, wrong = 0, []
    for address, reply in walk(sign_in("admin", language)):
        is_worked_out = "13*17" in evil and "221" in reply.text
        if reply.status not in (200, 404, 422, 503) or foreign(reply) or is_worked_out:
            wrong.append((reply.status, address, foreign(reply)))
        shown += evil[:20] in reply.text
    assert wrong == []
    assert shown > 20 or evil == SIGNS


def test_text_turners_are_taken_out_wherever_a_strangers_words_stand(busy_office: Office, admin: Browser) -> None:
    """A right-to-left override would turn what the page says beside it."""
    poison(busy_office, "a\u202eb\u2066c")
    turned = [address for address, reply in walk(admin) if re.search("[\u202a-\u202e\u2066-\u2069]", reply.text)]
    assert turned == []


def test_no_cell_of_an_export_calculates(busy_office: Office, admin: Browser) -> None:
    exports = ["/calls/export", "/figures/export"]
    assert exports == [route.rule for route in all_routes() if route.rule.endswith("/export")]
    for evil in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "\n=1", " =1", "\u200b=1"):
        poison(busy_office, evil)
        for address in exports:
            text = admin.get(address).content.decode("utf-8-sig")
            assert text.count(evil) > 1 or address != "/calls/export"  # figures name nobody but agents
            cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
            assert not [cell for cell in cells if re.match("[\\s\u200b]*[=+@＝＋－＠-]", cell)]


def everything_a_form_holds(browser: Browser) -> Iterator[tuple[str, Reply]]:
    """Sends every form that an administrator is shown, with each of its own fields made hostile."""
    sent: set[str] = set()
    for address, reply in list(walk(browser)):
        for form in reply.forms:
            rule = re.sub(r"[0-9]+", "1", form.action or address)
            if form.method != "post" or rule in sent or rule.startswith(("/sign-out", "/language")):
                continue
            sent.add(rule)
            for evil in (TAGS, SIGNS, "9" * 30, "", "-1", "9999-12-31", "0001-01-01"):
                own = {name: evil for name in form.fields if name not in ("csrf", "once", "")}
                fresh = browser.get(address)
                shown = [each for each in fresh.forms if each.action == form.action]
                if shown:
                    yield f"{form.action} {evil[:9]!r}", browser.send(shown[0], follow=False, **own)


@pytest.mark.timeout(300)
def test_no_form_breaks_or_echoes_what_was_forged_into_its_fields(busy_office: Office, admin: Browser) -> None:
    seen, wrong = 0, []
    for what, reply in everything_a_form_holds(admin):
        leads_away = reply.location and not re.fullmatch(r"/(?!/)[^\r\n]*", reply.location)
        if reply.status in (500, 501, 502) or foreign(reply) or leads_away:
            wrong.append((reply.status, what, foreign(reply), reply.location))
        seen += 1
    assert wrong == []
    assert seen > 100


def test_a_flow_document_of_a_stranger_is_shown_as_text(admin: Browser) -> None:
    form = admin.get("/flows/draft?template=default").form("/flows/draft")
    for evil in BREAKERS.values():
        for text in (evil, f"name: '{evil!r}'\nstart: {MARK}", f"? [{MARK}]\n: &a [*a]", "!!python/object:os.system x"):
            reply = admin.upload(form, "file", ("../../" + evil, text.encode()))
            assert reply.status in (200, 303, 400, 422), text
            assert foreign(reply) == [], text


def test_nothing_of_a_file_name_is_kept(admin: Browser, office: Office) -> None:
    form = admin.get("/prompts/piece?piece=clinic&language=zh").form("/prompts/record")
    before = set(office.folders.data.rglob("*"))
    for name in ("../../../../tmp/xevil.wav", "C:\\xevil.wav", "a/xevil\x00.wav", "xevil.wav\r\nX: y", "x" * 3000):
        assert admin.upload(form, "sound", (name, b"RIFF0000WAVE")).status in (200, 303, 400, 422)
    after = set(office.folders.data.rglob("*"))
    assert not [file for file in after - before if MARK in file.name]


def test_patients_words_never_reach_the_log(
    busy_office: Office, admin: Browser, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(busy_office, TAGS)
    monkeypatch.setattr(type(busy_office.phone), "status", lambda _: 1 / 0)
    admin.get(f"/patients?q={MARK}")
    admin.get(f"/?q={MARK}")
    with busy_office.ledger.reading() as tx:
        assert MARK in tx.execute(select(people_schema.patients.c.name_zh)).scalars().first()
    assert "a page broke" in caplog.text
    assert MARK not in caplog.text
