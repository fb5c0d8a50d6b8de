"""Claimed from the pool, or given out of it: who may, who waits, how many a day (D10)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain import commands, pool_commands
from domain.access import Principal, Role, Scope
from domain.customer import Customer
from domain.errors import (
    ClaimLimitError,
    CoolingDownError,
    ForbiddenError,
    HeldLimitError,
    InvalidError,
    NotFoundError,
    StaleVersionError,
    TakenFromPoolError,
)
from domain.grade import Grade
from domain.policies.pool import PoolPolicy
from domain.representative import Representative
from tests.support.examples import a_contacted_customer, a_customer, an_outsider, everybody
from tests.support.moments import LI, QIAN, TODAY, TOMORROW, WANG, ZHAO, an_id, at
from tests.support.scenario import Outcome, Scenario, an_event, given

LATER = TODAY + timedelta(days=13)
COOLED = TODAY + timedelta(days=14)


def pooled(**changes: Any) -> Scenario:
    """Somebody of grade B whom a manager took from Li, and everybody who works here."""
    scenario = given(a_contacted_customer(grade=Grade.B, **changes), *everybody())
    scenario.when(
        pool_commands.PutIntoPool(customer_id=an_id("customer")),
        at=at(TODAY, 9),
        by=ZHAO,
        why="换人",
    )
    return scenario


def claim(
    scenario: Scenario,
    by: Principal = WANG,
    day: date = TODAY,
    held: int = 0,
    **options: Any,
) -> Outcome:
    command = pool_commands.ClaimCustomer(customer_id=an_id("customer"), held=held)
    return scenario.when(command, at=at(day, 11), by=by, **options)


def test_whoever_claims_him_owns_him_with_a_first_date_and_a_claim_that_counts() -> None:
    customer = claim(pooled(), day=TOMORROW).then(
        an_event(Customer.Claimed, to_owner_id=WANG.id, is_assigned=False, claimed_on=TOMORROW),
        an_event(
            Representative.CustomerClaimed, customer_id=an_id("customer"), claimed_on=TOMORROW
        ),
    )

    assert customer.owner_id == WANG.id
    assert customer.due.on == TOMORROW + timedelta(days=7)
    assert customer.due.counted_from == TOMORROW


def test_the_second_to_come_is_told_that_somebody_was_quicker() -> None:
    scenario = pooled()
    claim(scenario, WANG)

    claim(scenario, LI).then_refused(TakenFromPoolError, customer_id=str(an_id("customer")))


def test_a_day_later_he_is_as_hidden_as_any_other_customer() -> None:
    scenario = pooled()
    claim(scenario, WANG)

    claim(scenario, LI, TOMORROW).then_refused(NotFoundError)


def test_a_customer_who_was_never_in_the_pool_is_not_told_of() -> None:
    scenario = given(a_customer(), *everybody())

    claim(scenario, WANG).then_refused(NotFoundError)
    claim(scenario, LI).then_refused(TakenFromPoolError)
    outsider = pool_commands.ClaimCustomer(customer_id=an_outsider(), held=0)
    scenario.when(outsider, by=WANG).then_refused(NotFoundError)


def test_who_lost_him_waits_fourteen_days() -> None:
    scenario = pooled()
    until = {"until": COOLED.isoformat(), "days": 14}
    claim(scenario, LI).then_refused(CoolingDownError, **until)
    claim(scenario, LI, LATER).then_refused(CoolingDownError, **until)

    claim(scenario, LI, COOLED).then(
        an_event(Customer.Claimed, to_owner_id=LI.id), an_event(Representative.CustomerClaimed)
    )


def test_the_second_owner_waits_as_well_and_so_does_who_had_him_before_another() -> None:
    scenario = pooled(second_owner_id=WANG.id)
    claim(scenario, WANG).then_refused(CoolingDownError)
    claim(scenario, ZHAO).then(an_event(Customer.Claimed), an_event(Representative.CustomerClaimed))
    put = pool_commands.PutIntoPool(customer_id=an_id("customer"))
    scenario.when(put, at=at(TOMORROW), by=ZHAO, why="换人")

    claim(scenario, LI, LATER).then_refused(CoolingDownError, until=COOLED.isoformat())


def test_nobody_claims_more_than_the_cap_in_a_day() -> None:
    scenario = pooled().under(pool=PoolPolicy(claims_a_day=1))
    other = a_customer(id=an_id("another"), owner_id=None)
    scenario.log.append(other.collect_events())
    another = pool_commands.ClaimCustomer(customer_id=an_id("another"), held=1)
    scenario.when(another, at=at(TODAY, 10), by=WANG)

    claim(scenario, WANG).then_refused(ClaimLimitError, limit=1)
    claim(scenario, WANG, TOMORROW).then(
        an_event(Customer.Claimed), an_event(Representative.CustomerClaimed)
    )


def test_nobody_who_owns_as_many_as_one_may_claims_another() -> None:
    claim(pooled(), held=500).then_refused(HeldLimitError, held=500, limit=500)
    claim(pooled(), held=499).then(
        an_event(Customer.Claimed), an_event(Representative.CustomerClaimed)
    )


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INTEGRATION])
def test_only_who_has_customers_claims(role: Role) -> None:
    principal = Principal.representative(QIAN.id, role=role, scope=Scope.ALL)

    claim(pooled(), principal).then_refused(ForbiddenError, needs="rep")
    claim(pooled(), Principal.system("operator")).then_refused(ForbiddenError, needs="rep")


def test_a_claim_of_somebody_who_changed_meanwhile_is_stale() -> None:
    claim(pooled(), expected_version=1).then_refused(StaleVersionError)


def test_a_manager_gives_a_customer_to_whom_he_likes() -> None:
    """Neither the caps nor the cool-down bind him."""
    scenario = pooled().under(pool=PoolPolicy(claims_a_day=0, most_held=0))
    assign = pool_commands.AssignFromPool(customer_id=an_id("customer"), owner_id=LI.id)

    scenario.when(assign, by=LI).then_refused(ForbiddenError, needs="manager")
    scenario.when(assign, by=ZHAO, why="老客户").then(
        an_event(Customer.Claimed, to_owner_id=LI.id, is_assigned=True)
    )


def test_a_manager_gives_a_customer_to_nobody_outside_his_scope() -> None:
    west = Principal.representative(ZHAO.id, role=Role.MANAGER, scope=Scope.TEAM)
    assign = pool_commands.AssignFromPool(customer_id=an_id("customer"), owner_id=LI.id)
    nobody = pool_commands.AssignFromPool(customer_id=an_id("customer"), owner_id=an_outsider())

    pooled().when(assign, by=west).then_refused(ForbiddenError, needs="scope over the owner")
    pooled().when(nobody, by=ZHAO).then_refused(InvalidError, problem="unknown-representative")


def test_a_second_owner_who_gets_him_is_no_second_owner_any_more() -> None:
    scenario = given(a_customer(owner_id=None, second_owner_id=WANG.id), *everybody())

    customer = claim(scenario, WANG).then(
        an_event(Customer.SecondOwnerChanged, to_owner_id=None),
        an_event(Customer.Claimed, to_owner_id=WANG.id),
        an_event(Representative.CustomerClaimed),
    )
    assert customer.second_owner_id is None


def test_a_regrading_after_a_claim_counts_from_the_claim() -> None:
    scenario = pooled()
    day = TODAY + timedelta(days=40)
    claim(scenario, WANG, day)
    regrade = commands.RegradeCustomer(customer_id=an_id("customer"), grade=Grade.C)

    event = scenario.when(regrade, at=at(day, 12), by=WANG).events[0]
    assert event.due.counted_from == day
    assert event.due.on >= day + timedelta(days=15)
