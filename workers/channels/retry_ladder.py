"""When to try again, by the ladder that the Standard Webhooks specification recommends."""

from __future__ import annotations

from random import Random

_MINUTE = 60
_HOUR = 60 * _MINUTE

# The pause before each attempt; the last one comes 75 hours and 35 minutes after the first.
LADDER = (
    0,
    5,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
JITTER = 0.2


def next_attempt_after(attempts: int, rng: Random) -> float | None:
    """Answers how many seconds to wait after `attempts` failed ones; None when it is time to stop.

    Up to a fifth longer than the ladder says, so that what failed together does not return
    together.
    """
    if attempts >= len(LADDER):
        return None
    return LADDER[attempts] * (1 + JITTER * rng.random())
