"""The clinic's own wording of its texts to patients, with how it reads and what it costs while it is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bottle import HTTPError, HTTPResponse

from firmware.clinic import notices, schedule, set_up, wordings
from firmware.clinic.errors import ProfileError
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.schedule import Wish
from firmware.language.values import LANGUAGES, Language
from firmware.sms_parts import parts_of
from firmware.staff.rights import Right
from webui import clinic_forms
from webui.forms import Form
from webui.reader import Reader
from webui.routes import Routes

ADDRESS = "/settings/wordings"


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show_all, Right.SETTINGS)
    routes.get(f"{ADDRESS}/<key>", show, Right.SETTINGS)
    routes.post(f"{ADDRESS}/<key>", save, Right.SETTINGS)
    routes.post(f"{ADDRESS}/<key>/preview", preview, Right.SETTINGS)
    routes.post(f"{ADDRESS}/<key>/revert", revert, Right.SETTINGS)


def show_all(reader: Reader) -> HTTPResponse:
    """Every text as it is now."""
    own = reader.profile.wordings
    catalogue = wordings.catalogue(own)
    changed = {key for key, _, _ in own}
    rows = [
        (key, [catalogue.template(key, language) for language in LANGUAGES], key in changed)
        for key in wordings.shipped().keys()  # noqa: SIM118 - a catalogue is no mapping
    ]
    return reader.page("settings/wordings.html", rows=rows)


def show(reader: Reader, key: str) -> HTTPResponse:
    return _page(reader, _known(key))


def save(reader: Reader, key: str) -> HTTPResponse:
    """Put the wording in place for every text that is written from now on."""
    form, documents = reader.form, reader.office.documents
    before = documents.load(set_up.CLINIC) or {}
    clinic_forms.check_unchanged(form, before)
    texts = _read(form, _known(key))
    if not form.is_good:
        return _page(reader, key, 422)
    try:
        with reader.changing("wording set") as change:
            own = {**before.get("wordings", {}), key: texts}
            set_up.save_clinic(change.tx, documents, {**before, "wordings": own})
            change.detail = key
    except ProfileError as error:
        return _page(reader, key, 422, told=reader.words("refused.setting", reason=str(error)))
    return reader.done("settings.saved", ADDRESS)


def revert(reader: Reader, key: str) -> HTTPResponse:
    """As shipped again."""
    documents = reader.office.documents
    before = documents.load(set_up.CLINIC) or {}
    own = {name: texts for name, texts in before.get("wordings", {}).items() if name != _known(key)}
    with reader.changing("wording reverted") as change:
        set_up.save_clinic(change.tx, documents, {**before, "wordings": own})
        change.detail = key
    return reader.done("settings.reverted", f"{ADDRESS}/{key}")


def preview(reader: Reader, key: str) -> HTTPResponse:
    """How the text would read for the next free visit, and its parts; or what is wrong with it."""
    form = reader.form
    samples = [_sample(reader, _known(key), language, form.raw(f"text_{language}")) for language in LANGUAGES]
    return reader.page("settings/wording_preview.html", samples=samples)


def _sample(reader: Reader, key: str, language: Language, text: str) -> dict[str, Any]:
    try:
        wordings.check(key, language, text)
    except ValueError as error:
        return {"language": language, "wrong": str(error)}
    profile = replace(reader.profile, wordings=((key, language, text),))
    body = _example(reader, profile, key, language)
    return {"language": language, "wrong": "", "text": body, "parts": parts_of(body), "characters": len(body)}


def _example(reader: Reader, profile: ClinicProfile, key: str, language: Language) -> str:
    """The text for the next free visit of its kind; the bare wording when nothing is free."""
    form = key.partition(".")[2]
    with reader.office.ledger.reading() as tx:
        free = schedule.next_free(tx, profile, reader.now, Wish(), most=200)
    slot = next((each for each in free if each.session.is_by_number == (form == "number")), None)
    if slot is None:
        return wordings.catalogue(profile.wordings).template(key, language)
    return notices.example(profile, reader.now, slot, language, key)


def _read(form: Form, key: str) -> dict[str, str]:
    texts = {}
    for language in LANGUAGES:
        name = f"text_{language}"
        texts[language] = form.text(name, wordings.MOST_CHARACTERS)
        try:
            wordings.check(key, language, texts[language])
        except ValueError:
            form.refuse(name, "settings.wording_wrong")
    return texts


def _known(key: str) -> str:
    if key not in wordings.shipped().keys():  # noqa: SIM118 - a catalogue is no mapping
        raise HTTPError(404)
    return key


def _page(reader: Reader, key: str, status: int = 200, told: str = "") -> HTTPResponse:
    own = reader.profile.wordings
    catalogue, shipped = wordings.catalogue(own), wordings.shipped()
    texts = {language: catalogue.template(key, language) for language in LANGUAGES}
    return reader.page(
        "settings/wording.html", status, key=key, texts=texts, told=told,
        shipped={language: shipped.template(key, language) for language in LANGUAGES},
        gaps=sorted(wordings.known_gaps(key)), needed=wordings.needed_gaps(key),
        is_own=any(name == key for name, _, _ in own), form=reader.form if status != 200 else None,
        samples=[_sample(reader, key, language, texts[language]) for language in LANGUAGES],
        seen=clinic_forms.fingerprint(reader.office.documents.load(set_up.CLINIC)),
    )  # fmt: skip
