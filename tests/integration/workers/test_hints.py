from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Thread
from uuid import UUID

import pytest
from psycopg.sql import SQL

from domain.complaint import Complaint
from domain.reminder import Reminder
from projections.obligations.queries import ObligationRow
from tests.support.care import Company
from tests.support.shift import CaughtHints, Shift
from workers.backlog import Backlog, ObligationState, OwedRow
from workers.decisions import digest
from workers.decisions.kinds import KINDS, Kind
from workers.decisions.office import Office
from workers.lanes import Lane
from workers.settings import WorkSettings
from workers.ticker import Ticker

TUESDAY_NOON = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
DECISIONS = (Reminder.DigestIssued, Reminder.Skipped, Complaint.Escalated)


@pytest.fixture
def busy(company: Company, shift: Shift) -> int:
    """Have three complaints and four lists fall due; return how many decisions that makes."""
    for number in range(3):
        customer = company.registers(
            company.chen,
            f"王{number}",
            phones=(f"1380013800{number}",),
            promised_on=date(2026, 3, 3),
        )
        shift.complains(customer)
    company.now = TUESDAY_NOON
    shift.project()
    due = sum(each.count for each in shift.owed.overdue(company.now))
    assert due > 10
    return due


def decided(shift: Shift) -> list[tuple[UUID, int]]:
    events = shift.events(*DECISIONS, Complaint.EscalationStranded)
    return [(event.originator_id, event.originator_version) for event in events]


def test_hints_that_are_heeded_do_the_work(shift: Shift, busy: int) -> None:
    hints = CaughtHints()
    shift.tick(hints)
    assert decided(shift) == []
    assert {lane for _, lane, _ in hints.sent} == {Lane.URGENT, Lane.NORMAL}
    hints.heeded()

    assert len(decided(shift)) == busy


def test_lost_hints_are_made_good_after_the_lease(
    company: Company, shift: Shift, busy: int
) -> None:
    shift.tick(CaughtHints())
    shift.tick(CaughtHints())
    assert decided(shift) == []
    company.wait(seconds=61)
    shift.tick(CaughtHints())

    assert len(decided(shift)) == busy


def test_much_that_is_due_at_once_goes_out_in_hints_of_a_size(
    begin: Callable[..., Shift], company: Company, busy: int
) -> None:
    shift = begin(work=WorkSettings(decisions_at_once=3))
    hints = CaughtHints()
    has_more = Ticker(
        shift.stage.deciding, hints, clock=shift.stage.clock, uptime=shift.stage.uptime
    ).tick(company.now)
    sizes = [len(keys) for _, _, keys in hints.sent]
    hints.heeded()

    # One look is enough for all of it, and no worker has to hold more than a hint.
    assert not has_more
    assert len(decided(shift)) == busy
    assert max(sizes) == 3


def test_doubled_and_shuffled_hints_change_nothing(shift: Shift, busy: int) -> None:
    hints = CaughtHints()
    shift.tick(hints)
    hints.sent = [(job, lane, [key]) for job, lane, keys in hints.sent for key in keys] * 3
    Random(7).shuffle(hints.sent)
    hints.heeded()

    assert len(decided(shift)) == busy
    assert len(set(decided(shift))) == busy
    assert set_aside(shift.company) == []


def test_two_tickers_at_once_decide_each_thing_once(shift: Shift, busy: int) -> None:
    both = [Thread(target=shift.tick) for _ in range(2)]
    for ticker in both:
        ticker.start()
    for ticker in both:
        ticker.join()

    assert len(decided(shift)) == len(set(decided(shift))) == busy


def test_a_key_is_claimed_by_one_at_a_time(company: Company, shift: Shift, busy: int) -> None:
    worklist = shift.stage.deciding.worklist
    kinds = list(shift.stage.deciding.lanes)
    first = worklist.claim(company.now, kinds, 5)
    second = worklist.claim(company.now, kinds, 100)

    assert len(first) + len(second) == busy
    assert {each.key for each in first}.isdisjoint(each.key for each in second)
    # What is most urgent goes first.
    assert [each.kind for each in [*first, *second]] == sorted(
        (each.kind for each in [*first, *second]), key=["escalation", "digest"].index
    )


def test_who_goes_on_where_he_stood_passes_over_what_came_before(
    company: Company, shift: Shift, busy: int
) -> None:
    worklist = shift.stage.deciding.worklist
    kinds = list(shift.stage.deciding.lanes)
    first = worklist.claim(company.now, kinds, 5)
    worklist.let_go([each.key for each in first], company.now)

    places = {each.kind: each.place for each in first}
    rest = worklist.claim(company.now, kinds, 100, after=places)
    assert len(rest) == busy - 5
    assert {each.key for each in worklist.claim(company.now, kinds, 100)} == {
        each.key for each in first
    }


