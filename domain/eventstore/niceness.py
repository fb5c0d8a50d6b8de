"""Has background work stand back behind whoever answers people."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from ctypes import CDLL
from pathlib import Path
from random import random
from struct import Struct
from time import sleep

NICENESS = 10
"""How far stands back for what nobody waits, as in nice(1)."""

LITTLE = 5
"""How far stands back for what people wait, but not for each single piece of it."""

TURN = 20_000_000
"""Nanoseconds of a long turn; the kernel's own are of some 3 milliseconds."""

_ATTEMPTS = 10

# sched_setattr(2), which Python has no name for: its number, and what it reads: size, policy,
# flags, niceness, priority, and for ordinary processes (policy 0) the turn in the runtime's place.
_CALL = {"x86_64": 314, "aarch64": 274}.get(platform.machine())
_ATTRIBUTES = Struct("=IIQiIQQQ")


def stand_back(niceness: int, process: int | None = None) -> None:
    """Have a process (ours by default) let others go first where processors are scarce.

    For one that does nothing but background work, in a session of its own as `kezhi up` starts it
    and as PostgreSQL's are: where the kernel shares out by sessions (autogroup, sched(7)), nice
    counts within one, and the session has another of the same kind. In containers neither counts
    beyond their own: there whoever runs them gives out shares.

    It takes long turns besides. Since Linux 6.12 whoever has shorter ones need not wait until a
    long one is over. A process that is not ours to change stays as it is.
    """
    process = process or os.getpid()
    folder = Path(f"/proc/{process}")
    with suppress(OSError):
        for task in (folder / "task").iterdir():
            _set_back(int(task.name), niceness)
        if os.getsid(process) == process and (folder / "autogroup").exists():
            _write_patiently(folder / "autogroup", str(niceness))


def _set_back(task: int, niceness: int) -> None:
    reached = min(os.getpriority(os.PRIO_PROCESS, task) + niceness, 19)
    os.setpriority(os.PRIO_PROCESS, task, reached)
    if _CALL is not None:
        told = _ATTRIBUTES.pack(_ATTRIBUTES.size, os.SCHED_OTHER, 0, reached, 0, TURN, 0, 0)
        CDLL(None).syscall(_CALL, task, told, 0)


def _write_patiently(file: Path, text: str) -> None:
    """Write what the kernel takes from one process in 100 ms; done without if it never does."""
    for _ in range(_ATTEMPTS):
        try:
            file.write_text(text, "ascii")
        except BlockingIOError:
            sleep(0.1 + random() / 10)  # noqa: S311 - keeps those apart that start together
        except OSError:
            return
        else:
            return
