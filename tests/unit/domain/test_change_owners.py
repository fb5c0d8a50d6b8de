"""Owner (跟单人) and second owner (跟单人2), and who may change them (R56, R57)."""

from __future__ import annotations

import pytest

from domain.access import Principal
from domain.commands import ChangeOwner, ChangeSecondOwner
from domain.customer import Customer
from domain.errors import (
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NothingChangedError,
    RepresentativeLeftError,
)
from tests.support.examples import a_customer, a_representative, everybody
from tests.support.moments import LI, QIAN, TODAY, WANG, ZHAO, an_id, signed
from tests.support.scenario import Scenario, an_event, given

CUSTOMER = an_id("customer")


def company(**changes: object) -> Scenario:
    return given(a_customer(**changes), *everybody())


@pytest.mark.parametrize("manager", [ZHAO, QIAN])
def test_a_manager_gives_a_customer_another_owner(manager: Principal) -> None:
    customer = (
        company()
        .when(ChangeOwner(customer_id=CUSTOMER, owner_id=WANG.id), by=manager, why="区域调整")
        .then(an_event(Customer.OwnerChanged, from_owner_id=LI.id, to_owner_id=WANG.id))
    )

    assert customer.owner_id == WANG.id


def test_a_representative_gives_his_customer_to_nobody() -> None:
    command = ChangeOwner(customer_id=CUSTOMER, owner_id=WANG.id)

    company().when(command, by=LI).then_refused(ForbiddenError, needs="manager")


def test_who_owns_a_customer_already_cannot_get_him() -> None:
    command = ChangeOwner(customer_id=CUSTOMER, owner_id=LI.id)

    company().when(command, by=ZHAO).then_refused(NothingChangedError, of="owner")


def test_when_the_second_owner_takes_over_his_place_becomes_free() -> None:
    command = ChangeOwner(customer_id=CUSTOMER, owner_id=WANG.id)
    customer = (
        company(second_owner_id=WANG.id)
        .when(command, by=ZHAO)
        .then(
            an_event(Customer.OwnerChanged, to_owner_id=WANG.id),
            an_event(Customer.SecondOwnerChanged, from_owner_id=WANG.id, to_owner_id=None),
        )
    )

    assert (customer.owner_id, customer.second_owner_id) == (WANG.id, None)


def test_the_owner_chooses_a_second_one_and_lets_him_go() -> None:
    shop = company()

    shop.when(ChangeSecondOwner(customer_id=CUSTOMER, owner_id=WANG.id), by=LI).then(
        an_event(Customer.SecondOwnerChanged, from_owner_id=None, to_owner_id=WANG.id)
    )
    shop.when(ChangeSecondOwner(customer_id=CUSTOMER, owner_id=None), by=LI).then(
        an_event(Customer.SecondOwnerChanged, from_owner_id=WANG.id, to_owner_id=None)
    )


def test_nobody_is_owner_and_second_owner() -> None:
    command = ChangeSecondOwner(customer_id=CUSTOMER, owner_id=LI.id)

    company().when(command).then_refused(
        InvalidError, field="second_owner_id", problem="same-as-owner"
    )


def test_no_second_owner_instead_of_none_changes_nothing() -> None:
    command = ChangeSecondOwner(customer_id=CUSTOMER, owner_id=None)

    company().when(command).then_refused(NothingChangedError, of="second-owner")


@pytest.mark.parametrize("kind", [ChangeOwner, ChangeSecondOwner])
def test_customers_go_only_to_those_who_work_here(kind: type) -> None:
    gone = a_representative(WANG)
    with signed(by=QIAN):
        gone.leave(TODAY)
    shop = given(a_customer(), a_representative(LI), gone)

    shop.when(kind(customer_id=CUSTOMER, owner_id=WANG.id), by=ZHAO).then_refused(
        RepresentativeLeftError, rep_id=str(WANG.id)
    )
    shop.when(kind(customer_id=CUSTOMER, owner_id=an_id("nobody")), by=ZHAO).then_refused(
        InvalidError, field="owner_id", problem="unknown-representative"
    )


def test_a_second_owner_does_not_hand_his_seat_on() -> None:
    command = ChangeSecondOwner(customer_id=CUSTOMER, owner_id=None)

    company(second_owner_id=WANG.id).when(command, by=WANG).then_refused(
        ForbiddenError, needs="manager"
    )


def test_a_stranger_sees_no_customer_to_change() -> None:
    command = ChangeSecondOwner(customer_id=CUSTOMER, owner_id=WANG.id)

    company().when(command, by=WANG).then_refused(NotFoundError, of="customer")
