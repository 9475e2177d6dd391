"""What a form must be on the wire before its fields are used: whole, and nothing that takes long to take apart.

Bottle takes a body that broke off for one that ended, so half a form would be carried out; and it reads the heads of
parts line by line, however many there are. Both are looked for here, and what Bottle can't read is told apart from a
page that is broken.
"""

from __future__ import annotations

import re

from bottle import HTTPError, request

MOST_PARTS = 64
LARGEST_HEAD = 4096  # of one part, where its name and the file's name stand

_MALFORMED, _TOO_LARGE = 400, 413
_IN_PARTS = re.compile(r'multipart/form-data; ?boundary=("?)([A-Za-z0-9_-]{1,70})\1')  # as browsers write it


def refused_status() -> int | None:
    """The status with which the body of the current request is refused; None for one that was read and is good."""
    if len(request.body.read()) != max(0, request.content_length) or not _can_be_taken_apart():
        return _MALFORMED
    try:
        request.forms  # noqa: B018 - read here, kept by Bottle
    except HTTPError as error:
        return _TOO_LARGE if error.status_code == _TOO_LARGE else _MALFORMED
    except (ValueError, LookupError):  # bytes that are no text, a script nobody knows, a length that is no number
        return _MALFORMED
    return None


def _can_be_taken_apart() -> bool:
    kind = request.environ.get("CONTENT_TYPE", "")
    if not kind.strip().lower().startswith("multipart"):
        return True
    found = _IN_PARTS.fullmatch(kind)
    if found is None:
        return False
    parts = (b"\r\n" + request.body.read()).split(b"\r\n--" + found[2].encode(), MOST_PARTS + 2)[1:]
    return len(parts) <= MOST_PARTS + 1 and all(len(part.partition(b"\r\n\r\n")[0]) <= LARGEST_HEAD for part in parts)
