"""Policies tried on the past: one trial for whoever asks the same, whichever process he asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from domain.access import Role, Scope
from projections import what_if
from tests.support.http import Caller, Front
from tests.support.problems import problem_of
from tests.support.shift import Shift
from workers import trials
from workers.long_work import Keep, LongWork
from workers.trials import KINDS
from workers.trying import Trying

NEVER = dict.fromkeys("ABCDE", 365)


class Killed(BaseException):
    """The worker is gone, in the middle of what it did."""


@pytest.fixture
def qian(front: Front, chen: Caller) -> Caller:
    """Qian, the administrator of a company with a customer who was neglected."""
    chen.post("/customers", {"name": "王小明", "grade": "A"})
    front.company.wait(days=7)
    return front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))


@pytest.fixture
def elsewhere(front: Front, qian: Caller) -> Caller:
    """The same Qian, who reaches another process."""
    caller = Caller(Front(front.company).app)
    caller.headers = qian.headers
    return caller


@pytest.fixture
def shift(front: Front, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shift]:
    """Workers, who tell after ten events how far they are."""
    monkeypatch.setattr(what_if, "BATCH", 10)
    shift = Shift(front.company)
    yield shift
    shift.close()


def work(shift: Shift) -> None:
    shift.company.wait(seconds=1)
    shift.tick(job=shift.stage.trying)


def disturbed(shift: Shift, disturb: Callable[[], None]) -> LongWork:
    """The work of a process to which `disturb` happens after each ten events."""
    trying = Trying(shift.stage.trials, shift.read, clock=shift.stage.clock)

    def carry_out(key: UUID, keep: Keep) -> None:
        def disturbing() -> None:
            keep()
            disturb()

        trying.carry_out(key, disturbing)

    return LongWork("try", KINDS, shift.stage.trying.worklist, carry_out, clock=shift.stage.clock)


def ask(caller: Caller, days: Any = None) -> TestResponse:
    return caller.post("/policies/cadence/what-if", {"content": {"interval_days": days or NEVER}})


def rows(front: Front) -> int:
    with front.company.database.connection() as connection:
        row = connection.execute("SELECT count(*) FROM work.trial").fetchone()
    assert row is not None
    return int(row[0])


def test_whoever_asks_the_same_of_any_process_waits_for_the_same_trial(
    front: Front, qian: Caller, elsewhere: Caller, shift: Shift
) -> None:
    head = front.head
    begun = ask(qian)
    assert (begun.status_code, begun.headers["Retry-After"]) == (202, "1")
    assert begun.get_json() == {"position": 0, "until": head}
    front.company.registers(front.company.chen, "李四")
    assert ask(elsewhere).get_json() == {"position": 0, "until": head}
    work(shift)

    answers = [ask(elsewhere), ask(qian)]

    assert rows(front) == 1
    assert [each.status_code for each in answers] == [200, 200]
    assert [int(each.headers["Kezhi-Position"]) for each in answers] == [head, head]
    assert answers[0].get_json() == answers[1].get_json()
    assert answers[0].get_json()["now"]["overdue"] > answers[0].get_json()["then"]["overdue"]
    (month,) = answers[0].get_json()["months"]
    assert (month["rep_id"], month["month"]) == (str(front.company.chen), "2026-03-01")
    front.company.wait(seconds=181)
    assert ask(qian).get_json() == {"position": 0, "until": front.head}, "an answer of long ago"


def test_an_answer_about_policies_that_are_no_longer_in_force_is_not_given_again(
    qian: Caller, shift: Shift
) -> None:
    ask(qian)
    work(shift)
    assert ask(qian).get_json()["then"]["overdue"] == 0
    qian.patch("/policies/cadence", {"content": {"interval_days": NEVER}}, if_match=1)

    assert ask(qian).status_code == 202
    work(shift)
    assert ask(qian).get_json()["now"]["overdue"] == 0


def test_what_a_killed_worker_has_begun_is_reckoned_by_another(
    front: Front, qian: Caller, elsewhere: Caller, shift: Shift
) -> None:
    batches = iter([None, None])

    def die() -> None:
        if next(batches, Killed) is Killed:
            raise Killed

    ask(qian)
    with pytest.raises(Killed):
        shift.tick(job=disturbed(shift, die))
    so_far = ask(elsewhere)
    assert (so_far.status_code, so_far.get_json()["position"]) == (202, 10)
    front.company.wait(seconds=40)
    assert ask(qian).get_json() == so_far.get_json()
    front.company.wait(seconds=21)

    work(shift)

    assert ask(elsewhere).status_code == ask(qian).status_code == 200


def test_a_trial_that_nobody_waits_for_any_more_stops_and_is_begun_anew_by_who_asks(
    front: Front, qian: Caller, shift: Shift
) -> None:
    told: list[int] = []

    def leave() -> None:
        front.company.wait(seconds=181)
        told.append(1)

    ask(qian)
    shift.tick(job=disturbed(shift, leave))

    assert len(told) == 1, "it went on"
    assert ask(qian).get_json()["position"] == 0
    work(shift)
    assert ask(qian).status_code == 200
    shift.stage.trials.tidy(front.company.now + trials.KEPT)
    assert rows(front) == 0


def test_so_many_trials_wait_and_no_more_until_somebody_leaves(front: Front, qian: Caller) -> None:
    for day in range(1, trials.AT_ONCE + 1):
        assert ask(qian, {**NEVER, "A": day}).status_code == 202
    busy = ask(qian)
    problem_of(busy, 503, "past-busy")
    assert busy.headers["Retry-After"] == "30"
    front.company.wait(seconds=181)

    assert ask(qian).status_code == 202
    assert rows(front) == 1


def test_a_trial_that_fails_again_and_again_says_so(
    front: Front, qian: Caller, shift: Shift
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    for _ in range(3):
        assert ask(qian).status_code == 202
        shift.tick(job=disturbed(shift, fail))
        front.company.wait(seconds=31)
        ask(qian)
        front.company.wait(seconds=30)

    problem_of(ask(qian), 500, "trial-failed")


@pytest.mark.usefixtures("shift")
def test_a_policy_that_makes_no_sense_is_not_tried(front: Front, qian: Caller) -> None:
    for kind, content in (("cadence", {"interval_days": {"A": 1}}), ("greetings", {})):
        response = qian.post(f"/policies/{kind}/what-if", {"content": content})
        problem_of(response, 422, "invalid")
    problem_of(ask(qian, "A\0"), 400, "body-forbidden-character")
    assert rows(front) == 0
