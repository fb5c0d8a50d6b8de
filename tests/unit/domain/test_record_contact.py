"""Recording a contact with its grade decision and next date (R41, R43, R47, R49, D8)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.access import Principal
from domain.commands import RecordContact
from domain.contact import ContactMethod, ContactPurpose
from domain.customer import Customer
from domain.errors import (
    DeferralNeedsReasonError,
    FutureDateError,
    NotFoundError,
    PastDateError,
    StaleVersionError,
)
from domain.grade import Demand, Grade
from domain.journal import DueRule
from domain.task import Task
from tests.support.examples import a_contact, a_contacted_customer, a_customer
from tests.support.moments import LI, NOW, TODAY, TOMORROW, WANG, YESTERDAY, an_id, at
from tests.support.scenario import Outcome, Scenario, an_event, given

CONTACTED = an_event(Customer.Contacted)


def recording(on: date = TODAY, **changes: Any) -> RecordContact:
    return RecordContact(customer_id=an_id("customer"), contact=a_contact(on, **changes))


def a_b_customer(**changes: Any) -> Scenario:
    """Return Li's customer of grade B, registered a week ago and never contacted."""
    return given(a_customer(at(date(2026, 11, 16)), grade=Grade.B, **changes))


def contacted(on: date = TODAY, **changes: Any) -> Outcome:
    return a_b_customer().when(recording(on, **changes))


def test_a_contact_grade_and_next_date_are_one_fact() -> None:
    """R41, R43."""
    customer = contacted(demand=Demand.PRESENT, expected_on=date(2026, 12, 1)).then(
        an_event(
            Customer.Contacted,
            contacted_by=LI.id,
            contacted_on=TODAY,
            from_grade="B",
            to_grade="A",
            grade_basis="assessed",
            grading_version=1,
            demand="present",
            expected_on=date(2026, 12, 1),
        )
    )

    assert customer.grade is Grade.A
    assert (customer.due.on, customer.due.counted_from) == (TOMORROW, TODAY)
    assert customer.last_contact_on == TODAY
    assert customer.classification["expected_on"] == "2026-12-01"


def test_what_was_said_and_how_is_kept() -> None:
    """R47."""
    contacted(
        method=ContactMethod.VISIT,
        purpose=ContactPurpose.RETURN_VISIT,
        text="看了样品",
        feedback="颜色偏深",
    ).then(
        an_event(
            Customer.Contacted,
            method="visit",
            purpose="return_visit",
            text="看了样品",
            feedback="颜色偏深",
        ),
        an_event(Task.Opened),
    )


def test_a_contact_that_says_nothing_of_the_grade_keeps_it_in_so_many_words() -> None:
    """X20."""
    contacted().then(
        an_event(Customer.Contacted, from_grade="B", to_grade="B", grade_basis="kept", demand=None)
    )


def test_what_the_representative_judges_wins_over_what_he_states() -> None:
    contacted(grade=Grade.C, demand=Demand.NONE).then(
        an_event(Customer.Contacted, to_grade="C", grade_basis="judged", demand="none")
    )


def test_the_new_grades_journal_applies_from_now_on() -> None:
    """R41."""
    assert contacted(grade=Grade.E).then(CONTACTED).due.on == date(2027, 11, 23)


def test_a_contact_of_yesterday_recorded_today_counts_from_yesterday() -> None:
    customer = contacted(YESTERDAY).then(CONTACTED)

    assert customer.last_contact_on == YESTERDAY
    assert (customer.due.counted_from, customer.due.on) == (YESTERDAY, date(2026, 11, 30))
    assert customer.modified_on == NOW


@pytest.mark.parametrize(("hour", "is_refused"), [(23, True), (0, False)])
def test_a_contact_of_tomorrow_is_refused_until_it_is_tomorrow_here(
    hour: int, *, is_refused: bool
) -> None:
    moment = at(TODAY if is_refused else TOMORROW, hour, 59)
    outcome = a_b_customer().when(recording(TOMORROW), at=moment)

    if is_refused:
        outcome.then_refused(FutureDateError, field="contacted_on", today="2026-11-23")
    else:
        outcome.then(CONTACTED)


def test_a_promised_date_is_the_next_date() -> None:
    """R43."""
    customer = contacted(promised_on=date(2026, 11, 25)).then(
        an_event(Customer.Contacted, promised_on=date(2026, 11, 25))
    )

    assert (customer.due.on, customer.due.rule) == (date(2026, 11, 25), DueRule.PROMISE)


def test_a_deferral_needs_a_reason_and_keeps_it() -> None:
    """X9."""
    spring = date(2027, 2, 22)
    contacted(promised_on=spring).then_refused(DeferralNeedsReasonError, field="defer_reason")

    contacted(promised_on=spring, defer_reason="春节后再谈").then(
        an_event(Customer.Contacted, promised_on=spring, defer_reason="春节后再谈")
    )


