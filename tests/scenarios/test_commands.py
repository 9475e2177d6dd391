"""What a person types at the box: call, text, status, demo."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.cli.main import main
from firmware.cli.where import demo_data, is_up
from firmware.storage.call_schema import call_events
from firmware.storage.folders import Folders
from tests.scenarios.stage import Stage


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_scripted_call_tells_what_happened_and_whether_it_was_expected(
    open_stage: Callable[..., Stage], capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(open_stage().rig.folders.data)
    script = ["call", "--data", data, "--from", "13800000001", "--keys", "1 1948 2 1 2 1 1", "--json"]
    assert main([*script, "--expect", "booked"]) == 0
    told = lines_of(capsys)
    assert [line["text"] for line in told if line["kind"] == "pressed"] == ["1", "1948", "2", "1", "2", "1", "1"]
    kinds = [line["kind"] for line in told]
    assert kinds.index("stored") < next(place for place, line in enumerate(told) if "预约成功" in str(line["text"])), (
        "booked is spoken after it was stored"
    )
    assert kinds[-2:] == ["texted", "outcome"]
    assert main([*script, "--expect", "cancelled"]) == 1, "another outcome than expected"
    capsys.readouterr()

    assert main(["text", "--data", data, "--from", "13800000001", "--json", "查询"]) == 0
    reply = [line for line in lines_of(capsys) if line["kind"] == "texted"]
    assert "3月3日" in str(reply[0]["text"])

    assert main(["status", "--data", data]) == 0
    status = capsys.readouterr().out
    assert all(line in status for line in ("L1", "L2", "L3", "USR5637", "CX93010"))


def test_status_says_where_a_caller_is(open_stage: Callable[..., Stage], capsys: pytest.CaptureFixture[str]) -> None:
    stage = open_stage()
    caller = stage.ring("L1", "13800000001")
    caller.press("1")
    stage.eventually("the next question", lambda: stage.rows(call_events, kind="key"))
    assert main(["status", "--data", str(stage.rig.folders.data)]) == 0
    (line,) = [each for each in capsys.readouterr().out.splitlines() if each.startswith("L1")]
    assert "busy" in line
    assert "in identify.year for" in line


def test_a_second_exchange_leaves_the_first_alone(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    command = [sys.executable, "-m", "firmware.cli", "exchange", "--data", str(stage.rig.folders.data)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (second.returncode, "stop that one first" in second.stderr) == (3, True)
    assert main(["status", "--data", str(stage.rig.folders.data)]) == 0, "the first still answers"


def test_without_a_box_every_command_says_what_to_start(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--data", str(tmp_path)]) == 1
    assert "clinicbox run" in capsys.readouterr().out
    assert main(["call", "--data", str(tmp_path), "--from", "13800000001"]) == 2
    assert "clinicbox demo" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--from", "abc"], ["--from", "13800000001", "--keys", "1;2"]])
def test_a_wrong_number_or_key_is_refused(tmp_path: object, wrong: list[str]) -> None:
    assert main(["call", "--data", str(tmp_path), *wrong]) == 2


def test_the_demo_tells_its_story_and_ends(tmp_path: object) -> None:
    command = [sys.executable, "-m", "firmware.cli", "demo", "--data", str(tmp_path), "--exit", "--speed", "20"]
    run = subprocess.run([*command, "--port", "0"], capture_output=True, text=True, timeout=100, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    for sign in ("heard", "pressed", "stored", "texted", "outcome   booked", "2 visits were booked"):
        assert sign in run.stdout


def test_a_demo_that_is_told_to_end_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "firmware.cli", "demo", "--data", str(tmp_path), "--speed", "20", "--port", "0"]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    for line in demo.stdout:
        if "calls and books" in line:
            break
    assert is_up(Folders(demo_data(tmp_path)))
    demo.terminate()
    demo.stdout.read()
    assert demo.wait(30) == 0
    assert not is_up(Folders(demo_data(tmp_path)))
