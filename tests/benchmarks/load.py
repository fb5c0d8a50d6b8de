"""Puts load on something from several processes and threads at once, and times every call."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from tests.benchmarks.results import percentile

Work = Callable[[], object]
Prepare = Callable[..., Callable[[int], Work]]
"""Called once per process with the given arguments; returns what makes the work of a thread."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: calls per second and the times they took, in milliseconds."""

    rate: float
    milliseconds: tuple[float, ...]

    def p(self, share: float) -> float:
        """Return a percentile of the times."""
        return percentile(self.milliseconds, share)


def put_load(
    prepare: Prepare,
    arguments: Sequence[Any],
    *,
    processes: int,
    threads: int,
    seconds: float = 3.0,
) -> Load:
    """Have `processes` × `threads` workers call their work for `seconds`, all at once."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes + 1)
    results = context.Queue()
    crew = [
        context.Process(
            target=_run, args=(prepare, arguments, number, threads, seconds, barrier, results)
        )
        for number in range(processes)
    ]
    for process in crew:
        process.start()
    barrier.wait(120)
    times: list[float] = []
    for _ in crew:
        came = results.get(timeout=seconds + 60)
        if isinstance(came, BaseException):
            raise came
        times += came
    for process in crew:
        process.join()
    return Load(len(times) / seconds, tuple(times))


def _run(  # noqa: PLR0917 - the arguments of a process
    prepare: Prepare,
    arguments: Sequence[Any],
    number: int,
    threads: int,
    seconds: float,
    barrier: Any,
    results: Any,
) -> None:
    make = prepare(*arguments)
    works = [make(number * threads + thread) for thread in range(threads)]
    for work in works:
        work()
    barrier.wait(120)
    end = time.perf_counter() + seconds
    try:
        with ThreadPoolExecutor(threads) as crew:
            results.put(list(chain.from_iterable(crew.map(partial(_repeat, end), works))))
    except Exception as error:  # noqa: BLE001 - raised again by whoever put the load
        results.put(error)


def _repeat(end: float, work: Work) -> list[float]:
    times = []
    while (start := time.perf_counter()) < end:
        work()
        times.append((time.perf_counter() - start) * 1000)
    return times
