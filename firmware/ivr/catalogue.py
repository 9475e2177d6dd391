"""All prompts of the dialogues, in every language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from firmware.language.catalogue import Catalogue

HERE = Path(__file__).parent


@cache
def prompts() -> Catalogue:
    """The catalogue of everything that a dialogue says."""
    return Catalogue(*sorted((HERE / "prompts").glob("*.yaml")))
