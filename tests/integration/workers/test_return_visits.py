"""Return visits decided in the background: once, on time, or not at all with a reason (R46)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.card import Purchase
from domain.contact import Contact, ContactMethod, ContactPurpose
from domain.grade import Grade
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from domain.reminder import Reminder
from domain.task import Cause, Task
from projections.obligations.projection import ObligationsProjection
from projections.obligations.queries import ObligationRow
from tests.support.care import MONDAY, Company
from tests.support.shift import CaughtHints, Shift
from workers.decisions import return_visit

TODAY = MONDAY.date()
WEDNESDAY_OPENING = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
THURSDAY = date(2026, 3, 5)


@pytest.fixture
def customer_id(company: Company) -> UUID:
    return company.registers(company.chen, "王小明")


def buys(company: Company, customer_id: UUID, on: date = TODAY, product: str = "地板") -> None:
    purchase = Purchase(
        purchased_on=on, product=product, quantity=Decimal(1), amount=Decimal("99.00")
    )
    company.does(commands.RecordPurchase(customer_id=customer_id, purchase=purchase))


def contacts(company: Company, customer_id: UUID, **fields: Any) -> None:
    contact = Contact(
        **{"contacted_on": company.now.date(), "method": ContactMethod.PHONE, **fields}
    )
    company.does(commands.RecordContact(customer_id=customer_id, contact=contact), company.chen)


def complains(company: Company, customer_id: UUID) -> UUID:
    filing = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="开裂"
    )
    return company.does(filing).subject_id


def closes(company: Company, complaint_id: UUID) -> None:
    for step in (
        commands.AssignComplaint(complaint_id=complaint_id, handler_id=company.li),
        commands.AcknowledgeComplaint(complaint_id=complaint_id),
        commands.InvestigateComplaint(complaint_id=complaint_id, cause="潮湿"),
        commands.ResolveComplaint(complaint_id=complaint_id, solution="更换"),
        commands.ReportOutcome(complaint_id=complaint_id, channel=ComplaintChannel.PHONE),
        commands.CloseComplaint(complaint_id=complaint_id, satisfaction=4),
    ):
        company.does(step)


def owed(shift: Shift, customer_id: UUID) -> list[ObligationRow]:
    """What is owed about return visits to a customer; something else is owed about everybody."""
    return [each for each in shift.owes(customer_id) if each.kind == "return_visit"]


def decided(shift: Shift) -> list[Any]:
    return shift.events(Task.Opened, Task.Skipped)


def test_three_days_after_a_purchase_the_owner_is_to_ask(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    buys(company, customer_id)
    bought = Cause(customer_id, company.log.get(customer_id).version)
    shift.works_until(WEDNESDAY_OPENING - timedelta(seconds=1))
    assert decided(shift) == []

    shift.works_until(datetime(2026, 3, 5, 1, 0, tzinfo=UTC))
    (opened,) = decided(shift)

    assert isinstance(opened, Task.Opened)
    assert (opened.kind, opened.customer_id, opened.owner_id) == (
        "return_visit", customer_id, company.chen,
    )  # fmt: skip
    assert (opened.timestamp, opened.owed_at, opened.due_on) == (
        WEDNESDAY_OPENING, WEDNESDAY_OPENING, THURSDAY,
    )  # fmt: skip
    assert opened.cause == bought
    assert owed(shift, customer_id) == []
    digests = {e.day: e for e in shift.events(Reminder.DigestIssued) if e.rep_id == company.chen}
    assert [(day, e.task_due_count) for day, e in digests.items()] == [(THURSDAY, 1)]
    assert shift.read.inbox.page(company.chen)[0].kind == "digest"


def test_an_order_of_many_lines_leads_to_one_visit(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    for number in range(3):
        buys(company, customer_id, product=f"地板{number}")
        shift.project()
    buys(company, customer_id, product="踢脚线")

    assert len(owed(shift, customer_id)) == 1
    company.rebuild(ObligationsProjection)
    assert len(owed(shift, customer_id)) == 1


@pytest.mark.parametrize(
    ("cause", "due_on"),
    [
        # 8 March is a Sunday, so the visit after the service of Thursday is on Monday.
        (lambda c, who: contacts(c, who, purpose=ContactPurpose.SERVICE), date(2026, 3, 5)),
        (lambda c, who: closes(c, complains(c, who)), date(2026, 3, 9)),
    ],
)
def test_a_service_and_the_end_of_a_complaint_are_causes_too(
    company: Company,
    shift: Shift,
    customer_id: UUID,
    cause: Callable[[Company, UUID], None],
    due_on: date,
) -> None:
    cause(company, customer_id)
    shift.works_until(MONDAY + timedelta(days=8))

    assert [(type(e), e.due_on) for e in decided(shift)] == [(Task.Opened, due_on)]


def test_a_visit_on_a_day_off_is_made_on_the_next_working_day(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    company.wait(days=3)
    buys(company, customer_id, company.now.date())
    shift.works_until(company.now + timedelta(days=4))

    assert [e.due_on for e in decided(shift)] == [date(2026, 3, 9)]


def test_a_complaint_that_is_reopened_is_not_over_and_leads_to_no_visit(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    complaint_id = complains(company, customer_id)
    closes(company, complaint_id)
    assert len(owed(shift, complaint_id)) > 0
    company.does(commands.ReopenComplaint(complaint_id=complaint_id), why="又开裂了")

    assert [row.kind for row in owed(shift, complaint_id) if row.kind == "return_visit"] == []


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (complains, "open-complaint"),
        (lambda c, who: contacts(c, who, purpose=ContactPurpose.RETURN_VISIT), "visited"),
    ],
)
def test_what_happened_meanwhile_stands_against_a_visit_and_is_told(
    company: Company,
    shift: Shift,
    customer_id: UUID,
    meanwhile: Callable[[Company, UUID], Any],
    reason: str,
) -> None:
    buys(company, customer_id)
    company.wait(hours=20)
    meanwhile(company, customer_id)
    shift.works_until(WEDNESDAY_OPENING)

    (skipped,) = decided(shift)
    assert isinstance(skipped, Task.Skipped)
    assert (skipped.reason, skipped.owed_at) == (reason, WEDNESDAY_OPENING)
    assert owed(shift, customer_id) == []
    assert shift.read.tasks.page(company.principal(None).visibility) == []


def test_an_ordinary_contact_is_no_visit(company: Company, shift: Shift, customer_id: UUID) -> None:
    buys(company, customer_id)
    contacts(company, customer_id)
    shift.works_until(WEDNESDAY_OPENING)

    assert [type(event) for event in decided(shift)] == [Task.Opened]


def test_a_dead_customer_who_had_service_is_left_alone(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    contacts(company, customer_id, purpose=ContactPurpose.SERVICE, grade=Grade.E)
    shift.works_until(WEDNESDAY_OPENING)

    assert [event.reason for event in decided(shift)] == ["dead-customer"]


def test_of_two_causes_decided_at_once_one_visit_is_made(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    company.does(commands.AmendPolicy(kind=PolicyKind.RETURN_VISITS, content={"complaint_days": 3}))
    closes(company, complains(company, customer_id))
    buys(company, customer_id)
    shift.works_until(WEDNESDAY_OPENING)

    assert sorted(getattr(event, "reason", "") for event in decided(shift)) == [
        "", "already-planned",
    ]  # fmt: skip


def test_deciding_twice_decides_once(company: Company, shift: Shift, customer_id: UUID) -> None:
    buys(company, customer_id)
    shift.project()
    company.now = WEDNESDAY_OPENING
    hints = CaughtHints()
    shift.tick(hints)
    hints.sent *= 2
    hints.heeded()
    # As if the process had been killed before it could say that it was done.
    again = [each for each in shift.owed.about(customer_id) if each.kind == "return_visit"]
    return_visit.decide(again, company.now + timedelta(hours=1), shift.office)

    (opened,) = decided(shift)
    assert opened.timestamp == WEDNESDAY_OPENING


def test_after_days_down_the_visit_is_due_today_and_after_weeks_not_at_all(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    other = company.registers(company.li, "李小红")
    buys(company, customer_id)
    company.wait(days=5)
    buys(company, other, company.now.date())
    shift.project()
    company.now = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
    shift.works()

    told = {event.customer_id: event for event in decided(shift)}
    assert told[customer_id].reason == "too-late"
    assert told[other].due_on == date(2026, 3, 20)
    assert (told[other].owed_at, told[other].timestamp) == (
        datetime(2026, 3, 9, 1, 0, tzinfo=UTC), company.now,
    )  # fmt: skip


def test_history_that_is_imported_leads_to_no_visits(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    buys(company, customer_id, date(2025, 1, 1))

    assert owed(shift, customer_id) == []


def test_another_policy_holds_for_what_happens_from_then_on(
    company: Company, shift: Shift, customer_id: UUID
) -> None:
    other = company.registers(company.li, "李小红")
    buys(company, customer_id)
    company.does(
        commands.AmendPolicy(kind=PolicyKind.RETURN_VISITS, content={"purchase_days": None})
    )
    buys(company, other)
    before = (owed(shift, customer_id), owed(shift, other))
    company.rebuild(ObligationsProjection)

    assert [len(rows) for rows in before] == [1, 0]
    assert (owed(shift, customer_id), owed(shift, other)) == before
