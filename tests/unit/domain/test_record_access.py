"""Who looked into a customer's past is a fact like any other (R59)."""

from __future__ import annotations

from datetime import timedelta

from domain.access import Principal, Role, Scope
from domain.access_record import AccessKind, AccessRecord
from domain.commands import RecordAccess
from domain.errors import NotFoundError, ReasonRequiredError
from tests.support.examples import a_customer
from tests.support.moments import NOW, TODAY, WANG, an_id
from tests.support.scenario import an_event, given

AUDITOR = Principal.representative(an_id("auditor"), role=Role.AUDITOR, scope=Scope.ALL)


def looking(access: AccessKind = AccessKind.HISTORY) -> RecordAccess:
    return RecordAccess(customer_id=an_id("customer"), access=access)


def test_a_look_at_a_history_is_recorded_once_a_day() -> None:
    office = given(a_customer())
    looked = {"customer_id": an_id("customer"), "access": "history"}

    office.when(looking(), by=AUDITOR).then(an_event(AccessRecord.Recorded, day=TODAY, **looked))
    office.when(looking(), by=AUDITOR, at=NOW + timedelta(hours=1)).then_nothing()
    office.when(looking(), by=AUDITOR, at=NOW + timedelta(days=1)).then(
        an_event(AccessRecord.Recorded, day=TODAY + timedelta(days=1), **looked)
    )


def test_every_bundle_is_recorded_with_its_reason() -> None:
    office = given(a_customer())
    for _ in range(2):
        outcome = office.when(looking(AccessKind.BUNDLE), by=AUDITOR, why="季度审计")
        outcome.then(an_event(AccessRecord.Recorded, access="bundle", why="季度审计"))
        assert outcome.events[0].actor == AUDITOR.name


def test_a_bundle_needs_a_reason() -> None:
    outcome = given(a_customer()).when(looking(AccessKind.BUNDLE), by=AUDITOR)

    outcome.then_refused(ReasonRequiredError, field="reason")


def test_nobody_is_recorded_to_have_seen_what_he_may_not_see() -> None:
    outcome = given(a_customer()).when(looking(), by=WANG)

    outcome.then_refused(NotFoundError)
