"""People at the pages, many at a time, in a process of their own: `python -m bench.hammer_clients`.

Reads one line of JSON (a `Crowd`) and begins; ends after so many requests, or when its input ends, and then prints
what it got. Raw sockets, because the clients share two cores with what is measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field

from bench.figures import Figures, spread

LIVE = "/live"


@dataclass(frozen=True)
class Crowd:
    """Who asks for what: `clients` ask for one page after the other without a pause, `streams` look at live pages."""

    port: int
    cookie: str
    addresses: list[str]
    clients: int
    streams: int = 0
    requests: int = 0  # all together; 0: until told to stop


@dataclass
class Got:
    """What came back so far."""

    times_s: list[float] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)  # how often, by status
    bytes_read: int = 0
    events: int = 0
    reconnected: int = 0
    streams_ended: int = 0


def main() -> None:
    """Ask until the end, then tell."""
    crowd = Crowd(**json.loads(sys.stdin.readline()))
    got = asyncio.run(_hammer(crowd))
    print(json.dumps(_told(got)), flush=True)


def as_line(crowd: Crowd) -> str:
    """The crowd as `main` reads it."""
    return json.dumps(asdict(crowd)) + "\n"


async def _hammer(crowd: Crowd) -> Got:
    got = Got()
    watching = [asyncio.create_task(_watch(crowd, got)) for _ in range(crowd.streams)]
    asking = [asyncio.create_task(_ask(crowd, got, number)) for number in range(crowd.clients)]
    if crowd.requests:
        await asyncio.gather(*asking)
    else:
        told_to_stop = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        ended, _ = await asyncio.wait([told_to_stop, *asking], return_when=asyncio.FIRST_COMPLETED)
        ended.pop().result()  # raises what broke a client
    for task in (*asking, *watching):
        task.cancel()
    await asyncio.gather(*asking, *watching, return_exceptions=True)
    return got


async def _ask(crowd: Crowd, got: Got, number: int) -> None:
    """One person: each begins with another page, and reads all of every page."""
    place = number * len(crowd.addresses) // crowd.clients
    reader = writer = None
    while not crowd.requests or len(got.times_s) < crowd.requests:
        address = crowd.addresses[place % len(crowd.addresses)]
        place += 1
        began = time.perf_counter()
        try:
            if reader is None or writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", crowd.port)
            writer.write(_request(crowd, address))
            status, length, stays = await _head(reader)
            await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError):  # the server closes what was idle for long: as browsers do, anew
            got.reconnected += 1
            reader = writer = None
            continue
        got.times_s.append(time.perf_counter() - began)
        got.bytes_read += length
        if not 200 <= status < 300:
            got.refused[status] = got.refused.get(status, 0) + 1
        if not stays:
            writer.close()
            reader = writer = None


async def _watch(crowd: Crowd, got: Got) -> None:
    """One page that is open and live."""
    reader, writer = await asyncio.open_connection("127.0.0.1", crowd.port)
    writer.write(_request(crowd, LIVE))
    try:
        while line := await reader.readline():
            got.events += line.startswith(b"event:")
        got.streams_ended += 1
    finally:
        writer.close()


def _request(crowd: Crowd, address: str) -> bytes:
    return (
        f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{crowd.port}\r\nCookie: {crowd.cookie}\r\n"
        "Accept-Language: zh\r\nAccept-Encoding: gzip\r\n\r\n"
    ).encode()


async def _head(reader: asyncio.StreamReader) -> tuple[int, int, bool]:
    """Status, length of the body, and whether the connection stays."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return int(lines[0].split()[1]), int(fields.get("content-length", "0")), fields.get("connection") != "close"


def _told(got: Got) -> Figures:
    refused = {f"answered_{status}": count for status, count in sorted(got.refused.items())}
    return {
        "answers": len(got.times_s),
        **(spread(got.times_s) if got.times_s else {}),
        **refused,
        "mb_read": round(got.bytes_read / 1e6, 1),
        "reconnected": got.reconnected,
        "events": got.events,
        "streams_ended": got.streams_ended,
    }


if __name__ == "__main__":
    main()
