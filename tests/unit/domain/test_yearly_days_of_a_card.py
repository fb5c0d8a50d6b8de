"""Birthdays and company days on the card (R73, X18)."""

from __future__ import annotations

import pytest

from domain.commands import CorrectCustomer, RegisterCustomer
from domain.customer import Customer
from domain.errors import InvalidError
from tests.support.examples import a_card, a_customer, claims_held_by, everybody
from tests.support.moments import an_id
from tests.support.scenario import Scenario, an_event, given, refused


def known_from_before(birthday: str) -> Scenario:
    """Return a customer whose birthday was stored when any text was accepted."""
    customer = a_customer()
    customer.pending_events[0].card["birthday"] = birthday
    return given(customer, *claims_held_by(customer))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1990年5月1日", "1990-05-01"),
        ("5-1", "--05-01"),
        ("农历闰六月初一", "lunar:--06L-01"),
        ("", ""),
    ],
)
def test_a_day_is_kept_in_its_plain_form(text: str, kept: str) -> None:
    card = a_card(birthday=text, company_day=text)

    assert (card.birthday, card.company_day) == (kept, kept)


@pytest.mark.parametrize("field", ["birthday", "company_day"])
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("属马", "not-a-yearly-day"),
        ("八月十五", "calendar-unclear"),
        ("2-30", "no-such-day"),
        ("农历2025年腊月三十", "no-such-day"),
    ],
)
def test_nobody_new_has_a_birthday_that_is_no_day(field: str, text: str, problem: str) -> None:
    with refused(InvalidError, field=field, problem=problem):
        a_customer(card=a_card(**{field: text}))


def test_a_registration_with_a_day_that_never_was_leaves_nothing_behind() -> None:
    command = RegisterCustomer(card=a_card(birthday="1990-02-29"))

    given(*everybody()).when(command).then_refused(InvalidError, problem="no-such-day")


def test_a_birthday_is_corrected_in_any_writing() -> None:
    correction = CorrectCustomer(customer_id=an_id("customer"), card={"birthday": "农历八月十五"})

    known_from_before("1990-05-01").when(correction, why="客户说").then(
        an_event(
            Customer.CardCorrected,
            before={"birthday": "1990-05-01"},
            after={"birthday": "lunar:--08-15"},
        )
    )


def test_a_birthday_is_not_corrected_to_what_is_no_day() -> None:
    correction = CorrectCustomer(customer_id=an_id("customer"), card={"birthday": "秋天"})

    known_from_before("1990-05-01").when(correction, why="客户说").then_refused(
        InvalidError, field="birthday", problem="not-a-yearly-day"
    )


def test_an_old_birthday_that_nobody_can_read_hinders_no_other_correction() -> None:
    company = known_from_before("属马")
    correction = CorrectCustomer(customer_id=an_id("customer"), card={"wechat": "wxm"})

    customer = company.when(correction, why="客户说").then(
        an_event(Customer.CardCorrected, changed=["wechat"], after={"wechat": "wxm"})
    )

    assert customer.card["birthday"] == "属马"


def test_an_old_birthday_written_differently_is_the_same_day() -> None:
    company = known_from_before("1990/5/1")
    correction = CorrectCustomer(
        customer_id=an_id("customer"), card={"birthday": "1990-05-01", "email": "a@example.com"}
    )

    company.when(correction, why="客户说").then(an_event(Customer.CardCorrected, changed=["email"]))
