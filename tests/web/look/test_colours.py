"""Contrast after WCAG 2.2 (1.4.3 and 1.4.11), computed from the tokens, for light and dark."""

from __future__ import annotations

import re

import pytest

from webui.assets import STATIC

TEXT, SIGN = 4.5, 3.0  # the least ratio of text, of borders and other signs
GROUNDS = ("page", "card", "sunken")
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "ink-quiet", "accent-ink", "bad-ink") for ground in GROUNDS],
    *[(f"{role}-ink", f"{role}-tint", TEXT) for role in ("accent", "good", "busy", "bad", "quiet")],
    *[("ink", f"{role}-tint", TEXT) for role in ("accent", "good", "busy", "bad", "quiet")],
    ("ink-quiet", "accent-tint", TEXT),
    ("good-ink", "card", TEXT),
    ("busy-ink", "card", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-deep", TEXT),
    ("on-bad", "bad", TEXT),
    *[(sign, ground, SIGN) for sign in ("rule-strong", "focus", "accent", "bad") for ground in GROUNDS],
]


def colours(theme: str) -> dict[str, str]:
    files = ["tokens.css"] + (["dark.css"] if theme == "dark" else [])
    sheets = [(STATIC / "css" / file).read_text(encoding="utf-8") for file in files]
    return {name: value for sheet in sheets for name, value in re.findall(r"--([\w-]+): #([0-9a-f]{6});", sheet)}


def luminance(colour: str) -> float:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[place : place + 2]) for place in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_can_be_read(theme: str) -> None:
    known = colours(theme)
    for ink, ground, least in PAIRS:
        lighter, darker = sorted((luminance(known[ink]), luminance(known[ground])), reverse=True)
        ratio = (lighter + 0.05) / (darker + 0.05)
        assert ratio >= least, f"{ink} on {ground} in the {theme}: {ratio:.2f}"


def test_the_dark_gives_every_colour_anew() -> None:
    light, dark = ((STATIC / "css" / file).read_text(encoding="utf-8") for file in ("tokens.css", "dark.css"))
    named = [set(re.findall(r"--([\w-]+): (?:#|rgb|0 )", sheet)) for sheet in (light, dark)]
    assert named[0] == named[1]
