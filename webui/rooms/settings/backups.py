"""Back-ups of everything the clinic has written: make one now, take one away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bottle import HTTPError, HTTPResponse

from firmware.staff.rights import Right
from firmware.storage import backups, tar_stream
from webui.reader import Reader
from webui.routes import Routes

ADDRESS = "/settings/backups"


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.BACKUP)
    routes.post(ADDRESS, make, Right.BACKUP)
    routes.post(f"{ADDRESS}/<label>/download", download, Right.BACKUP)


def show(reader: Reader) -> HTTPResponse:
    """The back-ups on the box, newest first."""
    found = backups.all_backups(reader.office.folders.ledger)
    return reader.page("settings/backups.html", backups=[_shown(reader, file) for file in reversed(found)])


def make(reader: Reader) -> HTTPResponse:
    """A back-up as of now, named by its moment."""
    label = f"by-hand-{reader.now.astimezone(reader.zone):%Y-%m-%d-%H%M%S}"
    with reader.changing("back-up") as change:
        change.detail = label
    backups.back_up(reader.office.folders.ledger, label, reader.now)
    return reader.done("settings.backup_made", ADDRESS)


def download(reader: Reader, label: str) -> HTTPResponse:
    """The back-up with the set-up documents and the clinic's own recordings of prompts, as one archive."""
    folders = reader.office.folders
    file = next((each for each in backups.all_backups(folders.ledger) if each.stem == label), None)
    if file is None:
        raise HTTPError(404)
    with reader.changing("back-up download") as change:
        change.detail = label
    name = f"clinicbox-{label}"
    headers = {"Content-Type": "application/x-tar", "Content-Disposition": f'attachment; filename="{name}.tar"'}
    return HTTPResponse(tar_stream.stream(_files(reader, file), name), 200, headers)


def _files(reader: Reader, ledger_copy: Path) -> Iterator[tuple[str, Path]]:
    folders = reader.office.folders
    yield folders.ledger.name, ledger_copy
    yield folders.setup.name, folders.setup
    for recording in sorted(folders.staff_recordings.rglob("*.wav")):
        yield f"prompts/staff/{recording.relative_to(folders.staff_recordings)}", recording


def _shown(reader: Reader, file: Path) -> dict[str, object]:
    status = file.stat()
    return {"label": file.stem, "at": reader.instant_of_file(status.st_mtime), "bytes": status.st_size}
