"""Has background work stand back behind whoever answers people."""

from __future__ import annotations

import os
from pathlib import Path
from random import random
from time import sleep

NICENESS = 10
"""How far it stands back, as in nice(1)."""

_AUTOGROUP = Path("/proc/self/autogroup")
_ATTEMPTS = 10


def yield_to_people() -> None:
    """Let processes that answer people go first where processors are scarce.

    For a process that does nothing but background work, in a session of its own as `kezhi up`
    starts it: where the kernel shares out by sessions (autogroup, sched(7)), nice counts within
    one, and the session has another of the same kind. In containers neither counts beyond their
    own: there whoever runs them gives out shares.
    """
    os.nice(NICENESS)
    if os.getsid(0) == os.getpid() and _AUTOGROUP.exists():
        _write_patiently(_AUTOGROUP, str(NICENESS))


def _write_patiently(file: Path, text: str) -> None:
    """Write what the kernel takes from one process in 100 ms; done without if it never does."""
    for _ in range(_ATTEMPTS):
        try:
            file.write_text(text, "ascii")
        except BlockingIOError:
            sleep(random())  # noqa: S311 - keeps those apart that start together
        except OSError:
            return
        else:
            return