def test_a_promise_before_the_contact_is_refused() -> None:
    contacted(promised_on=YESTERDAY).then_refused(PastDateError, field="promised_on")


def test_how_the_next_contact_will_be_made_decides_whether_it_needs_a_working_day() -> None:
    friday = at(date(2026, 11, 27))
    by_mail = {"grade": Grade.A, "method": ContactMethod.EMAIL}

    mail = a_b_customer().when(recording(friday.date(), **by_mail), at=friday)
    call = a_b_customer().when(
        recording(friday.date(), **by_mail, next_method=ContactMethod.PHONE), at=friday
    )

    assert mail.then(CONTACTED).due.on == date(2026, 11, 28)
    assert call.then(CONTACTED).due.on == date(2026, 11, 30)


def test_an_expected_day_known_before_brings_the_next_date_forward() -> None:
    """X5."""
    company = a_b_customer(expected_on=date(2026, 11, 26))

    assert company.when(recording()).then(CONTACTED).due.rule is DueRule.EXPECTED_DEAL


def test_a_day_of_need_is_served_by_the_contact_on_it() -> None:
    company = a_b_customer(needed_by=TODAY)
    assert company.now().due.on == TODAY

    assert company.when(recording()).then(CONTACTED).due.on == date(2026, 11, 30)


class TestTheNeedForAnEstimate:
    def test_it_stays_until_somebody_gives_one(self) -> None:
        """X5."""
        company = given(a_customer(demand=Demand.PRESENT))

        assert company.when(recording()).then(CONTACTED).needs_estimate
        told = recording(expected_on=date(2026, 12, 24))
        assert not company.when(told).then(CONTACTED).needs_estimate

    def test_it_comes_when_the_expected_day_goes_by(self) -> None:
        company = a_b_customer(expected_on=date(2026, 12, 1))
        later = date(2026, 12, 2)

        outcome = company.when(recording(later), at=at(later))
        outcome.then(an_event(Customer.Contacted, needs_estimate=True, grade_basis="kept"))

    def test_a_customer_nobody_knows_anything_of_needs_one_until_he_is_judged(self) -> None:
        company = given(a_customer())

        assert company.when(recording()).then(CONTACTED).needs_estimate
        assert not company.when(recording(grade=Grade.C)).then(CONTACTED).needs_estimate


class TestWrittenDownLate:
    """A contact of earlier, recorded after a later one."""

    def company(self, **promise: Any) -> Scenario:
        contact = a_contact(grade=Grade.C, **promise)
        return given(a_contacted_customer(contact=contact))

    def test_the_last_contact_stays_the_last(self) -> None:
        """R49."""
        customer = self.company().when(recording(YESTERDAY)).then(CONTACTED)

        assert customer.last_contact_on == TODAY
        assert (customer.due.counted_from, customer.due.on) == (TODAY, date(2026, 12, 8))

    def test_what_was_promised_at_the_later_one_stands(self) -> None:
        company = self.company(promised_on=date(2026, 11, 27))

        assert company.when(recording(YESTERDAY)).then(CONTACTED).due.on == date(2026, 11, 27)

    def test_a_grade_judged_now_holds_from_now_on(self) -> None:
        customer = self.company().when(recording(YESTERDAY, grade=Grade.A)).then(CONTACTED)

        assert (customer.grade, customer.due.on) == (Grade.A, TOMORROW)

    def test_a_promise_for_later_is_taken_over(self) -> None:
        later = recording(YESTERDAY, promised_on=date(2026, 11, 27))

        assert self.company().when(later).then(CONTACTED).due.on == date(2026, 11, 27)

    def test_a_promise_that_a_contact_has_kept_since_is_refused(self) -> None:
        kept = recording(date(2026, 11, 20), promised_on=YESTERDAY)

        self.company().when(kept).then_refused(PastDateError, earliest="2026-11-23")


def test_two_contacts_of_one_day_both_count() -> None:
    company = a_b_customer()

    company.when(recording(promised_on=date(2026, 11, 25))).then(CONTACTED)
    assert company.when(recording()).then(CONTACTED).due.on == date(2026, 11, 30)


def test_the_second_owner_may_record_one_and_a_stranger_may_not() -> None:
    """R57: own = owner or second owner; D11: out of scope is as absent."""
    shared = a_b_customer(second_owner_id=WANG.id)
    shared.when(recording(), by=WANG).then(an_event(Customer.Contacted, contacted_by=WANG.id))

    a_b_customer().when(recording(), by=WANG).then_refused(
        NotFoundError, of="customer", id=str(an_id("customer"))
    )


def test_a_process_of_ours_is_nobody_who_contacted() -> None:
    outcome = a_b_customer().when(recording(), by=Principal.system("import"))

    outcome.then(an_event(Customer.Contacted, contacted_by=None, actor="kezhi/import"))


def test_whoever_saw_an_older_version_has_to_look_again() -> None:
    given(a_contacted_customer()).when(recording(), expected_version=1).then_refused(
        StaleVersionError, expected=1, current=2
    )
