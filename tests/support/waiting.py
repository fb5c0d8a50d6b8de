"""Waits for what becomes true by itself, so that no test guesses how long it takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def eventually(check: Callable[[], Answer], within: float = 60.0) -> Answer:
    """Asks until the answer is true and gives it back.

    `check` may also refuse by a failing assertion, which is asked again until the deadline and
    then shown. Any other error is shown at once. `within` is in seconds; asks after 1 ms first
    and never more than 50 ms apart.
    """
    deadline = time.monotonic() + within
    pause = 0.001
    while True:
        refusal: AssertionError | None = None
        try:
            answer = check()
        except AssertionError as error:
            refusal = error
        else:
            if answer:
                return answer
        if time.monotonic() >= deadline:
            message = f"still not so after {within} seconds"
            raise AssertionError(message) from refusal
        threading.Event().wait(pause)
        pause = min(pause * 2, 0.05)
