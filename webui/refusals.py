"""What can't be done, told in the reader's language: one map from errors to words and statuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import desk, errors, patient_changes, quality, sample, set_up
from firmware.clinic.patient_changes import CannotChange
from firmware.clinic.roster_document import RosterError
from firmware.control.channel import NotRunning, Refused
from firmware.ivr.fields import FlowError
from firmware.language.values import Money
from firmware.staff import errors as staff
from firmware.storage.errors import LedgerBusy, StorageError
from webui.flashes import Flash
from webui.reader import Reader
from webui.routes import Route
from webui.words import Words

STATUS_PAGES = frozenset({400, 401, 403, 404, 409, 413, 500, 503})

Sentence = Callable[[Any, Words], str]

_SENTENCES: dict[type[Exception], Sentence] = {
    errors.SlotOff: lambda error, t: t("refused.slot_off"),
    errors.SlotTaken: lambda error, t: t("refused.slot_taken"),
    errors.NoSuchSlot: lambda error, t: t("refused.no_such_slot"),
    errors.BeyondHorizon: lambda error, t: t("refused.beyond_horizon", day=t.day(error.last_day)),
    errors.AlreadyBookedThatDay: lambda error, t: t("refused.already_booked_that_day"),
    errors.HoldLost: lambda error, t: t("refused.slot_taken"),
    errors.NoSuchBooking: lambda error, t: t("refused.no_such_booking"),
    errors.AlreadyCancelled: lambda error, t: t("refused.already_cancelled"),
    errors.TooLateToCancel: lambda error, t: t("refused.too_late_to_cancel"),
    errors.NotEnoughMoney: lambda error, t: t("refused.not_enough_money", missing=Money(error.missing_cents)),
    errors.NoAccount: lambda error, t: t("refused.no_account"),
    errors.NoSuchPatient: lambda error, t: t("refused.no_such_patient"),
    desk.PatientDeceased: lambda error, t: t("refused.patient_deceased"),
    errors.TextTooLong: lambda error, t: t(
        "refused.text_too_long", text=error.text, parts=error.parts, most=error.most
    ),
    errors.ProfileError: lambda error, t: t("refused.setting", reason=str(error)),
    patient_changes.ChangedMeanwhile: lambda error, t: t("form.changed_meanwhile"),
    patient_changes.ReachesAlready: lambda error, t: t("refused.reaches_already"),
    patient_changes.ReachesNot: lambda error, t: t("refused.reaches_not"),
    patient_changes.OwnGuardian: lambda error, t: t("refused.own_guardian"),
    patient_changes.GuardianDeceased: lambda error, t: t("refused.guardian_deceased"),
    patient_changes.GuardianUnderage: lambda error, t: t("refused.guardian_underage"),
    CannotChange: lambda error, t: t("refused.cannot_change", reason=str(error)),
    set_up.OtherClinic: lambda error, t: t("refused.other_clinic"),
    sample.LedgerNotEmpty: lambda error, t: t("refused.other_clinic"),
    RosterError: lambda error, t: t("refused.roster", reason=str(error)),
    FlowError: lambda error, t: t("refused.flow", reason=str(error)),
    staff.WrongLogin: lambda error, t: t("refused.wrong_login"),
    staff.TooManyTries: lambda error, t: t("refused.too_many_tries", seconds=error.retry_after_s),
    staff.WeakPassword: lambda error, t: t(f"refused.password.{error.reason}"),
    staff.BadLogin: lambda error, t: t("refused.bad_login"),
    staff.BadName: lambda error, t: t("refused.bad_name"),
    staff.LoginTaken: lambda error, t: t("refused.login_taken"),
    staff.NoSuchUser: lambda error, t: t("refused.no_such_user"),
    staff.NoSuchAgent: lambda error, t: t("refused.no_such_agent"),
    staff.MayNotAnswer: lambda error, t: t("refused.may_not_answer", login=error.login),
    staff.BadExtension: lambda error, t: t("refused.bad_extension"),
    staff.ExtensionTaken: lambda error, t: t("refused.extension_taken", login=error.login),
    staff.LastAdmin: lambda error, t: t("refused.last_admin"),
    staff.NoClaim: lambda error, t: t("refused.no_claim"),
    staff.WrongCode: lambda error, t: t("refused.wrong_code", tries=error.tries_left),
    quality.NotInTheTalk: lambda error, t: t("refused.not_in_the_talk"),
    quality.JudgesSelf: lambda error, t: t("refused.judges_self"),
    quality.AlreadyAppealed: lambda error, t: t("refused.already_appealed"),
    quality.AlreadyDecided: lambda error, t: t("refused.already_decided"),
    quality.NoSuchScore: lambda error, t: t("refused.no_such_score"),
    quality.BadPoints: lambda error, t: t("quality.points_wrong"),
    NotRunning: lambda error, t: t("refused.phone_service_away"),
    Refused: lambda error, t: t("refused.phone_service", reason=str(error)),
    LedgerBusy: lambda error, t: t("refused.busy"),
    StorageError: lambda error, t: t("refused.storage", reason=str(error)),
}


def sentence(error: Exception, words: Words) -> str:
    """What the error means for the person who sees it."""
    for kind in type(error).__mro__:
        if kind in _SENTENCES:
            return _SENTENCES[kind](error, words)
    return words("refused.otherwise", reason=str(error))


def answer(reader: Reader, route: Route, error: Exception) -> HTTPResponse:
    """The answer to a request that a rule refused: back to the form with the reason, or a page that says it."""
    told = sentence(error, reader.words)
    if route.method == "POST":
        return reader.go(reader.came_from, Flash(told, "bad"))
    return reader.page("refused.html", 409, code=409, told=told)


def no_clinic(reader: Reader) -> HTTPResponse:
    """The page before a clinic is set up, for people who can't do that themselves."""
    return reader.page("refused.html", 409, code=409, told=reader.words("wizard.no_clinic_yet"))


def page(reader: Reader, status: int) -> HTTPResponse:
    """The page for a status: what happened and what to do next."""
    known = status if status in STATUS_PAGES else 404
    return reader.page("refused.html", known, code=known, told=reader.words(f"status.{known}"))
