"""Threads that a failed test leaves behind instead of waiting for them for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def in_background(
    work: Callable[Arguments, Answer], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Future[Answer]:
    """Do `work` in a thread of its own; ask for what becomes of it with a time limit."""
    future: Future[Answer] = Future()

    def run() -> None:
        try:
            future.set_result(work(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is asked for
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
