"""Deciding the grade anew without a contact (重新定格划分等级)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.commands import RegradeCustomer
from domain.customer import Customer
from domain.errors import NothingChangedError
from domain.grade import Demand, Grade
from domain.journal import DueRule
from tests.support.examples import a_contact, a_contacted_customer, a_customer
from tests.support.moments import TODAY, an_id, at
from tests.support.scenario import Scenario, an_event, given

REGRADED = an_event(Customer.Regraded)


def regrading(**facts: Any) -> RegradeCustomer:
    return RegradeCustomer(customer_id=an_id("customer"), **facts)


def contacted_on(day: date, **contact: Any) -> Scenario:
    """Return a customer of grade D, contacted on `day`."""
    return given(a_contacted_customer(day, contact=a_contact(day, **{"grade": Grade.D, **contact})))


def test_a_judgement_gives_another_grade_and_the_date_counts_from_the_last_contact() -> None:
    customer = (
        contacted_on(TODAY)
        .when(regrading(grade=Grade.B), why="收到询价")
        .then(
            an_event(
                Customer.Regraded,
                from_grade="D",
                to_grade="B",
                grade_basis="judged",
                demand=None,
                why="收到询价",
            )
        )
    )

    assert (customer.grade, customer.due.on) == (Grade.B, date(2026, 11, 30))
    assert customer.last_contact_on == TODAY


def test_a_new_estimate_gives_the_grade_that_follows_from_it() -> None:
    """R34-R36."""
    customer = (
        contacted_on(TODAY)
        .when(regrading(expected_on=date(2027, 2, 1)))
        .then(an_event(Customer.Regraded, to_grade="B", grade_basis="assessed", demand="present"))
    )

    assert customer.classification["expected_on"] == "2027-02-01"


def test_a_new_estimate_is_recorded_even_when_the_grade_stays() -> None:
    outcome = contacted_on(TODAY).when(regrading(demand=Demand.LATENT))

    outcome.then(an_event(Customer.Regraded, from_grade="D", to_grade="D", demand="latent"))


@pytest.mark.parametrize("facts", [{}, {"grade": Grade.D}])
def test_regrading_to_the_same_grade_is_refused(facts: dict[str, Any]) -> None:
    contacted_on(TODAY).when(regrading(**facts)).then_refused(NothingChangedError, of="grade")


def test_stating_what_is_known_already_is_refused() -> None:
    company = given(a_customer(demand=Demand.LATENT))

    company.when(regrading(demand=Demand.LATENT)).then_refused(NothingChangedError)


def test_before_the_first_contact_the_date_counts_from_the_registration() -> None:
    """D8."""
    company = given(a_customer(at(date(2026, 11, 19)), grade=Grade.D))

    assert company.when(regrading(grade=Grade.B)).then(REGRADED).due.on == date(2026, 11, 26)


def test_a_higher_grade_makes_nobody_overdue() -> None:
    company = contacted_on(date(2026, 11, 3))

    assert company.when(regrading(grade=Grade.A)).then(REGRADED).due.on == TODAY


def test_who_is_overdue_stays_overdue() -> None:
    company = contacted_on(date(2026, 10, 12))
    before = company.now().due.on
    assert before < TODAY

    assert company.when(regrading(grade=Grade.A)).then(REGRADED).due.on == before


def test_a_promise_to_the_customer_stands() -> None:
    """R45."""
    company = contacted_on(TODAY, promised_on=date(2026, 11, 27))
    due = company.when(regrading(grade=Grade.B)).then(REGRADED).due

    assert (due.on, due.rule) == (date(2026, 11, 27), DueRule.PROMISE)


def test_a_deferral_stands() -> None:
    spring = date(2027, 2, 22)
    company = contacted_on(TODAY, promised_on=spring, defer_reason="春节后再谈")

    assert company.when(regrading(grade=Grade.A)).then(REGRADED).due.on == spring
