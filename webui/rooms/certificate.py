"""The box's certificate authority, for browsers in the clinic to trust: what it is, its fingerprint, the download."""

from __future__ import annotations

from bottle import HTTPResponse

from webui.certificates import CertificateFiles
from webui.reader import Reader
from webui.routes import Routes

FILE_NAME = "clinicbox.crt"


def add_to(routes: Routes) -> None:
    routes.public_get("/certificate", explain)
    routes.public_get(f"/certificate/{FILE_NAME}", download)


def explain(reader: Reader) -> HTTPResponse:
    """How to make this browser trust the box, with the fingerprint to compare with the one that the box prints."""
    files = CertificateFiles(reader.office.folders.certificates)
    fingerprint = files.fingerprint if files.authority.exists() else None
    return reader.page("certificate.html", fingerprint=fingerprint, file_name=FILE_NAME)


def download(reader: Reader) -> HTTPResponse:
    """The authority's certificate; it holds no secret."""
    files = CertificateFiles(reader.office.folders.certificates)
    if not files.authority.exists():
        return HTTPResponse("", 404)
    return HTTPResponse(files.authority.read_bytes(), 200, {"Content-Type": "application/x-x509-ca-cert"})
