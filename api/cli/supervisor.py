"""Keeps the processes of one machine running and stops them in order.

For `kezhi up`, on a desk or a small server. It knows nothing of what the processes do. One loop
over one selector, no threads.
"""

from __future__ import annotations

import math
import os
import selectors
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Protocol, TextIO

from api.cli.child_process import Child, ChildProcess
from api.messages import Language, detail
from domain.eventstore.server_account import EngineError

# What lived this long starts again at once; what dies sooner waits twice as long as the last time.
STEADY_SECONDS = 30.0
SHORTEST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0

_TICK_SECONDS = 0.1
_COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)


class Server(Protocol):
    """A server that was started before and must be started again if it dies."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def is_running(self) -> bool:
        """Whether its main process lives."""

    def start(self) -> str:
        """Start it again and wait until it answers; raises EngineError."""


@dataclass(slots=True)
class _Pace:
    """Slows down what keeps dying: starts are 0.5, 1, 2, ... at most 60 seconds apart."""

    started_at: float = -math.inf
    pause: float = 0.0

    def start(self, now: float) -> None:
        steady = now - self.started_at >= STEADY_SECONDS
        doubled = min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        self.pause = SHORTEST_PAUSE_SECONDS if steady else doubled
        self.started_at = now

    def wait(self, now: float) -> float:
        return max(0.0, self.started_at + self.pause - now)


@dataclass(slots=True)
class _Place:
    """Where a child runs, from its first start to its last stop."""

    child: Child
    label: str
    process: ChildProcess | None = None
    pace: _Pace = field(default_factory=_Pace)


class Supervisor:
    """Runs `children` until SIGINT, SIGTERM or SIGHUP, then stops the last one first.

    `servers` are looked after too, but whoever started them stops them. Every line of a child goes
    to `output` (standard output if none is given) behind its name, coloured on a terminal.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        servers: Sequence[Server] = (),
        output: TextIO | None = None,
        language: Language = Language.ENGLISH,
    ) -> None:
        """Describe what to run; nothing is started before `run`."""
        self._output = output or sys.stdout
        self._language = language
        self._width = max(len(name) for name in ("kezhi", *(child.name for child in children)))
        self._places = [
            _Place(child, self._label(child.name, _COLOURS[number % len(_COLOURS)]))
            for number, child in enumerate(children)
        ]
        self._servers = [(server, _Pace()) for server in servers]
        self._stop_requests = 0

    def run(self) -> int:
        """Run until asked to stop; 0 if every child then ended in time, 1 if one was killed.

        To be called in the main thread, once. A second request to stop kills what still runs.
        """
        # Never written to: when we are gone, however, the children read its end.
        pipe, alive = os.pipe()
        try:
            with self._listening_to_signals(), selectors.DefaultSelector() as selector:
                try:
                    while not self._stop_requests:
                        self._look_after_servers()
                        for place in self._places:
                            self._look_after(place, selector, pipe)
                        self._listen(selector)
                finally:
                    ended = [self._stop(place, selector) for place in reversed(self._places)]
        finally:
            os.close(alive)
            os.close(pipe)
        return 0 if all(ended) else 1

    def _look_after(self, place: _Place, selector: selectors.BaseSelector, pipe: int) -> None:
        now = time.monotonic()
        if place.process is not None and (status := place.process.status) is not None:
            self._bury(place, selector)
            killed = status < 0
            self._say(
                "process-signalled" if killed else "process-ended",
                name=place.child.name,
                status=signal.Signals(-status).name if killed else status,
                pause=f"{place.pace.wait(now):.1f}",
            )
        if place.process is None and not place.pace.wait(now):
            place.pace.start(now)
            try:
                place.process = ChildProcess(place.child, pipe, partial(self._print, place.label))
            except OSError as error:
                pause = f"{place.pace.wait(now):.1f}"
                self._say("process-not-started", name=place.child.name, error=error, pause=pause)
            else:
                selector.register(place.process, selectors.EVENT_READ)

    def _look_after_servers(self) -> None:
        for server, pace in self._servers:
            now = time.monotonic()
            if server.is_running or pace.wait(now):
                continue
            pace.start(now)
            self._say("server-ended", name=server.name)
            try:
                server.start()
            except EngineError as error:
                self._print(self._label("kezhi"), str(error))

    def _stop(self, place: _Place, selector: selectors.BaseSelector) -> bool:
        """Stop a child and say whether it ended in time."""
        process = place.process
        if process is None:
            return True
        process.terminate()
        deadline = time.monotonic() + place.child.stop_within
        while process.status is None and time.monotonic() < deadline and self._stop_requests <= 1:
            self._listen(selector)
        in_time = process.status is not None
        if not in_time:
            self._say("process-overdue", name=place.child.name)
            process.kill()
        self._bury(place, selector)
        return in_time

    def _bury(self, place: _Place, selector: selectors.BaseSelector) -> None:
        if place.process is not None:
            with suppress(KeyError):  # it may have closed its output long before
                selector.unregister(place.process)
            place.process.bury()
            place.process = None

    def _listen(self, selector: selectors.BaseSelector) -> None:
        """Show what the children say, for a tick at most."""
        for key, _ in selector.select(_TICK_SECONDS):
            process = key.fileobj
            if isinstance(process, ChildProcess) and not process.read():
                selector.unregister(process)

    def _say(self, code: str, **values: object) -> None:
        self._print(self._label("kezhi"), detail(code, self._language, values))

    def _print(self, label: str, line: str) -> None:
        try:
            print(label, line, file=self._output, flush=True)
        except BrokenPipeError:
            # Nobody reads us any more, as after `kezhi up | head`.
            self._stop_requests = max(1, self._stop_requests)

    def _label(self, name: str, colour: int | None = None) -> str:
        label = f"{name.ljust(self._width)} |"
        if colour is None or not self._output.isatty():
            return label
        return f"\x1b[{colour}m{label}\x1b[0m"

    @contextmanager
    def _listening_to_signals(self) -> Iterator[None]:
        asking = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
            asking.append(signal.SIGHUP)
        before = {each: signal.signal(each, self._count_request) for each in asking}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _count_request(self, _signal: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1
