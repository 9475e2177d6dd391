"""`python -m bench [NAME ...] [--json]`: a table of all benches, or JSON of those that are named."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from types import ModuleType

from bench import table

BENCHES = {
    "barge-in": "barge_in",
    "lines": "lines",
    "bookings": "bookings",
    "slots": "slots",
    "pages": "pages",
    "first-load": "first_load",
    "hammer": "hammer",
    "mouth-to-ear": "mouth_to_ear",
    "desk": "desk",
    "web-memory": "hammer_memory",
}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; JSON of one bench is its figures, of several one object by name."""
    options = _options(arguments)
    names = options.names or list(BENCHES)
    results = {}
    for name in names:
        bench = _bench(name)
        results[name] = bench.measure()
        if not options.json:
            print("\n".join(table.lines(name, bench.ABOUT, results[name])), flush=True)
    if options.json:
        print(json.dumps(results[names[0]] if len(names) == 1 else results, indent=2))
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="measure the box on this machine")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}; all when none is named")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(BENCHES)
    if unknown:
        parser.error(f"there is no bench called {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    return options


def _bench(name: str) -> ModuleType:
    return importlib.import_module(f"bench.{BENCHES[name]}")


if __name__ == "__main__":
    sys.exit(main())
