"""One child process of the supervisor: its start, its output by lines, its end."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from api.cli.parent_watch import VARIABLE

_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running; after SIGTERM it has `stop_within` seconds to end by itself.

    By default that is more than the 20 that serving and working take to finish what they are at.
    Its entry should call `exit_with_parent`, so that it never outlives a killed supervisor.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    stop_within: float = 30.0


class ChildProcess:
    """A started child with all that it starts itself, which make up one process group."""

    def __init__(self, child: Child, pipe: int, show: Callable[[str], None]) -> None:
        """Start `child`, watching `pipe`; `show` is given its lines. Raises OSError."""
        self._show = show
        self._unfinished = b""
        self._output, writer = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603  (commands of our own)
                child.command,
                env={**child.environment, VARIABLE: str(pipe)},
                stdin=subprocess.DEVNULL,
                stdout=writer,
                stderr=writer,
                pass_fds=(pipe,),
                # The terminal's Ctrl-C is for the supervisor, which stops one after the other.
                start_new_session=True,
            )
        except OSError:
            os.close(self._output)
            raise
        finally:
            os.close(writer)
        os.set_blocking(self._output, False)

    def fileno(self) -> int:
        """Return the reading end of its output, for a selector."""
        return self._output

    @property
    def status(self) -> int | None:
        """Its exit code, a signal's number below zero if that killed it, None while it lives."""
        return self._process.poll()

    def read(self) -> bool:
        """Show a piece of its output; False when there is none, now or for ever."""
        try:
            piece = os.read(self._output, _CHUNK)
        except BlockingIOError:
            return False
        *lines, self._unfinished = (self._unfinished + piece).split(b"\n")
        if len(self._unfinished) > _CHUNK:
            lines.append(self._unfinished)
            self._unfinished = b""
        for line in lines:
            self._show(line.decode("utf-8", "replace").rstrip("\r"))
        return bool(piece)

    def terminate(self) -> None:
        """Ask it to end; what it has started is its own to end."""
        self._process.terminate()

    def kill(self) -> None:
        """Kill it and all that it has started."""
        # Without leader and members there is no group; with none but the undertaken, no right.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def bury(self) -> None:
        """End what it has left behind, show its last words and let go of it."""
        self.kill()
        while self.read():
            pass
        if self._unfinished:
            self._show(self._unfinished.decode("utf-8", "replace"))
        os.close(self._output)
