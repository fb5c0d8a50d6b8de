"""Lets a child process end when its parent is gone, however that died (进程看护).

The parent keeps the writing end of a pipe and never writes; the kernel closes it when the parent
dies, even by SIGKILL, and every child reads the end of the file. Works alike on Linux and macOS.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import MutableMapping
from functools import partial

# Not a setting: the number of the pipe's reading end, from the supervisor to its own child.
VARIABLE = "SUPERVISOR_PIPE"
# What a child and its workers may take to finish before they are killed.
GRACE_SECONDS = 3.0


def exit_with_parent(environment: MutableMapping[str, str]) -> None:
    """End this process and its workers when the supervisor that started it is gone.

    To be called once at the start of a command with `os.environ`; does nothing in a process that
    no supervisor started. The variable is taken out, so that no program started from here watches
    a pipe it has not inherited. This process is asked to end by SIGTERM; then its whole group,
    which the supervisor made for it alone, is killed. Forked workers see to that too, should this
    process be quicker than they are.
    """
    pipe = environment.pop(VARIABLE, None)
    if pipe is not None:
        _start_watch(int(pipe), ask_first=True)
        os.register_at_fork(after_in_child=partial(_start_watch, int(pipe), ask_first=False))


def _start_watch(pipe: int, *, ask_first: bool) -> None:
    watch = partial(_watch, pipe, ask_first=ask_first)
    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _watch(pipe: int, *, ask_first: bool) -> None:
    while os.read(pipe, 1):
        pass  # nobody writes; only the end of the file is waited for
    if ask_first:
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)
