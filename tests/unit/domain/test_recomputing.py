"""Open deadlines and due dates after a policy was amended (D8, D9, D17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.commands import AmendPolicy
from domain.complaint import Complaint
from domain.contact import ContactMethod
from domain.customer import Customer
from domain.grade import Grade
from domain.journal import DueRule
from domain.plain import to_plain
from domain.policies.book import PolicyKind
from domain.priority import Clock
from domain.worker_commands import RecomputeDeadlines, RecomputeDue
from tests.support.examples import a_complaint, a_contact, a_customer, a_policy
from tests.support.moments import LI, NOW, QIAN, TODAY, TOMORROW, ZHAO, an_id, at, signed, the_book
from tests.support.scenario import Outcome, Scenario, an_event

WEDNESDAY = date(2026, 11, 25)
THURSDAY = date(2026, 11, 26)
FRIDAY = date(2026, 11, 27)

DEADLINES = RecomputeDeadlines(complaint_id=an_id("complaint"), policy=PolicyKind.CALENDAR)
DUE = RecomputeDue(customer_id=an_id("customer"), policy=PolicyKind.CALENDAR)


class Company(Scenario):
    """A scenario with its policies, which may be amended."""

    def amends(self, kind: PolicyKind, content: dict[str, Any]) -> Company:
        """Put a new version of a policy in force."""
        policy = self.when(AmendPolicy(kind=kind, content=content), by=QIAN).subject
        versions = {**self.book.versions, kind: policy.version}
        return self.under(**{kind.value: policy.read()}, versions=versions)  # type: ignore[return-value]

    def closes(self, *days: date) -> Company:
        """Take days off."""
        return self._changes(closed=days)

    def opens(self, *days: date) -> Company:
        """Work on days."""
        return self._changes(opened=days)

    def _changes(self, closed: Sequence[date] = (), opened: Sequence[date] = ()) -> Company:
        calendar = self.book.calendar.with_days(closed=closed, opened=opened, usual=())
        plain = to_plain(calendar)
        return self.amends(PolicyKind.CALENDAR, {n: plain[n] for n in ("closed", "open")})

    def recomputes(
        self, command: RecomputeDeadlines | RecomputeDue, when: datetime = NOW
    ) -> Outcome:
        return self.when(command, at=when, by=QIAN)


def with_policies(*aggregates: Any) -> Company:
    return Company(*aggregates, *map(a_policy, PolicyKind))


def deadline(complaint: Complaint, clock: Clock = Clock.ACKNOWLEDGE) -> datetime:
    """Return when the whole of a clock's time is gone."""
    return next(c.at for c in complaint.climbs if c.clock is clock and c.percent == 100)


