"""Who takes calls: extension, languages, queues with how soon each is asked, a telephone elsewhere, class of calls."""

from __future__ import annotations

from dataclasses import dataclass

from bottle import HTTPResponse

from firmware.clinic.desk_settings import DeskSettings
from firmware.staff import agents, users
from firmware.staff.agents import LANGUAGES, Agent, Card
from firmware.staff.errors import BadExtension, ExtensionTaken, NoSuchAgent
from firmware.staff.records import User
from firmware.staff.rights import Right
from firmware.storage.ledger import Transaction
from webui import refusals
from webui.forms import Form
from webui.reader import Reader
from webui.routes import Routes

ADDRESS = "/settings/agents"
ONE = f"{ADDRESS}/<user_id:int>"
LEVELS = (1, 2, 3)
FIRST_EXTENSION = 8001


@dataclass(frozen=True)
class Row:
    """One of the staff who may take calls; `agent` None: does not yet."""

    user: User
    agent: Agent | None


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show_all, Right.SUPERVISE)
    routes.get(ONE, show, Right.SUPERVISE)
    routes.post(ONE, save, Right.SUPERVISE)
    routes.post(f"{ONE}/remove", remove, Right.SUPERVISE)


def show_all(reader: Reader) -> HTTPResponse:
    """Everybody who may take calls, those who do first."""
    with reader.office.ledger.reading() as tx:
        there = {agent.user_id: agent for agent in agents.all(tx)}
        able = [user for user in users.all_users(tx) if user.is_active and user.may(Right.ANSWER)]
    rows = sorted((Row(user, there.get(user.id)) for user in able), key=_order)
    settings = reader.office.desk_settings()
    return reader.page("settings/agents.html", rows=rows, queues=settings.queues, classes=_classes(reader, settings))


def show(reader: Reader, user_id: int) -> HTTPResponse:
    return _page(reader, user_id)


def save(reader: Reader, user_id: int) -> HTTPResponse:
    """Let somebody take calls, or change how; whoever is at the desk now works by it from the next sign-in on."""
    settings = reader.office.desk_settings()
    card = _read(reader.form, settings)
    if card is None:
        return _page(reader, user_id, 422)
    try:
        with reader.changing("agent set") as change:
            made = agents.make(change.tx, user_id, card, settings.emergency_numbers)
            change.detail = f"{made.login}, {made.extension}"
    except (BadExtension, ExtensionTaken) as error:
        return _page(reader, user_id, 422, refusals.sentence(error, reader.words))
    return reader.done("agent.saved", ADDRESS, name=made.name, extension=made.extension)


def remove(reader: Reader, user_id: int) -> HTTPResponse:
    """Somebody takes calls no more; what they did stays in the figures."""
    with reader.changing("agent removed") as change:
        agent = agents.find(change.tx, user_id)
        agents.remove(change.tx, user_id)
        change.detail = f"{agent.login}, {agent.extension}"
    return reader.done("agent.removed", ADDRESS, name=agent.name)


def _page(reader: Reader, user_id: int, status: int = 200, extension_error: str = "") -> HTTPResponse:
    settings = reader.office.desk_settings()
    with reader.office.ledger.reading() as tx:
        user, agent, free = users.by_id(tx, user_id), _agent(tx, user_id), _free_extension(tx)
    card = agent or Card(extension=free, skills={queue.key: 1 for queue in settings.queues})
    return reader.page(
        "settings/agent.html",
        status,
        form=reader.form if status != 200 else None,
        user=user,
        agent=agent,
        card=card,
        queues=settings.queues,
        levels=sorted({*LEVELS, *card.skills.values()}),
        languages=LANGUAGES,
        classes=_classes(reader, settings),
        extension_error=extension_error,
    )


def _read(form: Form, settings: DeskSettings) -> Card | None:
    """The card that the form describes; None, with the reasons in the form, when it describes none."""
    languages = tuple(each for each in LANGUAGES if form.flag(f"speaks_{each}"))
    if not languages:
        form.refuse("speaks_zh", "agent.needs_language")
    levels = {queue.key: form.whole(f"level_{queue.key}", 0, 9, 0) for queue in settings.queues}
    extension = form.text("extension", agents.MOST_DIGITS)
    phone_number = form.phone("phone_number", needed=False)
    outside_class = form.choice("outside_class", [each.key for each in settings.call_classes])
    if not form.is_good:
        return None
    return Card(
        extension=extension,
        languages=languages,
        skills={key: level for key, level in levels.items() if level},
        phone_number=phone_number,
        outside_class=outside_class,
    )


def _agent(tx: Transaction, user_id: int) -> Agent | None:
    try:
        return agents.find(tx, user_id)
    except NoSuchAgent:
        return None


def _free_extension(tx: Transaction) -> str:
    """The first one after 8000 that nobody has."""
    taken = {agent.extension for agent in agents.all(tx)}
    return next(str(number) for number in range(FIRST_EXTENSION, FIRST_EXTENSION + 1000) if str(number) not in taken)


def _order(row: Row) -> tuple[bool, str, str]:
    return row.agent is None, row.agent.extension if row.agent else "", row.user.login


def _classes(reader: Reader, settings: DeskSettings) -> list[tuple[str, str]]:
    return [(each.key, reader.words.name(each.name) or each.key) for each in settings.call_classes]
