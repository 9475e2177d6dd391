"""Whether a document of lines could be served, told before the box is started with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from firmware.modem.line_setup import EXAMPLE, LineSetupError, read_lines


def check_lines(plain: Any) -> dict[str, Any]:
    """The document, which may also be only its list; raises `LineSetupError`."""
    document = {"lines": plain} if isinstance(plain, list) else plain
    if not isinstance(document, dict) or not isinstance(document.get("lines"), list):
        raise LineSetupError(f"the file must hold a list of lines: '- {EXAMPLE}'")
    read_lines(document)
    return document


def missing_devices(document: dict[str, Any]) -> list[str]:
    """The devices that are not plugged in now."""
    return [entry["device"] for entry in document["lines"] if not Path(entry["device"]).exists()]