class TestComplaints:
    def test_a_day_off_moves_the_deadlines_behind_it_and_the_old_ones_are_kept(self) -> None:
        complaint = a_complaint(moment=at(TODAY, 17))  # P2: two hours to acknowledge
        before = list(complaint.climbs)
        company = with_policies(complaint).closes(TOMORROW)

        changed = company.recomputes(DEADLINES).then(
            an_event(
                Complaint.DeadlinesRecomputed,
                policy="calendar",
                sla_version=1,
                calendar_version=2,
                before=before,
            )
        )

        assert deadline(changed) == at(WEDNESDAY, 10)
        assert [climb.key for climb in changed.climbs] == [climb.key for climb in before]

    def test_a_day_of_work_brings_them_forward(self) -> None:
        saturday = date(2026, 11, 28)
        complaint = a_complaint(moment=at(FRIDAY, 17))

        changed = with_policies(complaint).opens(saturday).recomputes(DEADLINES).subject

        assert deadline(changed) == at(saturday, 10)

    def test_asking_again_changes_nothing_more(self) -> None:
        company = with_policies(a_complaint(moment=at(TODAY, 17))).closes(TOMORROW)
        company.recomputes(DEADLINES)

        company.recomputes(DEADLINES).then_nothing()

    def test_a_complaint_whose_deadlines_stay_has_nothing_recorded(self) -> None:
        next_year = date(2027, 11, 25)

        with_policies(a_complaint()).closes(next_year).recomputes(DEADLINES).then_nothing()

    def test_what_was_climbed_stays_climbed(self) -> None:
        complaint = a_complaint(moment=at(TODAY, 17))
        first = min(complaint.climbs, key=lambda climb: climb.at)
        with signed(first.at):
            complaint.escalate(first.key, [LI.id])

        changed = with_policies(complaint).closes(TOMORROW).recomputes(DEADLINES).subject

        assert first.key not in {climb.key for climb in changed.climbs}
        assert changed.climbed == {first.key}

    def test_while_we_wait_for_the_customer_only_the_other_clock_moves(self) -> None:
        complaint = a_complaint(moment=at(TODAY, 17))
        with signed(at(TODAY, 17), why="等客户回电"):
            complaint.pause(the_book())

        changed = with_policies(complaint).closes(TOMORROW).recomputes(DEADLINES).subject

        assert {climb.clock for climb in changed.climbs} == {Clock.ACKNOWLEDGE}

    def test_a_closed_complaint_is_left_alone(self) -> None:
        complaint = a_complaint(moment=at(TODAY, 9))
        with signed(at(TODAY, 10), why="完成"):
            complaint.assign(LI.id)
            complaint.acknowledge()
            complaint.investigate("运输")
            complaint.resolve("换货")

        with_policies(complaint).closes(TOMORROW).recomputes(DEADLINES).then_nothing()

    def test_another_calendar_brings_no_newer_targets_with_it(self) -> None:
        """Old decisions keep their rules, unless the company wants it."""
        shorter = {"P2": {"acknowledge": 60, "resolve": 600}}
        targets = {**_targets(), **shorter}
        complaint = a_complaint(moment=at(TODAY, 17))
        company = with_policies(complaint).amends(PolicyKind.SLA, {"targets": targets})

        changed = company.closes(TOMORROW).recomputes(DEADLINES).subject

        assert deadline(changed) == at(WEDNESDAY, 10)
        assert changed.sla_version == 1

    def test_newer_targets_count_when_the_company_wants_it(self) -> None:
        shorter = {"P2": {"acknowledge": 60, "resolve": 600}}
        complaint = a_complaint(moment=at(TODAY, 15))
        company = with_policies(complaint).amends(
            PolicyKind.SLA, {"targets": {**_targets(), **shorter}}
        )
        order = RecomputeDeadlines(complaint_id=complaint.id, policy=PolicyKind.SLA)

        changed = company.recomputes(order).then(
            an_event(Complaint.DeadlinesRecomputed, policy="sla", sla_version=2)
        )

        assert deadline(changed) == at(TODAY, 16)


