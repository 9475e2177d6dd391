from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def box() -> Iterator[Path]:
    """The wrapper in a folder of its own, with an npm that only notes its calls to install and one command, `ran`;
    readable by everyone."""
    before = os.umask(0o022)  # a test of a command in this process may have left it for the owner only
    folder = Path(tempfile.mkdtemp(prefix="clinic box "))
    folder.chmod(0o755)
    shutil.copy(ROOT / "clinicbox", folder)
    (folder / "requirements").mkdir()
    (folder / "requirements" / "box.txt").write_text(noting_npm(folder), encoding="utf-8")
    (folder / "requirements" / "built.txt").write_text("# none\n", encoding="utf-8")
    (folder / "requirements" / "box.apt").write_text("# none\npython3-venv\n", encoding="utf-8")
    (folder / "webui").mkdir()
    (folder / "webui" / "package-lock.json").write_text('{\n"node_modules/one": {}\n}\n', encoding="utf-8")
    (folder / "firmware" / "cli").mkdir(parents=True)
    (folder / "firmware" / "cli" / "__main__.py").write_text(
        "import os, sys\nprint('ran', *sys.argv[1:], os.getcwd())\n", encoding="utf-8"
    )
    yield folder
    shutil.rmtree(folder)
    os.umask(before)


NPM = """#!/bin/sh
echo "$@" >>"$3/npm-calls"
mkdir -p "$3/node_modules"
"""


def noting_npm(folder: Path) -> str:
    """The lock line of a package, made in `folder`, whose program `npm` notes how it was called."""
    wheel, about = folder / "npm-1-py3-none-any.whl", "npm-1.dist-info"
    program = zipfile.ZipInfo("npm-1.data/scripts/npm")
    program.external_attr = 0o100755 << 16
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr(program, NPM)
        files.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: npm\nVersion: 1\n")
        files.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        files.writestr(f"{about}/RECORD", "")
    return f"npm @ {wheel.as_uri()} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def npm_calls(box: Path) -> list[str]:
    calls = box / "webui" / "npm-calls"
    return calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []


def start(box: Path, *arguments: str, user: str | None = None) -> subprocess.Popen[str]:
    command = [str(box / "clinicbox"), *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/", user=user
    )


def test_two_first_starts_set_up_once_and_a_third_sets_up_nothing(box: Path) -> None:
    both = [start(box, "a b"), start(box, "a b")]
    said = [process.communicate() for process in both]
    assert [out for out, _ in said] == ["ran a b /\n"] * 2
    assert sum("[2/4] Python environment" in err for _, err in said) == 1
    assert start(box).communicate() == ("ran /\n", "")
    assert len(npm_calls(box)) == 1


def test_a_set_up_that_was_interrupted_is_done_again(box: Path) -> None:
    (box / ".venv").mkdir()
    (box / ".venv" / "half-a-package").touch()
    out, err = start(box).communicate()
    assert out == "ran /\n"
    assert "[2/4]" in err
    assert not (box / ".venv" / "half-a-package").exists()


def test_browser_parts_that_came_half_way_are_fetched_again(box: Path) -> None:
    start(box).communicate()
    (box / "webui" / "node_modules" / ".installed").unlink()
    out, err = start(box).communicate()
    assert out == "ran /\n"
    assert err == "clinicbox: [4/4] Browser parts: 1 packages\n"


def test_a_new_list_of_browser_parts_is_fetched_without_touching_python(box: Path) -> None:
    start(box).communicate()
    (box / "webui" / "package-lock.json").write_text("{}\n", encoding="utf-8")
    _, err = start(box).communicate()
    assert "[4/4]" in err
    assert "[3/4]" not in err


def test_a_new_list_of_what_is_built_here_is_installed(box: Path) -> None:
    start(box).communicate()
    (box / "requirements" / "built.txt").write_text("# another\n", encoding="utf-8")
    _, err = start(box).communicate()
    assert "[3/4]" in err
    assert "[2/4]" not in err


def test_what_is_built_here_must_have_the_hash_that_is_written_down(box: Path) -> None:
    source = box / "made-1.tar.gz"
    source.write_bytes(b"somebody else's")
    (box / "requirements" / "built.txt").write_text(f"made @ {source.as_uri()} --hash=sha256:{'0' * 64}\n")
    process = start(box)
    _, err = process.communicate()
    assert process.returncode != 0
    assert "DO NOT MATCH THE HASHES" in err


def test_only_the_tests_get_the_browser_parts_of_the_tests(box: Path) -> None:
    (box / "requirements" / "test.apt").touch()
    shutil.copy(box / "requirements" / "box.txt", box / "requirements" / "test.txt")
    for arguments in ([], ["test"], ["test"], []):
        start(box, *arguments).communicate()
    assert ["--omit=dev" in call for call in npm_calls(box)] == [True, False]
    assert all("--ignore-scripts" in call for call in npm_calls(box))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_who_may_not_install_gets_the_line_that_root_must_run(box: Path) -> None:
    wanted = "no-such-package other-name\nelsewhere-only @another-release\nbash\n"
    (box / "requirements" / "box.apt").write_text(wanted, encoding="utf-8")
    process = start(box, user="nobody")
    out, err = process.communicate()
    assert process.returncode == 1
    assert out == ""
    assert "\n    apt-get update && apt-get install -y --no-install-recommends no-such-package\n" in err
    assert not (box / ".venv").exists()
