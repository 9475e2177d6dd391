"""Eight recorded talks of callers with agents: what do two supervisors who listen and a crowd at the pages change?

Windows without and with them follow one another within the same talks. Agents' and supervisors' pages are one process,
the crowd another, the network a third; only the box's own process is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import mean

import numpy as np
import soundfile

from bench.box import BenchError, call_every_line, running_box
from bench.desk_pages import Pages
from bench.desk_people import AtDesk, Person, hire
from bench.figures import Counts, Figures, together
from bench.hammer_probe import Probe
from bench.hammer_server import Hammer, crowd, free_port, prepare, wait_for_pages, worker
from bench.lines import frames
from bench.machine import CpuMeter, IdleMeter, put_first, rss_mb
from firmware.audio.port import SAMPLE_RATE_HZ
from firmware.cli.rig import Rig
from firmware.modem.virtual.client import PhoneCall
from firmware.staff.rights import Role

ABOUT = "eight recorded talks; without and with two supervisors who listen, 20 clients at the pages and 10 live pages"
_TALKS, _SUPERVISORS, _CLIENTS, _STREAMS = 8, 2, 20, 10
_ROUNDS = 2
_WINDOW_S = 8.0
_SETTLES_S = 2.0
_SPEECH_S = 40.0  # longer than both windows and what is between
_COUNTED = ("frames_heard", "frames_late_over_20ms", "page_frames", "page_late", "answers")


def measure() -> Figures:
    """Both windows in each round of talks."""
    port = free_port()
    with running_box(_TALKS, prepare=prepare, web_port=port) as rig:
        wait_for_pages(port)
        is_first = put_first(rig.network_pid)
        at_rest_mb = rss_mb(rig.box_pid)
        without: list[Counts] = []
        beside: list[Counts] = []
        with _desk(rig) as (desk, agents, supervisors, pages):
            for _ in range(_ROUNDS):
                with _talks(rig, desk, agents):
                    without.append(_window(rig, pages))
                    beside.append(_supervised(rig, desk, agents, supervisors, pages, port))
        recorded = len([file for file in rig.folders.recordings.rglob("*") if file.is_file()])
    if recorded < _TALKS * _ROUNDS:
        raise BenchError(f"only {recorded} talks were recorded")
    return {
        **together("without_", without, _COUNTED),
        **together("with_", beside, _COUNTED),
        **_ratios(without, beside),
        "at_rest_rss_mb": at_rest_mb,
        "network_is_first": int(is_first),
    }


@contextmanager
def _desk(rig: Rig) -> Iterator[tuple[AtDesk, list[Person], list[Person], Pages]]:
    """Everybody has signed in and has sound; the agents are ready."""
    desk = AtDesk(rig)
    agents, supervisors = hire(rig, Role.AGENT, _TALKS), hire(rig, Role.SUPERVISOR, _SUPERVISORS)
    for person in (*agents, *supervisors):
        desk.ask("sign_in", person, device="browser")
    pages = Pages(rig.folders.control_socket, agents, supervisors)
    for person in agents:
        desk.ask("ready", person)
    yield desk, agents, supervisors, pages
    pages.close()
    desk.close()


@contextmanager
def _talks(rig: Rig, desk: AtDesk, agents: list[Person]) -> Iterator[list[PhoneCall]]:
    calls = call_every_line(rig, _TALKS)
    desk.talk(agents, calls)
    speech = _speech(rig.folders.data / "speech.wav")
    for call in calls:
        call.speak(speech)
    rig.clock.sleep(_SETTLES_S)
    yield calls
    for call in calls:
        call.hang_up()
    desk.free_everybody(agents)


def _speech(file: Path) -> Path:
    """Noise that swells four times a second, as loud as a voice."""
    noise = np.random.default_rng(1).normal(0.0, 2000.0, round(_SPEECH_S * SAMPLE_RATE_HZ))
    swell = np.sin(2 * np.pi * 2.0 * np.arange(len(noise)) / SAMPLE_RATE_HZ) ** 2
    soundfile.write(file, np.clip(noise * swell, -32767, 32767).astype(np.int16), SAMPLE_RATE_HZ, subtype="PCM_16")
    return file


def _supervised(
    rig: Rig, desk: AtDesk, agents: list[Person], supervisors: list[Person], pages: Pages, port: int
) -> Counts:
    """The window with everything at once."""
    for supervisor, agent in zip(supervisors, agents, strict=False):
        desk.ask("listen", supervisor, agent=agent.user_id)
    hammer = Hammer(crowd(rig.folders.data, port, clients=_CLIENTS, streams=_STREAMS))
    rig.clock.sleep(_SETTLES_S)
    web = CpuMeter(worker(rig.web_pid))
    counts = _window(rig, pages)
    counts["web_cpu_core_pct"] = web.use.core_pct
    counts["answers"] = float(hammer.stop()["answers"])
    for supervisor, agent in zip(supervisors, agents, strict=False):
        desk.ask("leave", supervisor, agent=agent.user_id)
    return counts


def _window(rig: Rig, pages: Pages) -> Counts:
    """What happens while everybody talks."""
    idle, box, before, probe = IdleMeter(), CpuMeter(rig.box_pid), frames(rig), Probe()
    rig.network.state()  # its worst lateness begins anew
    pages.count()
    rig.clock.sleep(_WINDOW_S)
    came, use, after = pages.count(), box.use, frames(rig)
    return {
        **{f"frames_{what}": float(after[what] - before[what]) for what in before},
        **{f"page_{what}": count for what, count in came.items()},
        "network_late_max_ms": 1000 * rig.network.state()["latest_s"],
        **{f"wake_{name}": float(value) for name, value in probe.stop().items()},
        "cpu_core_pct": use.core_pct,
        "rss_mb": rss_mb(rig.box_pid),
        "idle_pct": idle.idle_pct,
    }


def _ratios(without: list[Counts], beside: list[Counts]) -> Figures:
    """With everything at once, beside the talks alone."""
    return {
        f"ratio_{name}": round(mean(each[name] for each in beside) / mean(each[name] for each in without), 2)
        for name in ("cpu_core_pct", "rss_mb")
    }
