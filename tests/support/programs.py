"""Small Python programs in processes of their own, for tests of what dies and what lives on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def a_program(text: str, *arguments: object) -> Iterator[Program]:
    """Run `text` as a Python program, killed at the end if it has not ended."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", text, *map(str, arguments)],
        cwd=ROOT,
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Program(process)
        finally:
            process.kill()


def become(uid: int) -> str:
    """Return the lines that turn a program of root's into `uid`'s, to be put after its imports.

    Not done from outside: the account may not even be allowed to read the Python we run on.
    """
    if uid == os.geteuid():
        return ""
    return f"import os; os.setgroups([]); os.setgid({uid}); os.setuid({uid})\n"


class Program:
    """A running program that talks in lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid

    def says(self) -> str:
        """Wait for the next line of its output; empty when it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def hear(self) -> None:
        """Let its wait for input end."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def kill(self) -> None:
        """Kill it with SIGKILL, so that it cannot tidy up."""
        self._process.kill()
        self._process.wait()

    def ends(self, within: float) -> int:
        """Wait for its end and return its exit code."""
        return self._process.wait(within)
