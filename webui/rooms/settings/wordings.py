"""The clinic's own wording of its texts to patients, with how it reads and what it costs while it is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bottle import HTTPError, HTTPResponse

from firmware.clinic import notices, schedule, set_up, wordings
from firmware.clinic.errors import TextTooLong
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster import Slot
from firmware.clinic.schedule import Wish
from firmware.clinic.wordings import BadWording
from firmware.language.values import LANGUAGES, Language
from firmware.sms_parts import parts_of
from firmware.staff.rights import Right
from webui.forms import Form
from webui.reader import Change, Reader
from webui.rooms.settings import saving
from webui.rooms.settings.saving import NotSaved
from webui.routes import Routes
from webui.words import Words

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
    texts = _read(reader.form, _known(key))

    def do() -> None:
        saving.save(reader, "wording set", lambda change, before: _worded(change, before, key, texts))

    return saving.answer(reader, do, lambda refusal: _page(reader, key, refusal), ADDRESS)


def revert(reader: Reader, key: str) -> HTTPResponse:
    """As shipped again."""
    saving.put(reader, "wording reverted", lambda change, before: _worded(change, before, _known(key), None))
    return reader.done("settings.reverted", f"{ADDRESS}/{key}")


def _worded(change: Change, before: dict[str, Any], key: str, texts: dict[str, str] | None) -> dict[str, Any]:
    change.detail = key
    others = {name: own for name, own in before.get("wordings", {}).items() if name != key}
    return {**before, "wordings": others if texts is None else {**others, key: texts}}


def preview(reader: Reader, key: str) -> HTTPResponse:
    """How the text would read for the next free visit, and its parts; or what is wrong with it."""
    texts = {language: reader.form.raw(f"text_{language}") for language in LANGUAGES}
    return reader.page("settings/wording_preview.html", samples=_samples(reader, _known(key), texts))


def _samples(reader: Reader, key: str, texts: dict[Language, str]) -> list[dict[str, Any]]:
    slot = _next_free(reader, key)
    return [_sample(reader, key, language, text, slot) for language, text in texts.items()]


def _sample(reader: Reader, key: str, language: Language, text: str, slot: Slot | None) -> dict[str, Any]:
    try:
        wordings.check(key, language, text)
    except BadWording as error:
        return {"language": language, "wrong": _reason(reader.words, error)}
    others = tuple(each for each in reader.profile.wordings if each[:2] != (key, language))
    profile = replace(reader.profile, wordings=tuple(sorted((*others, (key, language, text)))))
    body = _example(reader, profile, key, language, slot)
    sample = {"language": language, "wrong": "", "most": 0}
    try:
        with reader.office.ledger.reading() as tx:
            notices.check_parts(profile, schedule.all_sessions(tx))
    except TextTooLong as error:
        body, sample["most"] = error.text, error.most
    return sample | {"text": body, "parts": parts_of(body), "characters": len(body)}


def _reason(words: Words, error: BadWording) -> str:
    return words(f"settings.wording.{error.reason}", gap="{" + error.gap + "}", most=wordings.MOST_CHARACTERS)


def _next_free(reader: Reader, key: str) -> Slot | None:
    """The next free visit of the kind that the text is about."""
    is_by_number = key.partition(".")[2] == "number"
    with reader.office.ledger.reading() as tx:
        free = schedule.next_free(tx, reader.profile, reader.now, Wish(), most=200)
    return next((each for each in free if each.session.is_by_number == is_by_number), None)


def _example(reader: Reader, profile: ClinicProfile, key: str, language: Language, slot: Slot | None) -> str:
    """The text for that visit; the bare wording when nothing is free."""
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
        except BadWording:
            form.refuse(name, "settings.wording_wrong")
    return texts


def _known(key: str) -> str:
    if key not in wordings.shipped().keys():  # noqa: SIM118 - a catalogue is no mapping
        raise HTTPError(404)
    return key


def _page(reader: Reader, key: str, refusal: NotSaved | None = None) -> HTTPResponse:
    own = reader.profile.wordings
    catalogue, shipped = wordings.catalogue(own), wordings.shipped()
    texts = {language: catalogue.template(key, language) for language in LANGUAGES}
    typed = {language: reader.form.raw(f"text_{language}") for language in LANGUAGES} if refusal else texts
    return saving.page(
        reader, "settings/wording.html", set_up.CLINIC, refusal, key=key, texts=texts,
        shipped={language: shipped.template(key, language) for language in LANGUAGES},
        gaps=sorted(wordings.known_gaps(key)), needed=wordings.needed_gaps(key),
        is_own=any(name == key for name, _, _ in own),
        samples=_samples(reader, key, typed),
    )  # fmt: skip
