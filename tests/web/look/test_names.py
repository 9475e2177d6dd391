"""A page that misspells a class or an icon looks broken to people and fine to every other test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webui.assets import STATIC
from webui.icons import icon
from webui.render import VIEWS

TEMPLATES = sorted(VIEWS.rglob("*.html"))
FOR_SCRIPTS = re.compile(r"js-[a-z-]+")  # a handle for a module, without a look


def classes_used(markup: str) -> set[str]:
    """Names in class attributes; those put together from values are left out."""
    values = [re.sub(r"\{\{.*?\}\}", "?", value) for value in re.findall(r'class="([^"]*)"', markup)]
    plain = [re.sub(r"\{%.*?%\}", " ", value) for value in values]
    return {name for value in plain for name in value.split() if "?" not in name}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: str(file.relative_to(VIEWS)))
def test_every_class_has_a_look(template: Path) -> None:
    sheets = "".join(file.read_text(encoding="utf-8") for file in (STATIC / "css").glob("*.css"))
    known = set(re.findall(r"\.([a-z][a-z0-9-]*)", sheets))
    used = classes_used(template.read_text(encoding="utf-8"))
    assert sorted(name for name in used - known if not FOR_SCRIPTS.fullmatch(name)) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: str(file.relative_to(VIEWS)))
def test_every_icon_exists(template: Path) -> None:
    for name in re.findall(r"""icon\(["']([^"']*)["']""", template.read_text(encoding="utf-8")):
        assert icon(name)


def test_no_part_of_a_page_misses_the_last_of_several_events() -> None:
    """htmx forgets what comes within a throttle's time; live.js spaces events out and tells the last one for sure."""
    assert [view.name for view in TEMPLATES if "throttle:" in view.read_text(encoding="utf-8")] == []
