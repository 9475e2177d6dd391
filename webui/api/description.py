"""The OpenAPI description, as it lies in `openapi.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from webui.api.door import Asked, Json


@cache
def description() -> dict[str, Any]:
    """The document; OpenAPI 3.0.3."""
    document: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("openapi.yaml").read_text("utf-8"))
    return document


def show(_: Asked) -> Json:
    """The description itself"""
    return description()
