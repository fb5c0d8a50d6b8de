"""Opening a customer's file (建档)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.access import Principal, Role, Scope
from domain.card import CardSource, Classification, Verification
from domain.commands import RegisterCustomer
from domain.customer import Customer
from domain.errors import (
    ForbiddenError,
    InvalidError,
    PastDateError,
    RepresentativeLeftError,
)
from domain.grade import DealStage, Demand, Grade, GradeBasis
from domain.identity import IdentityClaim
from domain.journal import DueRule
from tests.support.examples import a_card, a_representative, everybody
from tests.support.moments import LI, NOW, QIAN, TODAY, WANG, YESTERDAY, ZHAO, an_id, signed
from tests.support.scenario import an_event, given

CREATED = [
    an_event(Customer.Created),
    an_event(IdentityClaim.Claimed, kind="phone"),
    an_event(IdentityClaim.Claimed, kind="company"),
]


def registered(by: Principal = LI, **changes: Any) -> Customer:
    axes = {name: changes.pop(name) for name in Classification.__slots__ if name in changes}
    command = RegisterCustomer(card=a_card(), classification=Classification(**axes), **changes)
    return given(*everybody()).when(command, by=by).then(*CREATED)


def test_a_file_is_opened_and_its_identities_are_claimed_at_once() -> None:
    """R2, D4."""
    customer = registered()

    assert customer.card == a_card().plain()
    assert len(customer.claim_ids) == 2
    assert customer.registered_on == TODAY
    assert customer.last_contact_on is None


def test_every_event_says_who_when_through_what_and_why() -> None:
    """R50."""
    command = RegisterCustomer(card=a_card())
    outcome = given(*everybody()).when(command, why="展会")

    for event in outcome.events:
        assert (event.actor, event.timestamp, event.through) == (str(LI.id), NOW, "http")
        assert (event.correlation, event.why) == (an_id("correlation"), "展会")


def test_a_representative_becomes_the_owner_of_whom_he_registers() -> None:
    """R56."""
    assert registered(LI).owner_id == LI.id
    assert registered(ZHAO).owner_id is None
    assert registered(ZHAO, owner_id=WANG.id).owner_id == WANG.id


def test_a_representative_registers_nobody_for_another() -> None:
    command = RegisterCustomer(card=a_card(), owner_id=WANG.id)

    given(*everybody()).when(command, by=LI).then_refused(ForbiddenError)


def test_a_team_manager_registers_within_the_team_only() -> None:
    scope = {"role": Role.MANAGER, "scope": Scope.TEAM, "team_ids": {LI.id}}
    manager = Principal.representative(ZHAO.id, **scope)
    company = given(*everybody())

    mine = RegisterCustomer(card=a_card(), owner_id=LI.id)
    other = RegisterCustomer(card=a_card(name="赵大", company="", phones=()), owner_id=WANG.id)
    company.when(mine, by=manager).then(*CREATED)
    company.when(other, by=manager).then_refused(ForbiddenError)


def test_an_owner_must_work_here() -> None:
    gone = a_representative(WANG)
    with signed(by=QIAN):
        gone.leave(YESTERDAY)
    company = given(a_representative(LI), a_representative(ZHAO), gone)

    stranger = RegisterCustomer(card=a_card(), owner_id=an_id("nobody"))
    company.when(stranger, by=ZHAO).then_refused(
        InvalidError, field="owner_id", problem="unknown-representative"
    )
    for names in ({"owner_id": WANG.id}, {"owner_id": LI.id, "second_owner_id": WANG.id}):
        command = RegisterCustomer(card=a_card(), **names)
        company.when(command, by=ZHAO).then_refused(RepresentativeLeftError, rep_id=str(WANG.id))


def test_the_second_owner_is_another_person() -> None:
    """R56."""
    assert registered(second_owner_id=WANG.id).second_owner_id == WANG.id

    command = RegisterCustomer(card=a_card(), second_owner_id=LI.id)
    given(*everybody()).when(command).then_refused(InvalidError, field="second_owner_id")


@pytest.mark.parametrize(
    ("source", "verification"),
    [
        (CardSource.REP_VISIT, Verification.VERIFIED),
        (CardSource.SURVEY_AGENCY, Verification.VERIFIED),
        (CardSource.OTHER, Verification.VERIFIED),
        (CardSource.CUSTOMER_FORM, Verification.UNVERIFIED),
        (CardSource.IMPORT, Verification.UNVERIFIED),
    ],
)
def test_what_the_customer_filled_in_himself_must_be_checked(
    source: CardSource, verification: Verification
) -> None:
    """R3, R4."""
    assert registered(source=source).verification is verification


@pytest.mark.parametrize("cost", [Decimal("800.00"), Decimal(0), None])
def test_what_an_agency_cost_is_recorded(cost: Decimal | None) -> None:
    """R4."""
    command = RegisterCustomer(card=a_card(), source=CardSource.SURVEY_AGENCY, source_cost=cost)

    created, *_ = given(*everybody()).when(command).events
    assert (created.source, created.source_cost) == ("survey_agency", cost)


@pytest.mark.parametrize("cost", [Decimal(-1), Decimal("NaN")])
def test_a_cost_that_is_none_is_refused(cost: Decimal) -> None:
    command = RegisterCustomer(card=a_card(), source_cost=cost)

    given(*everybody()).when(command).then_refused(InvalidError, field="source_cost")


@pytest.mark.parametrize(
    ("facts", "grade", "basis", "needs_estimate"),
    [
        ({}, Grade.D, GradeBasis.KEPT, True),
        ({"grade": Grade.B}, Grade.B, GradeBasis.JUDGED, False),
        ({"demand": Demand.NONE}, Grade.E, GradeBasis.ASSESSED, False),
        ({"demand": Demand.PRESENT}, Grade.D, GradeBasis.ASSESSED, True),
        ({"demand": Demand.PRESENT, "grade": Grade.B}, Grade.B, GradeBasis.JUDGED, True),
        ({"expected_on": date(2026, 12, 23)}, Grade.A, GradeBasis.ASSESSED, False),
        ({"expected_on": date(2026, 12, 24)}, Grade.B, GradeBasis.ASSESSED, False),
    ],
)
def test_the_first_grade_follows_from_what_is_known(
    facts: dict[str, Any], grade: Grade, basis: GradeBasis, *, needs_estimate: bool
) -> None:
    """R34-R38, X5."""
    customer = registered(**facts)
    assert (customer.grade, customer.needs_estimate) == (grade, needs_estimate)

    axes = {name: facts[name] for name in ("demand", "expected_on") if name in facts}
    command = RegisterCustomer(
        card=a_card(), classification=Classification(**axes), grade=facts.get("grade")
    )
    assert given(*everybody()).when(command).events[0].grade_basis == basis.value


def test_the_first_date_counts_from_the_registration() -> None:
    """D8."""
    due = registered(grade=Grade.C).due

    assert (due.on, due.counted_from) == (date(2026, 12, 8), TODAY)


def test_a_deal_expected_long_ago_is_due_for_a_new_grade_today() -> None:
    """X5."""
    customer = registered(expected_on=date(2026, 6, 1))

    assert (customer.due.on, customer.due.rule) == (TODAY, DueRule.EXPECTED_DEAL)
    assert customer.needs_estimate


def test_a_promise_made_at_registration_needs_no_reason() -> None:
    due = registered(grade=Grade.A, promised_on=date(2027, 1, 15)).due

    assert (due.on, due.rule) == (date(2027, 1, 15), DueRule.DEFERRAL)


def test_a_promise_for_yesterday_is_refused() -> None:
    command = RegisterCustomer(card=a_card(), promised_on=YESTERDAY)

    given(*everybody()).when(command).then_refused(PastDateError, field="promised_on")


def test_a_prospect_has_no_reference_and_a_partner_shows_up_with_his() -> None:
    """R10, X11: whoever is in the books already is registered under his number."""
    prospect = registered()
    assert (prospect.reference, prospect.classification["deal_stage"]) == ("", DealStage.PROSPECT)

    command = RegisterCustomer(card=a_card(), reference="K-0042")
    claims = [*CREATED, an_event(IdentityClaim.Claimed, kind="reference")]
    partner = given(*everybody()).when(command).then(*claims)
    assert partner.reference == "K-0042"


def test_a_day_begins_at_midnight_in_the_zone_of_the_company() -> None:
    late = NOW.replace(hour=0, minute=30)
    command = RegisterCustomer(card=a_card())

    assert given(*everybody()).when(command, at=late).then(*CREATED).registered_on == TODAY
    policy = replace(given().book.calendar, zone="America/New_York")
    in_new_york = given(*everybody()).under(calendar=policy)
    assert in_new_york.when(command, at=late).then(*CREATED).registered_on == YESTERDAY
