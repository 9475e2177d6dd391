from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"


def words(name: str) -> list[str]:
    """The first word of every line of a list in requirements/, in the form that locks write names."""
    lines = (line.partition("#")[0].strip() for line in (REQUIREMENTS / name).read_text(encoding="utf-8").splitlines())
    return [re.split(r"[ =<>]", line)[0].lower() for line in lines if line and not line.startswith("-")]


@pytest.mark.parametrize(
    ("wanted", "lock"),
    [("box.in", "box.txt"), ("box.in", "test.txt"), ("test.in", "test.txt"), ("built.in", "built.txt")],
)
def test_every_direct_dependency_is_locked(wanted: str, lock: str) -> None:
    assert set(words(wanted)) <= set(words(lock))


@pytest.mark.parametrize("lock", ["box.txt", "built.txt", "test.txt"])
def test_a_lock_pins_versions_and_hashes_and_no_place_to_fetch_them_from(lock: str) -> None:
    text = (REQUIREMENTS / lock).read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=[a-z])", text)[1:]:
        assert re.match(r"[a-z0-9-]+==\S+ ", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text


def test_the_tests_run_on_the_very_packages_of_the_box() -> None:
    box, test = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (REQUIREMENTS / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in ("box.txt", "test.txt")
    )
    assert box.items() <= test.items()


@pytest.mark.parametrize("listed", ["box.in", "built.in", "test.in", "box.apt", "test.apt"])
def test_every_dependency_has_its_reason(listed: str) -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    assert [name for name in words(listed) if f"`{name}`" not in reasons] == []


def browser_packages() -> tuple[dict[str, Any], dict[str, Any]]:
    """What webui/package.json names and what its lock holds."""
    wanted, lock = (
        json.loads((ROOT / "webui" / name).read_text(encoding="utf-8"))
        for name in ("package.json", "package-lock.json")
    )
    return wanted["dependencies"] | wanted["devDependencies"], lock["packages"]


def test_browser_packages_are_locked_by_hash_and_name_no_place_to_fetch_them_from() -> None:
    wanted, locked = browser_packages()
    assert {f"node_modules/{name}" for name in wanted} <= set(locked)
    for name, entry in locked.items():
        assert name == "" or entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
        assert not entry.get("hasInstallScript"), name


def test_every_browser_package_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert [name for name in browser_packages()[0] if f"`{name}`" not in reasons] == []
