"""The lines' threads share one processor core.

The interpreter lets one thread run at a time anyway. Spread over idle cores, threads that wake in the same
millisecond hand its lock from core to core: eight calls made 750 context switches a second each, on one core 140.
"""

from __future__ import annotations

import os


def share_one_core() -> None:
    """Bind the calling thread to the last core that the process may use; every other thread stays free."""
    try:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    except OSError:
        pass  # refused by a container: it costs more, and works
