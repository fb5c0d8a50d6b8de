from __future__ import annotations

import pytest

from tests.support.waiting import eventually


def test_the_first_true_answer_is_given_back() -> None:
    answers = iter([0, None, "ready", "too late"])

    assert eventually(lambda: next(answers)) == "ready"


def test_a_failing_assertion_is_asked_again() -> None:
    counted: list[int] = []

    def three_times() -> bool:
        counted.append(1)
        assert len(counted) == 3
        return True

    assert eventually(three_times)


def test_the_last_refusal_is_shown_when_time_is_up() -> None:
    def never() -> bool:
        assert not "stuck"
        return True

    with pytest.raises(AssertionError, match=r"still not so after 0\.01 seconds") as refused:
        eventually(never, within=0.01)

    assert isinstance(refused.value.__cause__, AssertionError)


def test_an_error_that_is_no_refusal_is_shown_at_once() -> None:
    with pytest.raises(KeyError):
        eventually(lambda: {}["missing"], within=60)
