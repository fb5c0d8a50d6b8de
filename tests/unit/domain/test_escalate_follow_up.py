"""An overdue follow-up climbs: the rep, then his manager, then the customer is flagged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain import commands, pool_commands
from domain.access import Principal
from domain.customer import Customer
from domain.grade import Grade
from domain.policies.cadence import CadencePolicy
from tests.support.examples import a_contact, a_contacted_customer, a_representative
from tests.support.moments import LI, TODAY, WANG, ZHAO, an_id, at
from tests.support.scenario import Outcome, Scenario, an_event, given

SYSTEM = Principal.system("decisions")
DUE = TODAY + timedelta(days=7)
"""A Monday on which somebody of grade B is due."""


def overdue(**changes: Any) -> Scenario:
    return given(a_contacted_customer(grade=Grade.B, **changes))


def climb(
    scenario: Scenario, day: date, owner_id: UUID = LI.id, manager_id: UUID | None = ZHAO.id
) -> Outcome:
    command = pool_commands.EscalateFollowUp(
        customer_id=an_id("customer"), expected_owner_id=owner_id, manager_id=manager_id
    )
    return scenario.when(command, at=at(day, 9), by=SYSTEM)


def days_after(days: int) -> date:
    return DUE + timedelta(days=days)


def test_the_rep_hears_of_it_then_his_manager_then_it_is_flagged() -> None:
    scenario = overdue()
    climb(scenario, days_after(3)).then(
        an_event(
            Customer.FollowUpEscalated,
            level=1, days=3, due_on=DUE, climbed_on=days_after(3), is_flagged=False,
            owner_id=LI.id, to_ids=[LI.id], cadence_version=1, calendar_version=1,
        )
    )  # fmt: skip
    # The fifth day is a Saturday.
    climb(scenario, days_after(5)).then_nothing()
    climb(scenario, days_after(7)).then(
        an_event(Customer.FollowUpEscalated, level=2, is_flagged=False, to_ids=[LI.id, ZHAO.id])
    )
    customer = climb(scenario, days_after(9)).then(
        an_event(Customer.FollowUpEscalated, level=3, is_flagged=True, to_ids=[LI.id, ZHAO.id])
    )

    assert (customer.follow_up_level, customer.is_flagged) == (3, True)
    climb(scenario, days_after(30)).then_nothing()


def test_nothing_climbs_before_its_day_nor_twice_on_it() -> None:
    scenario = overdue()
    climb(scenario, days_after(2)).then_nothing()
    climb(scenario, days_after(3)).then(an_event(Customer.FollowUpEscalated))

    climb(scenario, days_after(3)).then_nothing()


def test_a_contact_ends_it_and_takes_the_flag() -> None:
    scenario = overdue()
    for day in (3, 7, 9):
        climb(scenario, days_after(day))
    contact = commands.RecordContact(
        customer_id=an_id("customer"), contact=a_contact(days_after(10))
    )
    customer = scenario.when(contact, at=at(days_after(10))).subject

    assert (customer.follow_up_level, customer.is_flagged) == (0, False)
    climb(scenario, days_after(11)).then_nothing()


def test_with_another_owner_by_now_nobody_is_told() -> None:
    scenario = overdue()
    scenario.log.append(a_representative(WANG).collect_events())
    climb(scenario, days_after(3))
    change = commands.ChangeOwner(customer_id=an_id("customer"), owner_id=WANG.id)
    scenario.when(change, at=at(days_after(4)), by=ZHAO)

    assert scenario.now().follow_up_level == 0
    climb(scenario, days_after(8)).then_nothing()
    climb(scenario, days_after(8), WANG.id).then(
        an_event(Customer.FollowUpEscalated, level=1, owner_id=WANG.id)
    )


def test_a_regrading_that_moves_the_date_begins_anew_and_one_that_does_not_goes_on() -> None:
    kept, moved = overdue(), overdue()
    for scenario, grade in ((kept, Grade.A), (moved, Grade.D)):
        climb(scenario, days_after(3))
        regrade = commands.RegradeCustomer(customer_id=an_id("customer"), grade=grade)
        scenario.when(regrade, at=at(days_after(4)))

    assert kept.now().follow_up_level == 1
    assert moved.now().follow_up_level == 0


def test_without_a_manager_the_rep_alone_is_told() -> None:
    scenario = overdue()
    climb(scenario, days_after(3), manager_id=None)

    climb(scenario, days_after(7), manager_id=None).then(
        an_event(Customer.FollowUpEscalated, level=2, to_ids=[LI.id])
    )


def test_a_company_may_do_without_a_ladder() -> None:
    climb(overdue().under(cadence=CadencePolicy(ladder=())), days_after(60)).then_nothing()