def test_what_came_free_behind_a_ticker_is_taken_up_in_the_same_hour(
    begin: Callable[..., Shift], company: Company, busy: int
) -> None:
    shift = begin(kinds={"digest": KINDS["digest"]}, work=WorkSettings(decisions_at_once=2))
    stage, hints = shift.stage, CaughtHints()
    ticker = Ticker(
        stage.deciding, hints, clock=stage.clock, uptime=stage.uptime, hints_in_a_lane=1
    )
    assert ticker.tick(company.now)
    lost = [key for _, _, keys in hints.sent for key in keys]
    hints.sent.clear()
    stage.deciding.worklist.let_go(lost, company.now)
    while ticker.tick(company.now):
        hints.heeded()
    hints.heeded()

    assert len(decided(shift)) == 4 < busy
    shift.project()
    assert "digest" not in {each.kind for each in shift.owed.overdue(company.now)}


def test_what_is_done_leaves_no_claim_once_the_lists_know(
    company: Company, shift: Shift, busy: int
) -> None:
    shift.works()
    assert len(decided(shift)) == busy
    shift.project()
    company.wait(seconds=31)
    shift.works()

    claims = company.database.fetch(SQL("SELECT count(*) FROM work.claim"), ())
    assert claims == [(0,)]


def set_aside(company: Company) -> list[OwedRow]:
    return Backlog(company.database).obligations(ObligationState.QUARANTINED, company.now)


def test_what_brings_its_process_down_is_set_aside_after_three_times(
    company: Company, shift: Shift, busy: int
) -> None:
    worklist, kinds = shift.stage.deciding.worklist, ["digest"]
    (poison, *_) = worklist.claim(company.now, kinds, 100)
    assert poison.key in worklist.take([poison.key], company.now)  # and then the process dies
    for _ in range(2):
        company.wait(seconds=61)
        assert poison.key in {each.key for each in worklist.claim(company.now, kinds, 100)}
        # It goes alone now, so that it takes nobody with it.
        assert worklist.take([poison.key], company.now) == {}
        assert worklist.suspects([poison.key]) == [poison.key]
        assert worklist.take_suspect(poison.key, company.now) is not None
    company.wait(seconds=61)
    shift.works()

    (aside,) = set_aside(company)
    assert (aside.key, aside.attempts, aside.last_error) == (poison.key, 3, "the process died")
    assert len(decided(shift)) == busy - 1
    Backlog(company.database).release([poison.key], company.now)
    shift.works()
    assert len(decided(shift)) == busy
    assert set_aside(company) == []


def test_one_decision_that_fails_holds_up_no_other(
    begin: Callable[..., Shift], company: Company, busy: int, caplog: pytest.LogCaptureFixture
) -> None:
    def decide(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
        if company.li in {each.subject_id for each in obligations}:
            raise RuntimeError("王小明 has a name that nobody can bear")
        digest.decide(obligations, now, office)

    caplog.set_level(logging.CRITICAL)
    shift = begin(kinds={**KINDS, "digest": Kind(Lane.NORMAL, decide, together=100)})
    for _ in range(5):
        shift.works()
        company.wait(seconds=61)

    (aside,) = set_aside(company)
    assert aside.attempts == 3
    assert aside.last_error.startswith("RuntimeError at decide")
    assert len(decided(shift)) == busy - 1


def test_while_the_read_models_lag_nothing_is_decided_twice(
    company: Company, shift: Shift, busy: int
) -> None:
    for _ in range(5):
        shift.tick()
        company.wait(seconds=61)

    assert len(decided(shift)) == len(set(decided(shift))) == busy
    assert set_aside(company) == []


def test_claims_on_what_is_gone_are_swept_away(company: Company, shift: Shift, busy: int) -> None:
    shift.works()
    company.wait(minutes=5)
    shift.works()
    with company.database.connection() as connection:
        (left,) = connection.execute("SELECT count(*) FROM work.claim").fetchone() or (None,)

    assert left == 0
    assert busy


def test_downtime_is_on_record(company: Company, shift: Shift) -> None:
    uptime, start = shift.stage.uptime, company.now
    assert uptime.note(start) is None
    assert uptime.note(start + timedelta(seconds=30)) is None
    gap = uptime.note(start + timedelta(hours=3))

    assert gap is not None
    assert uptime.downtimes(start) == [gap]
    assert gap.until - gap.since == timedelta(hours=3, seconds=-30)
