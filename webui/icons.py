"""Icons of the Bootstrap Icons package as markup that stands in the page itself and takes the colour of its text."""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup

from webui.assets import PACKAGES, BrowserPartsMissing

FOLDER = PACKAGES / "bootstrap-icons" / "icons"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHAPES = re.compile(r'<svg[^>]* viewBox="([0-9 ]+)"[^>]*>(.*)</svg>', re.DOTALL)

_DECORATION = Markup('<svg class="icon" viewBox="{}" fill="currentColor" aria-hidden="true">{}</svg>')
_SIGN = Markup(
    '<svg class="icon" viewBox="{}" fill="currentColor" role="img" aria-label="{}"><title>{}</title>{}</svg>'
)


class NoSuchIcon(LookupError):
    """The package has no icon of this name."""


def icon(name: str, title: str = "") -> Markup:
    """The icon beside a text that says the same; one that stands alone needs a `title` that says what it means."""
    box, shapes = _drawing(name)
    return _SIGN.format(box, title, title, shapes) if title else _DECORATION.format(box, shapes)


@cache
def _drawing(name: str) -> tuple[str, Markup]:
    if not FOLDER.is_dir():
        raise BrowserPartsMissing("the icons are missing: start ./clinicbox, it fetches them")
    file = FOLDER / f"{name}.svg"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise NoSuchIcon(name)
    found = _SHAPES.search(file.read_text(encoding="utf-8"))
    if found is None:
        raise NoSuchIcon(name)
    return found[1], Markup(found[2].strip())  # noqa: S704 - a file of a package pinned by its hash
