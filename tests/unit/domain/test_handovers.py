"""Everything somebody looks after goes to another, and nobody loses what he was given (R58)."""

from __future__ import annotations

from uuid import UUID

from domain.customer import Customer
from domain.errors import (
    ForbiddenError,
    InvalidError,
    MovedMeanwhileError,
    NotFoundError,
    NothingChangedError,
    RepresentativeLeftError,
)
from domain.handover import Handover, Piece
from domain.handover_commands import BeginHandover, BeginUndoing, CompleteHandover, PassOn
from tests.support.examples import a_customer, everybody
from tests.support.moments import LI, TODAY, WANG, ZHAO, an_id, signed
from tests.support.scenario import Scenario, an_event, given

CUSTOMER, HANDOVER = an_id("customer"), an_id("handover")
BEGIN = BeginHandover(handover_id=HANDOVER, from_id=an_id("li"), to_id=an_id("wang"))
UNDO = BeginUndoing(handover_id=an_id("undoing"), undoes=HANDOVER)


def company(**changes: object) -> Scenario:
    return given(a_customer(**changes), *everybody())


def passing(to_id: UUID | None, piece: Piece = Piece.OWNER, from_id: UUID | None = LI.id) -> PassOn:
    return PassOn(piece=piece, subject_id=CUSTOMER, from_id=from_id, to_id=to_id)


def test_a_manager_begins_it_between_two_different_people() -> None:
    office = company()

    office.when(BEGIN, by=LI).then_refused(ForbiddenError, needs="manager")
    to_himself = BeginHandover(handover_id=HANDOVER, from_id=an_id("li"), to_id=an_id("li"))
    office.when(to_himself, by=ZHAO).then_refused(InvalidError, problem="same-person")
    office.when(BEGIN, by=ZHAO).then(
        an_event(Handover.Begun, from_id=LI.id, to_id=WANG.id, undoes=None)
    )


def test_what_it_came_to_is_said_once() -> None:
    office = company()
    counts = {"customers": 2, "complaints": 1, "contracts": 0, "refused": 3}
    complete = CompleteHandover(handover_id=HANDOVER, **counts)
    office.when(BEGIN, by=ZHAO)

    office.when(complete, by=ZHAO).then(an_event(Handover.Completed, from_id=LI.id, **counts))
    office.when(complete, by=ZHAO).then_refused(NothingChangedError)


def test_undoing_is_a_handover_the_other_way_to_somebody_who_still_works_here() -> None:
    office = company()
    office.when(UNDO, by=ZHAO).then_refused(NotFoundError, of="handover")
    office.when(BEGIN, by=ZHAO)

    office.when(UNDO, by=ZHAO).then(
        an_event(Handover.Begun, from_id=WANG.id, to_id=LI.id, undoes=HANDOVER)
    )

    li, *others = everybody()
    with signed(by=ZHAO):
        li.leave(TODAY)
    left = given(a_customer(), li, *others)
    left.when(BEGIN, by=ZHAO)
    left.when(UNDO, by=ZHAO).then_refused(RepresentativeLeftError)


def test_a_customer_goes_on_while_he_is_still_whose_he_was() -> None:
    office = company()

    office.when(passing(WANG.id), by=LI).then_refused(ForbiddenError, needs="manager")
    office.when(passing(None), by=ZHAO).then_refused(InvalidError, field="to_id")
    office.when(passing(WANG.id), by=ZHAO).then(
        an_event(Customer.OwnerChanged, from_owner_id=LI.id, to_owner_id=WANG.id)
    )
    # By now he is 王's, who is not to lose him.
    office.when(passing(ZHAO.id), by=ZHAO).then_refused(MovedMeanwhileError, of="owner")


def test_a_second_owners_place_is_freed_and_given_back() -> None:
    office = company(second_owner_id=WANG.id)
    place = Piece.SECOND_OWNER

    office.when(passing(None, place, WANG.id), by=ZHAO).then(
        an_event(Customer.SecondOwnerChanged, from_owner_id=WANG.id, to_owner_id=None)
    )
    office.when(passing(None, place, WANG.id), by=ZHAO).then_refused(MovedMeanwhileError)
    office.when(passing(WANG.id, place, None), by=ZHAO).then(
        an_event(Customer.SecondOwnerChanged, from_owner_id=None, to_owner_id=WANG.id)
    )
