"""Contracts: signed once under their number, paid in instalments, ended (R13, R67)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.aftercare_commands import (
    CancelContract,
    ChangeResponsible,
    CloseContract,
    RecordPayment,
    SignContract,
)
from domain.commands import Command
from domain.contract import Contract, ContractState, settled
from domain.errors import (
    AlreadyOverError,
    DuplicateContractError,
    ForbiddenError,
    FutureDateError,
    InvalidError,
    NotFoundError,
    NothingChangedError,
    ReasonRequiredError,
    RepresentativeLeftError,
)
from domain.identity import IdentityClaim
from tests.support.examples import (
    a_card,
    a_contract,
    a_customer,
    a_representative,
    an_instalment,
    an_outsider,
    everybody,
)
from tests.support.moments import (
    LI,
    NOW,
    QIAN,
    TODAY,
    TOMORROW,
    WANG,
    YESTERDAY,
    ZHAO,
    an_id,
    at,
    signed,
)
from tests.support.scenario import Scenario, an_event, given

CLOSE = CloseContract(contract_id=an_id("contract"))
CANCEL = CancelContract(contract_id=an_id("contract"))
SIGNED = (an_event(Contract.Signed), an_event(IdentityClaim.Claimed, kind="contract"))


def signing(**changes: Any) -> SignContract:
    fields = {
        "customer_id": an_id("customer"),
        "number": "HT-2026-018",
        "amount": Decimal("3000.00"),
        "signed_on": TODAY,
        "instalments": (an_instalment(TOMORROW, "2000.00"), an_instalment(TODAY, "1000.00")),
        **changes,
    }
    return SignContract(**fields)


def paying(amount: str, on: date = TODAY, **changes: Any) -> RecordPayment:
    return RecordPayment(
        contract_id=an_id("contract"), amount=Decimal(amount), received_on=on, **changes
    )


def a_company() -> Scenario:
    return given(a_customer(), *everybody())


def with_a_contract(*amounts: str) -> Scenario:
    parts = [an_instalment(TODAY, amount, n) for n, amount in enumerate(amounts or ["1000.00"])]
    return given(a_customer(), *everybody(), a_contract(NOW, *parts))


def paid(contract: Contract) -> list[str]:
    return [str(each.paid) for each in contract.instalments]


def test_a_contract_says_what_is_owed_by_when_and_who_sees_to_it() -> None:
    contract = (
        a_company()
        .when(signing(title="地板", currency="USD"))
        .then(
            an_event(
                Contract.Signed,
                customer_id=an_id("customer"),
                number="HT-2026-018",
                title="地板",
                amount=Decimal("3000.00"),
                currency="USD",
                signed_on=TODAY,
                responsible_id=LI.id,
                instalments=[
                    an_instalment(TODAY, "1000.00"),
                    an_instalment(TOMORROW, "2000.00", 2),
                ],
            ),
            an_event(IdentityClaim.Claimed, kind="contract", holder_id=an_id("customer")),
        )
    )

    assert (contract.state, contract.outstanding) == (ContractState.IN_FORCE, Decimal("3000.00"))


def test_a_number_is_signed_once_in_any_case_and_by_any_customer() -> None:
    """R67."""
    other = a_customer(id=an_id("other"), card=a_card(phones=("13900139000",), company=""))
    story = given(a_customer(), other, *everybody())
    story.when(signing()).then(*SIGNED)

    again = signing(customer_id=an_id("other"), number=" ht-2026-018 ")
    story.when(again).then_refused(DuplicateContractError, field="number")


def test_the_number_of_a_cancelled_contract_is_free_again() -> None:
    story = a_company()
    first = story.when(signing()).subject
    story.when(CancelContract(contract_id=first.id), why="金额写错了").then(
        an_event(Contract.Cancelled, why="金额写错了"), an_event(IdentityClaim.Released)
    )

    story.when(signing()).then(an_event(Contract.Signed), an_event(IdentityClaim.Reclaimed))


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"number": " "}, "number", "required"),
        ({"number": "9" * 101}, "number", "too-long"),
        ({"title": "长" * 201}, "title", "too-long"),
        ({"amount": Decimal(0)}, "amount", "out-of-range"),
        ({"amount": Decimal("Infinity")}, "amount", "out-of-range"),
        ({"currency": "元"}, "currency", "not-a-currency"),
        ({"amount": Decimal("2999.99")}, "instalments", "sum-differs"),
        ({"instalments": ()}, "instalments", "required"),
        ({"instalments": (an_instalment(),) * 121}, "instalments", "too-many"),
        ({"instalments": (an_instalment(amount="-1"),)}, "instalments", "out-of-range"),
        ({"instalments": (an_instalment(YESTERDAY, "3000"),)}, "instalments", "due-before-signing"),
        ({"responsible_id": an_outsider()}, "responsible_id", "unknown-representative"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: Any, field: str, problem: str) -> None:
    a_company().when(signing(**changes)).then_refused(InvalidError, field=field, problem=problem)


def test_nobody_signs_tomorrow() -> None:
    a_company().when(signing(signed_on=TOMORROW)).then_refused(FutureDateError, field="signed_on")


def test_without_an_owner_somebody_has_to_be_named() -> None:
    story = given(a_customer(owner_id=None), *everybody())
    story.when(signing(), by=ZHAO).then_refused(InvalidError, field="responsible_id")

    story.when(signing(responsible_id=WANG.id), by=ZHAO).then(*SIGNED)


def test_nobody_who_left_sees_to_a_contract() -> None:
    wang = a_representative(WANG)
    with signed(by=QIAN):
        wang.leave(TODAY)

    given(a_customer(), wang).when(signing(responsible_id=WANG.id)).then_refused(
        RepresentativeLeftError
    )


def test_payments_settle_the_earliest_first() -> None:
    story = with_a_contract("1000.00", "2000.00")
    contract = story.when(paying("1500.50", note="回单 1")).then(
        an_event(
            Contract.PaymentReceived, amount=Decimal("1500.50"), received_on=TODAY, note="回单 1"
        )
    )

    assert paid(contract) == ["1000.00", "500.50"]
    assert (contract.paid, contract.outstanding) == (Decimal("1500.50"), Decimal("1499.50"))
    assert story.when(paying("1499.50")).subject.outstanding == 0


def test_a_payment_taken_back_is_taken_from_what_was_settled_last_and_needs_a_reason() -> None:
    story = with_a_contract("1000.00", "2000.00")
    story.when(paying("1500.00"))
    story.when(paying("-700.00")).then_refused(ReasonRequiredError, field="reason")
    contract = story.when(paying("-700.00"), why="支票退回").then(
        an_event(Contract.PaymentReceived)
    )

    assert paid(contract) == ["800.00", "0.00"]


@pytest.mark.parametrize(
    ("payment", "error", "problem"),
    [
        (paying("1000.01"), InvalidError, "more-than-owed"),
        (paying("-0.01"), InvalidError, "more-than-paid"),
        (paying("0"), InvalidError, "out-of-range"),
        (paying("NaN"), InvalidError, "out-of-range"),
        (paying("1", TOMORROW), FutureDateError, None),
    ],
)
def test_a_payment_that_cannot_be_is_refused(
    payment: RecordPayment, error: Any, problem: str | None
) -> None:
    with_a_contract().when(payment, why="x").then_refused(error, problem=problem)


def test_paying_back_and_forth_ends_where_it_began() -> None:
    plan = [an_instalment(TODAY, "10", 1), an_instalment(TODAY, "20", 2)]

    assert settled(settled(plan, Decimal(25)), Decimal(-25)) == plan


def test_who_sees_to_it_may_hand_it_on_and_so_may_a_manager() -> None:
    handing = ChangeResponsible(contract_id=an_id("contract"), responsible_id=WANG.id)
    changed = an_event(
        Contract.ResponsibleChanged, from_responsible_id=LI.id, to_responsible_id=WANG.id
    )
    with_a_contract().when(handing, by=LI).then(changed)
    story = with_a_contract()
    story.when(handing, by=ZHAO).then(changed)

    back = replace(handing, responsible_id=LI.id)
    story.when(back, by=LI).then_refused(ForbiddenError)
    story.when(handing, by=ZHAO).then_refused(NothingChangedError)
    story.when(replace(handing, responsible_id=an_outsider()), by=ZHAO).then_refused(
        InvalidError, field="responsible_id"
    )


def test_what_is_paid_is_closed_without_a_reason_and_what_is_not_is_written_off_with_one() -> None:
    story = with_a_contract()
    story.when(paying("400.00"))
    story.when(CLOSE).then_refused(ReasonRequiredError, field="reason")
    contract = story.when(CLOSE, why="协商减免").then(
        an_event(Contract.Closed, written_off=Decimal("600.00"), why="协商减免")
    )
    assert contract.state is ContractState.CLOSED

    settled_one = with_a_contract()
    settled_one.when(paying("1000.00"))
    settled_one.when(CLOSE).then(an_event(Contract.Closed, written_off=Decimal("0.00")))


def test_to_cancel_needs_a_reason() -> None:
    with_a_contract().when(CANCEL).then_refused(ReasonRequiredError, field="reason")


@pytest.mark.parametrize("ending", [CLOSE, CANCEL])
@pytest.mark.parametrize(
    "later",
    [
        paying("1"), CLOSE, CANCEL,
        ChangeResponsible(contract_id=an_id("contract"), responsible_id=WANG.id),
    ],
)  # fmt: skip
def test_what_is_over_is_over(ending: Command, later: Command) -> None:
    story = with_a_contract()
    story.when(ending, why="x")

    story.when(later, why="x").then_refused(AlreadyOverError)


def test_only_who_sees_the_customer_or_sees_to_the_contract_may_touch_it() -> None:
    story = with_a_contract()
    story.when(paying("1"), by=WANG).then_refused(NotFoundError, of="contract")
    story.when(ChangeResponsible(contract_id=an_id("contract"), responsible_id=WANG.id), by=ZHAO)

    story.when(paying("1"), by=WANG, at=at(TODAY, 12)).then(an_event(Contract.PaymentReceived))
    story.when(signing(number="HT-2"), by=WANG).then_refused(NotFoundError, of="customer")
