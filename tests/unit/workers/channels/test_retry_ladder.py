from __future__ import annotations

from random import Random

import pytest

from workers.channels.retry_ladder import JITTER, LADDER, next_attempt_after

HOUR = 3600


@pytest.mark.parametrize(("attempts", "seconds"), list(enumerate(LADDER)))
def test_each_pause_is_the_ladder_s_and_at_most_a_fifth_longer(attempts: int, seconds: int) -> None:
    pauses = [next_attempt_after(attempts, Random(seed)) for seed in range(50)]

    assert all(p is not None and seconds <= p <= seconds * (1 + JITTER) for p in pauses)


def test_the_first_attempt_is_made_at_once_and_the_second_soon() -> None:
    assert next_attempt_after(0, Random(1)) == 0
    assert next_attempt_after(1, Random(1)) == pytest.approx(5, rel=JITTER)


def test_after_three_days_it_is_given_up() -> None:
    assert sum(LADDER) == 75 * HOUR + 35 * 60 + 5
    assert next_attempt_after(9, Random(1)) is not None
    assert next_attempt_after(10, Random(1)) is None
    assert next_attempt_after(11, Random(1)) is None


def test_what_failed_together_does_not_return_together() -> None:
    rng = Random(1)

    assert len({next_attempt_after(4, rng) for _ in range(100)}) == 100
