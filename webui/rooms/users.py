"""Who may sign in, and as what."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.language.values import Name
from firmware.staff import agents, users
from firmware.staff.errors import BadLogin, BadName, LoginTaken, NoSuchAgent, WeakPassword
from firmware.staff.records import User
from firmware.staff.rights import Right, Role, may
from firmware.storage.ledger import Transaction
from webui.flashes import Undo
from webui.reader import Reader
from webui.rooms.account import Errors, beside_field
from webui.routes import Routes

USERS = "/users"
ROLES = tuple(Role)


def add_to(routes: Routes) -> None:
    routes.get(USERS, show_all, Right.USERS)
    routes.get(f"{USERS}/new", ask_new, Right.USERS)
    routes.post(f"{USERS}/new", add, Right.USERS)
    routes.get(f"{USERS}/<user_id:int>", show, Right.USERS)
    routes.post(f"{USERS}/<user_id:int>/role", set_role, Right.USERS)
    routes.post(f"{USERS}/<user_id:int>/password", set_password, Right.USERS)
    routes.post(f"{USERS}/<user_id:int>/active", set_active, Right.USERS)


def show_all(reader: Reader) -> HTTPResponse:
    """Everybody, and what each role may do."""
    with reader.office.ledger.reading() as tx:
        people = users.all_users(tx)
    return reader.page("users/list.html", people=people, roles=ROLES, rights=tuple(Right), role_may=may)


def ask_new(reader: Reader) -> HTTPResponse:
    return _new_page(reader, {})


def add(reader: Reader) -> HTTPResponse:
    """A new account."""
    form = reader.form
    login, name = form.text("login", users.MOST_LOGIN), form.text("name", users.MOST_NAME)
    role, password = form.choice("role", ROLES), form.secret("password")
    if not form.is_good:
        return _new_page(reader, {})
    try:
        with reader.changing("user added") as change:
            user = users.create(change.tx, change.now, login, name, Role(role), password)
            change.detail = f"{user.login}, {role}"
    except (WeakPassword, BadLogin, BadName, LoginTaken) as error:
        return _new_page(reader, beside_field(reader, error))
    return reader.done("users.added", USERS, name=_name(user))


def show(reader: Reader, user_id: int) -> HTTPResponse:
    return _user_page(reader, user_id, {})


def set_role(reader: Reader, user_id: int) -> HTTPResponse:
    """They sign in again afterwards; who changes their own stays."""
    role = reader.form.choice("role", ROLES)
    if not reader.form.is_good:
        return _user_page(reader, user_id, {})
    with reader.changing("user role") as change:
        user = users.by_id(change.tx, user_id)
        users.set_role(change.tx, user_id, Role(role), _own_session(reader))
        change.detail = f"{user.login}, {user.role} to {role}"
    undo = Undo(f"{USERS}/{user_id}/role", {"role": user.role.value})
    return reader.done("users.role_changed", USERS, undo, name=_name(user), role=reader.words(f"role.{role}"))


def set_password(reader: Reader, user_id: int) -> HTTPResponse:
    """For people who forgot theirs."""
    try:
        with reader.changing("user password") as change:
            user = users.by_id(change.tx, user_id)
            password = reader.form.secret("password")
            users.change_password(change.tx, change.now, user_id, password, but=_own_session(reader))
            change.detail = user.login
    except WeakPassword as error:
        return _user_page(reader, user_id, beside_field(reader, error))
    return reader.done("users.password_changed", USERS, name=_name(user))


def set_active(reader: Reader, user_id: int) -> HTTPResponse:
    """Switch an account off or on."""
    is_active = reader.form.flag("active")
    with reader.changing("user switched on" if is_active else "user switched off") as change:
        user = users.by_id(change.tx, user_id)
        users.set_active(change.tx, user_id, is_active)
        change.detail = user.login
    undo = Undo(f"{USERS}/{user_id}/active", {"active": "0" if is_active else "1"})
    return reader.done("users.switched_on" if is_active else "users.switched_off", USERS, undo, name=_name(user))


def _own_session(reader: Reader) -> str | None:
    return reader.session.token_hash if reader.session else None


def _name(user: User) -> Name:
    return Name(user.name, user.name)


def _new_page(reader: Reader, errors: Errors) -> HTTPResponse:
    form = reader.form
    status = 422 if errors or not form.is_good else 200
    return reader.page("users/new.html", status, form=form, errors=errors, roles=_role_choices(reader))


def _user_page(reader: Reader, user_id: int, errors: Errors) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        user, extension = users.by_id(tx, user_id), _extension(tx, user_id)
    form = reader.form
    status = 422 if errors or not form.is_good else 200
    return reader.page(
        "users/one.html",
        status,
        user=user,
        form=form,
        errors=errors,
        roles=_role_choices(reader),
        answers=user.is_active and user.may(Right.ANSWER),
        extension=extension,
    )


def _extension(tx: Transaction, user_id: int) -> str:
    """The number that colleagues dial; "" when the person takes no calls."""
    try:
        return agents.find(tx, user_id).extension
    except NoSuchAgent:
        return ""


def _role_choices(reader: Reader) -> list[tuple[str, str, str]]:
    return [(role.value, reader.words(f"role.{role}"), reader.words(f"role.{role}.about")) for role in ROLES]
