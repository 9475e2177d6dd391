from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_every_file_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [page.parent / target for target in re.findall(r"\]\(([^):#]+)\)", text)]
    files = [ROOT / name for name in re.findall(r"`((?:firmware|webui|tests|requirements|docs)/[\w/.]*)`", text)]
    assert [str(path) for path in [*links, *files] if not path.exists()] == []
