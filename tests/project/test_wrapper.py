from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def box() -> Iterator[Path]:
    """The wrapper in a folder of its own, with nothing to install and one command, `ran`; readable by everyone."""
    folder = Path(tempfile.mkdtemp(prefix="clinic box "))
    folder.chmod(0o755)
    shutil.copy(ROOT / "clinicbox", folder)
    (folder / "requirements").mkdir()
    (folder / "requirements" / "box.txt").touch()
    (folder / "requirements" / "box.apt").write_text("# none\npython3-venv\n", encoding="utf-8")
    (folder / "firmware" / "cli").mkdir(parents=True)
    (folder / "firmware" / "cli" / "__main__.py").write_text(
        "import os, sys\nprint('ran', *sys.argv[1:], os.getcwd())\n", encoding="utf-8"
    )
    yield folder
    shutil.rmtree(folder)


def start(box: Path, *arguments: str, user: str | None = None) -> subprocess.Popen[str]:
    command = [str(box / "clinicbox"), *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/", user=user
    )


def test_two_first_starts_set_up_once_and_a_third_sets_up_nothing(box: Path) -> None:
    both = [start(box, "a b"), start(box, "a b")]
    said = [process.communicate() for process in both]
    assert [out for out, _ in said] == ["ran a b /\n"] * 2
    assert sum("[2/3] Python environment" in err for _, err in said) == 1
    assert start(box).communicate() == ("ran /\n", "")


def test_a_set_up_that_was_interrupted_is_done_again(box: Path) -> None:
    (box / ".venv").mkdir()
    (box / ".venv" / "half-a-package").touch()
    out, err = start(box).communicate()
    assert out == "ran /\n"
    assert "[2/3]" in err
    assert not (box / ".venv" / "half-a-package").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_who_may_not_install_gets_the_line_that_root_must_run(box: Path) -> None:
    (box / "requirements" / "box.apt").write_text("no-such-package other-name\nbash\n", encoding="utf-8")
    process = start(box, user="nobody")
    out, err = process.communicate()
    assert process.returncode == 1
    assert out == ""
    assert "\n    apt-get update && apt-get install -y --no-install-recommends no-such-package\n" in err
    assert not (box / ".venv").exists()
