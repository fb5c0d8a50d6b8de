"""Has background work stand back behind whoever answers people."""

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from ctypes import CDLL
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from time import sleep


@dataclass(frozen=True, slots=True)
class Background:
    """How work stands back: by how much, as in nice(1), and whether it runs `aside`.

    What runs aside leaves the first processor to others, where there are several: a burst of it
    that keeps every processor busy would have people wait until the kernel looks again.
    """

    niceness: int
    aside: bool = False


LISTS = Background(5, aside=True)
"""Who keeps the lists up to date, for which people wait in the end."""

# No further back: at 19 they had one or two hundredths of a processor beside others that are always
# busy, too little even to end in time.
DECISIONS = Background(10)
"""Who decides what is due, and the server's part of it."""

CLAIMS = Background(10, aside=True)
"""Who sees to it that what is due is taken up."""

TURN = 20_000_000
"""Nanoseconds of a long turn; the kernel's own are of one to three milliseconds."""

# sched_setattr(2), which Python has no name for: its number, and what it reads: size, policy,
# flags, niceness, priority, and for ordinary processes the turn in the runtime's place.
_CALL = {"x86_64": 314, "aarch64": 274}.get(platform.machine())
_ATTRIBUTES = Struct("=IIQiIQQQ")
_KEEP_POLICY = 0x08


def stand_back(how: Background, process: int | None = None) -> None:
    """Have a process (ours by default) let others go first where processors are scarce.

    For one that does nothing but background work, in a session of its own as `kezhi up` starts it
    and as PostgreSQL's are: where the kernel shares out by sessions (autogroup, sched(7)), nice
    counts within one, and the session has another of the same kind. In containers neither counts
    beyond their own: there whoever runs them gives out shares. What was given only some of the
    processors uses all of them, aside or not.

    It takes long turns besides. Since Linux 6.12 whoever has shorter ones need not wait until a
    long one is over. What the kernel does not know or refuses is done without.
    """
    each, number = Path(f"/proc/{process or 'self'}"), process or os.getpid()
    tasks = each / "task"
    for task in [int(t.name) for t in tasks.iterdir()] if tasks.exists() else [number]:
        with suppress(OSError):
            _set_back(task, how.niceness)
        if how.aside:
            with suppress(OSError):
                _keep_aside(task)
    with suppress(OSError):
        if os.getsid(number) == number and (each / "autogroup").exists():
            # Only ourselves have time: somebody waits for a process of the server's.
            _write_patiently(each / "autogroup", str(how.niceness), 2 if process else 10)


def _set_back(task: int, niceness: int) -> None:
    reached = min(os.getpriority(os.PRIO_PROCESS, task) + niceness, 19)
    os.setpriority(os.PRIO_PROCESS, task, reached)
    if sys.platform == "linux" and _CALL is not None:
        told = _ATTRIBUTES.pack(_ATTRIBUTES.size, 0, _KEEP_POLICY, reached, 0, TURN, 0, 0)
        CDLL(None).syscall(_CALL, task, told, 0)


def _keep_aside(task: int) -> None:
    """Leave the first processor; one that was given only some of them keeps what it has."""
    if sys.platform == "linux":
        allowed = sorted(os.sched_getaffinity(task))
        if len(allowed) == (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(task, allowed[1:])


def _write_patiently(file: Path, text: str, attempts: int) -> None:
    """Write what the kernel takes from one process in 100 ms; done without if it never does."""
    for _ in range(attempts):
        try:
            file.write_bytes(text.encode())
        except BlockingIOError:
            # Those that start together come one after another.
            sleep(0.1 + os.getpid() % 10 / 100)
        else:
            return
