"""The pop as the desk's page loads it beside the telephone, or as a page of its own."""

from __future__ import annotations

from bottle import HTTPResponse

from webui.forms import Form
from webui.reader import Reader, address
from webui.rooms.pop import shown

HERE = "/desk/pop"


def show(reader: Reader) -> HTTPResponse:
    """All about the call; without one, what is of use between calls."""
    if not reader.query.raw("call"):
        return reader.page("pop/none.html" if reader.is_part else "pop/page.html", call_id="")
    return pop_page(reader, shown.call_id_of(reader.query))


def show_facts(reader: Reader) -> HTTPResponse:
    """What the ledger knows now; nothing (204) while it is what the page has `seen`, so that nothing moves."""
    call_id = shown.call_id_of(reader.query)
    with reader.office.ledger.reading() as tx:
        context = shown.facts(reader, tx, call_id)
    if context["seen"] == reader.query.raw("seen"):
        return HTTPResponse("", 204)
    return reader.page("pop/facts.html", call_id=call_id, **context)


def pop_page(reader: Reader, call_id: str, form: Form | None = None) -> HTTPResponse:
    """The pop of the call, with what was filled in wrongly."""
    with reader.office.ledger.reading() as tx:
        context = shown.everything(reader, tx, call_id, form)
    return reader.page("pop/pop.html" if reader.is_part else "pop/page.html", **context)


def again(reader: Reader, call_id: str) -> HTTPResponse:
    """After a change: the pop as it is now, without leaving the desk's page."""
    if reader.is_part:
        return pop_page(reader, call_id)
    return reader.go(address(HERE, call=call_id))