class TestDueDates:
    def test_a_date_on_a_new_day_off_moves_to_the_next_day_of_work(self) -> None:
        customer = a_customer(grade=Grade.A)
        company = with_policies(customer).closes(TOMORROW)

        changed = company.recomputes(DUE).then(
            an_event(Customer.DueMoved, policy="calendar", before=customer.due)
        )

        assert (changed.due.on, changed.due.moved_from) == (WEDNESDAY, TOMORROW)
        assert (changed.due.cadence_version, changed.due.calendar_version) == (1, 2)

    def test_a_date_that_was_moved_moves_back_when_the_day_is_worked_after_all(self) -> None:
        company = with_policies(a_customer(grade=Grade.A)).closes(TOMORROW)
        company.recomputes(DUE)

        changed = company.opens(TOMORROW).recomputes(DUE).subject

        assert (changed.due.on, changed.due.moved_from) == (TOMORROW, None)

    def test_a_day_of_work_between_is_found_as_well(self) -> None:
        company = with_policies(a_customer(grade=Grade.A)).closes(TOMORROW, WEDNESDAY, THURSDAY)
        company.recomputes(DUE)

        assert company.opens(WEDNESDAY).recomputes(DUE).subject.due.on == WEDNESDAY

    def test_asking_again_changes_nothing_more(self) -> None:
        company = with_policies(a_customer(grade=Grade.A)).closes(TOMORROW)
        company.recomputes(DUE)

        company.recomputes(DUE).then_nothing()

    def test_a_date_on_another_day_has_nothing_recorded(self) -> None:
        with_policies(a_customer(grade=Grade.A)).closes(WEDNESDAY).recomputes(DUE).then_nothing()

    @pytest.mark.parametrize("grade", [Grade.A, Grade.D])
    def test_what_was_promised_stays_promised(self, grade: Grade) -> None:
        """Also when the cadence would have made the very day."""
        customer = a_customer(grade=grade, promised_on=TOMORROW)

        with_policies(customer).closes(TOMORROW).recomputes(DUE).then_nothing()

    def test_a_contact_that_needs_no_day_of_work_stays(self) -> None:
        customer = a_customer()
        contact = a_contact(grade=Grade.A, method=ContactMethod.WECHAT)
        with signed():
            customer.contact(the_book(), contact)

        with_policies(customer).closes(TOMORROW).recomputes(DUE).then_nothing()

    def test_how_the_next_contact_is_made_counts_and_not_how_this_one_was(self) -> None:
        customer = a_customer()
        contact = a_contact(
            grade=Grade.A, method=ContactMethod.WECHAT, next_method=ContactMethod.VISIT
        )
        with signed():
            customer.contact(the_book(), contact)

        changed = with_policies(customer).closes(TOMORROW).recomputes(DUE).subject

        assert changed.due.on == WEDNESDAY

    def test_a_quick_notes_interval_stays_the_quick_notes(self) -> None:
        customer = a_customer()
        with signed():
            customer.contact_by_quick_note(the_book(), "2", TODAY)  # nobody answered: a day

        changed = with_policies(customer).closes(TOMORROW).recomputes(DUE).subject

        assert (changed.due.on, changed.due.rule) == (WEDNESDAY, DueRule.QUICK_NOTE)

    def test_a_date_never_moves_beyond_the_day_the_customer_needs_us(self) -> None:
        customer = a_customer(grade=Grade.A, needed_by=WEDNESDAY)

        changed = (
            with_policies(customer).closes(TOMORROW, WEDNESDAY, THURSDAY).recomputes(DUE).subject
        )

        assert (changed.due.on, changed.due.rule) == (WEDNESDAY, DueRule.NEEDED_BY)

    def test_a_date_that_a_regrading_brought_out_of_the_past_stays(self) -> None:
        long_ago = TODAY - timedelta(days=20)
        customer = a_customer(moment=at(long_ago))
        with signed(NOW):
            customer.regrade(the_book(), grade=Grade.A)

        with_policies(customer).closes(TODAY).recomputes(DUE).then_nothing()

    def test_another_calendar_brings_no_newer_cadence_with_it(self) -> None:
        """Old decisions keep their rules, unless the company wants it."""
        company = with_policies(a_customer(grade=Grade.A))
        company.amends(PolicyKind.CADENCE, {"interval_days": _every(4)}).closes(TOMORROW)

        changed = company.recomputes(DUE).subject

        assert (changed.due.on, changed.due.cadence_version) == (WEDNESDAY, 1)

    def test_a_newer_cadence_counts_when_the_company_wants_it(self) -> None:
        company = with_policies(a_customer(grade=Grade.A))
        company.amends(PolicyKind.CADENCE, {"interval_days": _every(4)})
        order = RecomputeDue(customer_id=an_id("customer"), policy=PolicyKind.CADENCE)

        changed = company.recomputes(order).then(an_event(Customer.DueMoved, policy="cadence"))

        assert (changed.due.on, changed.due.interval_days) == (FRIDAY, 4)
        assert changed.due.cadence_version == 2


@pytest.mark.parametrize("principal", [LI, ZHAO])
def test_nobody_recomputes_by_hand(principal: Any) -> None:
    outcome = with_policies(a_customer()).when(DUE, by=principal)

    assert outcome.error is not None
    assert outcome.error.code == "forbidden"


def _targets() -> dict[str, Any]:
    return {
        priority.value: {"acknowledge": target.acknowledge, "resolve": target.resolve}
        for priority, target in the_book().sla.targets.items()
    }


def _every(days: int) -> dict[str, int]:
    return {"A": days, "B": 7, "C": 15, "D": 30, "E": 365}
