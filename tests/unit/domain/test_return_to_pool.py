"""Warned of the pool, returned to it, put into it: what each command leaves behind (D10)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain import commands, pool_commands
from domain.access import Principal
from domain.card import Purchase
from domain.customer import Customer
from domain.errors import ForbiddenError, NotFoundError, NothingChangedError, ReasonRequiredError
from domain.grade import Grade
from domain.policies.pool import PoolPolicy
from tests.support.examples import (
    a_contact,
    a_contacted_customer,
    a_customer,
    a_purchase,
    a_representative,
    an_outsider,
)
from tests.support.moments import LI, NOW, TODAY, WANG, ZHAO, an_id, at
from tests.support.scenario import Outcome, Scenario, an_event, given

SYSTEM = Principal.system("decisions")
WARNED, RETURNED = date(2026, 12, 11), date(2026, 12, 14)
"""A Friday 18 days after a contact of grade B, and the Monday on which he goes back."""


def neglected(**changes: Any) -> Scenario:
    """Somebody of grade B whom Li contacted on the Monday, with Wang as second owner."""
    fields = {"grade": Grade.B, "second_owner_id": WANG.id, **changes}
    return given(a_contacted_customer(**fields)).under(pool=PoolPolicy())


def warn(scenario: Scenario, day: date = WARNED, hour: int = 9) -> Outcome:
    return scenario.when(
        pool_commands.WarnOfPool(customer_id=an_id("customer")), at=at(day, hour), by=SYSTEM
    )


def give_back(scenario: Scenario, day: date = RETURNED, **facts: Any) -> Outcome:
    return scenario.when(
        pool_commands.ReturnToPool(customer_id=an_id("customer"), **facts), at=at(day, 9), by=SYSTEM
    )


def contact(scenario: Scenario, day: date, hour: int = 10) -> None:
    scenario.when(
        commands.RecordContact(customer_id=an_id("customer"), contact=a_contact(day)),
        at=at(day, hour),
    ).then(an_event(Customer.Contacted))


def test_both_owners_are_warned_with_the_clock_and_the_day() -> None:
    customer = warn(neglected()).then(
        an_event(
            Customer.PoolWarned,
            owner_id=LI.id,
            clock="contact",
            since=TODAY,
            term_days=21,
            warned_on=WARNED,
            returns_on=RETURNED,
            pool_version=1,
            calendar_version=1,
            to_ids=[LI.id, WANG.id],
        )
    )

    assert customer.owner_id == LI.id


def test_nobody_is_warned_before_it_is_time_nor_twice() -> None:
    scenario = neglected()
    warn(scenario, WARNED - timedelta(days=1)).then_nothing()
    warn(scenario).then(an_event(Customer.PoolWarned))

    warn(scenario, hour=10).then_nothing()


def test_three_days_later_he_belongs_to_nobody() -> None:
    scenario = neglected()
    warn(scenario)
    customer = give_back(scenario, manager_id=ZHAO.id).then(
        an_event(
            Customer.ReturnedToPool,
            from_owner_id=LI.id,
            from_second_owner_id=WANG.id,
            clock="contact",
            since=TODAY,
            term_days=21,
            returned_on=RETURNED,
            grace_until=None,
            grade="B",
            last_contact_on=TODAY,
            to_ids=[LI.id, WANG.id, ZHAO.id],
        )
    )

    assert (customer.owner_id, customer.second_owner_id) == (None, None)
    give_back(scenario).then_nothing()


def test_nobody_goes_back_unwarned_or_before_the_day_he_was_told() -> None:
    scenario = neglected()
    give_back(scenario).then_nothing()
    warn(scenario, RETURNED)

    give_back(scenario).then_nothing()
    give_back(scenario, RETURNED + timedelta(days=3)).then(an_event(Customer.ReturnedToPool))


def test_a_contact_in_the_last_minute_keeps_him() -> None:
    scenario = neglected()
    warn(scenario)
    contact(scenario, RETURNED, hour=8)

    give_back(scenario).then_nothing()


def test_a_contact_written_down_days_later_counts_from_its_own_day() -> None:
    scenario = neglected()
    warn(scenario)
    scenario.when(
        commands.RecordContact(customer_id=an_id("customer"), contact=a_contact(WARNED)),
        at=at(RETURNED, 8),
    )

    give_back(scenario).then_nothing()
    warn(scenario, WARNED + timedelta(days=18)).then(an_event(Customer.PoolWarned, since=WARNED))


def test_a_new_owner_has_the_whole_term() -> None:
    scenario = neglected()
    warn(scenario)
    change = commands.ChangeOwner(customer_id=an_id("customer"), owner_id=WANG.id)
    given_wang = scenario
    given_wang.log.append(a_representative(WANG).collect_events())
    given_wang.when(change, at=at(WARNED, 12), by=ZHAO)

    give_back(scenario).then_nothing()
    warn(scenario, WARNED + timedelta(days=18)).then(
        an_event(Customer.PoolWarned, since=WARNED, owner_id=WANG.id, to_ids=[WANG.id])
    )


def test_without_a_deal_for_half_a_year_contacts_do_not_keep_him() -> None:
    scenario = neglected()
    for days in range(20, 180, 20):
        contact(scenario, TODAY + timedelta(days=days))
    warned_on = TODAY + timedelta(days=177)

    warn(scenario, warned_on).then(
        an_event(Customer.PoolWarned, clock="deal", since=TODAY, term_days=180)
    )
    contact(scenario, warned_on)
    give_back(scenario, warned_on + timedelta(days=5)).then(
        an_event(Customer.ReturnedToPool, clock="deal")
    )


def test_a_purchase_keeps_him_half_a_year_longer() -> None:
    scenario = neglected()
    bought_on = TODAY + timedelta(days=100)
    purchase: Purchase = a_purchase(purchased_on=bought_on)
    scenario.when(
        commands.RecordPurchase(customer_id=an_id("customer"), purchase=purchase), at=at(bought_on)
    )
    contact(scenario, TODAY + timedelta(days=170))

    warn(scenario, TODAY + timedelta(days=177)).then_nothing()


def test_who_was_exempt_when_he_should_have_gone_back_is_warned_again() -> None:
    """He is told a second time, and has the same days as the first."""
    scenario = neglected()
    warn(scenario)
    later = RETURNED + timedelta(days=21)

    warn(scenario, later).then(
        an_event(Customer.PoolWarned, returns_on=later + timedelta(days=3), since=TODAY)
    )


def test_an_outage_that_kept_him_longer_is_on_record() -> None:
    scenario = neglected()
    warn(scenario)
    until: datetime = at(RETURNED, 8)

    give_back(scenario, grace_until=until).then(
        an_event(Customer.ReturnedToPool, grace_until=until)
    )


def test_a_customer_without_owner_is_neither_warned_of_nor_returned() -> None:
    scenario = neglected(owner_id=None, second_owner_id=None)

    warn(scenario).then_nothing()
    give_back(scenario).then_nothing()


def test_a_manager_puts_a_customer_in_with_a_reason() -> None:
    scenario = neglected()
    put = pool_commands.PutIntoPool(customer_id=an_id("customer"))
    scenario.when(put, by=ZHAO).then_refused(ReasonRequiredError, field="reason")

    event = an_event(
        Customer.ReturnedToPool, clock=None, since=None, term_days=None, why="客户要求换人",
        to_ids=[LI.id, WANG.id],
    )  # fmt: skip
    scenario.when(put, by=ZHAO, why="客户要求换人").then(event)
    scenario.when(put, by=ZHAO, why="再次").then_refused(NothingChangedError, of="owner")


def test_an_owner_does_not_put_his_own_customer_in() -> None:
    put = pool_commands.PutIntoPool(customer_id=an_id("customer"))

    neglected().when(put, by=LI, why="太忙").then_refused(ForbiddenError, needs="manager")


def test_nobody_puts_in_whom_he_does_not_see() -> None:
    put = pool_commands.PutIntoPool(customer_id=an_outsider())

    neglected().when(put, by=ZHAO, why="不存在").then_refused(NotFoundError)


@pytest.mark.parametrize("day", [TODAY, NOW.date()])
def test_a_customer_just_registered_is_left_alone(day: date) -> None:
    warn(given(a_customer()).under(pool=PoolPolicy()), day).then_nothing()
