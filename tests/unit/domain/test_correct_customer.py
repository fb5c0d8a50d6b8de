"""Correcting the card and moving a customer on other axes (R6, R16-R26)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.card import Verification
from domain.commands import CorrectCustomer, VerifyCard
from domain.customer import Customer
from domain.errors import (
    InvalidError,
    NotFoundError,
    NothingChangedError,
    ReasonRequiredError,
    StaleVersionError,
)
from domain.grade import Demand, Grade
from domain.identity import IdentityClaim
from domain.journal import DueRule
from tests.support.examples import a_card, a_contacted_customer, a_customer, claims_held_by
from tests.support.moments import TODAY, WANG, an_id
from tests.support.scenario import Outcome, an_event, given


def correcting(*, why: str = "客户来电更正", by: Any = None, **changes: Any) -> Outcome:
    """Correct a customer of grade D who was contacted today and has an e-mail address."""
    customer = a_contacted_customer(card=a_card(email="a@example.com"), needed_by=TODAY)
    command = CorrectCustomer(customer_id=customer.id, **changes)
    company = given(customer, *claims_held_by(customer))
    return company.when(command, why=why, **({"by": by} if by else {}))


def test_a_correction_keeps_what_stood_there_before() -> None:
    """R6."""
    customer = correcting(card={"email": "b@example.com", "wechat": "wxm"}).then(
        an_event(
            Customer.CardCorrected,
            changed=["email", "wechat"],
            before={"email": "a@example.com", "wechat": ""},
            after={"email": "b@example.com", "wechat": "wxm"},
            why="客户来电更正",
        )
    )

    assert customer.card["wechat"] == "wxm"


def test_a_field_may_be_cleared_and_is_then_empty_for_good() -> None:
    company = given(a_customer(card=a_card(email="a@example.com")))
    clear = CorrectCustomer(customer_id=an_id("customer"), card={"email": ""})

    company.when(clear, why="已停用").then(an_event(Customer.CardCorrected, after={"email": ""}))
    company.when(clear, why="已停用").then_refused(NothingChangedError)


def test_a_correction_of_the_card_needs_a_reason() -> None:
    correcting(card={"wechat": "wxm"}, why="").then_refused(ReasonRequiredError, field="reason")
    correcting(card={"wechat": "wxm"}, why=" ").then_refused(ReasonRequiredError, field="reason")


def test_moving_on_another_axis_needs_none() -> None:
    correcting(classification={"industry": "工程", "tags": ["vip"]}, why="").then(
        an_event(
            Customer.Reclassified,
            before={"industry": "", "tags": []},
            after={"industry": "工程", "tags": ["vip"]},
        )
    )


def test_only_what_differs_is_recorded() -> None:
    correcting(card={"name": "王小明"}, classification={"industry": "工程"}, why="").then(
        an_event(Customer.Reclassified, after={"industry": "工程"})
    )


@pytest.mark.parametrize(
    "changes", [{}, {"card": {"name": "王小明"}}, {"classification": {"importance": "ordinary"}}]
)
def test_a_correction_that_changes_nothing_is_refused(changes: dict[str, Any]) -> None:
    correcting(**changes).then_refused(NothingChangedError)


def test_a_customer_refuses_a_card_or_axes_that_he_has_already() -> None:
    company = given(a_customer())

    company.when(lambda c: c.correct_card(a_card(), []), why="更正").then_refused(
        NothingChangedError, of="card"
    )
    company.when(lambda c: c.reclassify(company.book, c.axes)).then_refused(
        NothingChangedError, of="classification"
    )


def test_card_and_axes_change_in_one_save() -> None:
    correcting(card={"wechat": "wxm"}, classification={"size": "50-100"}).then(
        an_event(Customer.CardCorrected), an_event(Customer.Reclassified)
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"card": {"phones": ["12"]}}, "phones"),
        ({"card": {"name": " "}}, "name"),
        ({"card": {"nose": "long"}}, "nose"),
        ({"classification": {"deal_stage": "maybe"}}, "deal_stage"),
        ({"classification": {"grade": "A"}}, "grade"),
    ],
)
def test_a_mistake_is_named_and_changes_nothing(changes: dict[str, Any], field: str) -> None:
    correcting(**changes).then_refused(InvalidError, field=field)


def test_another_phone_frees_the_old_one() -> None:
    """D4."""
    correcting(card={"phones": ["13900139000"]}).then(
        an_event(Customer.CardCorrected),
        an_event(IdentityClaim.Claimed, kind="phone"),
        an_event(IdentityClaim.Released, holder_id=an_id("customer")),
    )


def test_a_company_written_in_another_way_is_the_same_claim() -> None:
    correcting(card={"company": "远东贸易"}).then(an_event(Customer.CardCorrected))


class TestWhatDrivesTheJournal:
    def test_another_expected_day_decides_the_grade_anew(self) -> None:
        """R21: the axes are mixed into the grade."""
        customer = correcting(classification={"expected_on": "2026-12-01"}).then(
            an_event(
                Customer.Reclassified, after={"demand": "present", "expected_on": "2026-12-01"}
            ),
            an_event(Customer.Regraded, to_grade="A", demand="present", grade_basis="assessed"),
        )

        assert (customer.grade, customer.due.on) == (Grade.A, date(2026, 11, 24))

    def test_no_demand_is_a_dead_customer(self) -> None:
        customer = correcting(classification={"demand": Demand.NONE}).then(
            an_event(Customer.Reclassified), an_event(Customer.Regraded, to_grade="E")
        )

        assert customer.due.interval_days == 365

    def test_another_day_of_need_brings_the_next_date_forward(self) -> None:
        """X9."""
        customer = correcting(classification={"needed_by": date(2026, 11, 26)}).then(
            an_event(Customer.Reclassified),
            an_event(Customer.Regraded, from_grade="D", to_grade="D", grade_basis="kept"),
        )

        assert (customer.due.on, customer.due.rule) == (date(2026, 11, 26), DueRule.NEEDED_BY)

    def test_a_demand_withdrawn_keeps_the_grade(self) -> None:
        company = given(a_contacted_customer(demand=Demand.LATENT))
        command = CorrectCustomer(customer_id=an_id("customer"), classification={"demand": None})

        customer = company.when(command).then(
            an_event(Customer.Reclassified, before={"demand": "latent"}, after={"demand": None}),
            an_event(Customer.Regraded, to_grade="D", demand=None),
        )
        assert customer.axes.outlook is None


class TestVerifying:
    def test_a_card_is_checked(self) -> None:
        """R4."""
        command = VerifyCard(customer_id=an_id("customer"), verification=Verification.DISPUTED)

        given(a_customer()).when(command).then(
            an_event(
                Customer.CardVerified, from_verification="verified", to_verification="disputed"
            )
        )

    def test_checking_again_with_the_same_result_changes_nothing(self) -> None:
        command = VerifyCard(customer_id=an_id("customer"), verification=Verification.VERIFIED)

        given(a_customer()).when(command).then_refused(NothingChangedError)


def test_a_customer_out_of_scope_is_as_absent_as_one_that_never_was() -> None:
    """D11."""
    absent = CorrectCustomer(customer_id=an_id("nobody"))
    given().when(absent).then_refused(NotFoundError, of="customer", id=str(an_id("nobody")))

    correcting(card={"wechat": "wxm"}, by=WANG).then_refused(
        NotFoundError, of="customer", id=str(an_id("customer"))
    )


def test_whoever_saw_an_older_version_has_to_look_again() -> None:
    command = CorrectCustomer(customer_id=an_id("customer"), classification={"size": "1"})
    company = given(a_contacted_customer())

    company.when(command, expected_version=1).then_refused(StaleVersionError, expected=1, current=2)
    company.when(command, expected_version=2).then(an_event(Customer.Reclassified))
