"""Has background work stand back behind whoever answers people."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from ctypes import CDLL, get_errno
from pathlib import Path
from random import random
from struct import Struct
from time import sleep

NICENESS = 10
"""How far it stands back, as in nice(1)."""

TURN = 20_000_000
"""Nanoseconds of a long turn; the kernel's own are of some 3 milliseconds."""

_AUTOGROUP = Path("/proc/self/autogroup")
_ATTEMPTS = 10

# sched_setattr(2), which Python has no name for: its number, and what it reads: size, policy,
# flags, niceness, priority, and for ordinary processes (policy 0) the turn in the runtime's place.
_CALL = {"x86_64": 314, "aarch64": 274}.get(platform.machine())
_ATTRIBUTES = Struct("=IIQiIQQQ")


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
    take_long_turns()


def take_long_turns(process: int | None = None) -> None:
    """Have a process (ours by default) work at a stretch, and let others in who need but a moment.

    It gets no less than before. Since Linux 6.12 whoever has the shorter turn need not wait until
    another's is over; elsewhere nothing changes, nor for a process that is not ours to change.
    """
    tasks = Path(f"/proc/{process or os.getpid()}/task")
    if _CALL is None or not tasks.exists():
        return
    for task in tasks.iterdir():
        with suppress(OSError):
            _set_turn(int(task.name), TURN)


def _set_turn(task: int, nanoseconds: int) -> None:
    niceness = os.getpriority(os.PRIO_PROCESS, task)
    told = _ATTRIBUTES.pack(_ATTRIBUTES.size, os.SCHED_OTHER, 0, niceness, 0, nanoseconds, 0, 0)
    if CDLL(None, use_errno=True).syscall(_CALL, task, told, 0):
        raise OSError(get_errno(), "sched_setattr")


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
