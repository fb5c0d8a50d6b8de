from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain import commands
from domain.contact import Contact, ContactMethod
from domain.errors import InvalidError
from domain.grade import Demand, Grade
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from projections.moments import Moment
from projections.what_if import Comparison, Figures, MonthCompared, tried, what_if
from tests.support.care import Company
from tests.support.shift import Shift

ESCALATED = (
    "customer.follow_up_escalated", "complaint.escalated", "complaint.escalation_stranded",
)  # fmt: skip


def compare(company: Company, kind: PolicyKind, content: Mapping[str, Any]) -> Comparison:
    book = company.care.book(is_fresh=True)
    return what_if(
        company.log, book, tried(book, kind, content), Moment(company.log.head, company.now)
    )


def compared_months(
    company: Company, kind: PolicyKind, content: Mapping[str, Any]
) -> list[MonthCompared]:
    return compare(company, kind, content).months


def test_the_present_policies_bring_about_what_really_happened(company: Company) -> None:
    shift = Shift(company)
    for number, grade in enumerate((Grade.A, Grade.B, Grade.C, Grade.D)):
        company.registers(company.chen, f"客户{number}", grade=grade)
    filing = company.registers(company.li, "王小明", grade=Grade.E)
    company.does(
        commands.FileComplaint(
            customer_id=filing, channel=ComplaintChannel.PHONE, summary="地板开裂"
        )
    )
    for _ in range(35):
        company.wait(days=1)
        shift.works()
    happened = [type(event).TOPIC for event in shift.events(object)]
    nobody = dict.fromkeys("ABCDE")

    compared = compare(
        company,
        PolicyKind.POOL,
        {"contact_days": nobody, "deal_days": nobody},
    )

    assert compared.now.returns == happened.count("customer.returned_to_pool") > 0
    assert compared.then.returns == 0
    longer = {"interval_days": {"A": 60, "B": 60, "C": 60, "D": 60, "E": 365}}
    compared = compare(company, PolicyKind.CADENCE, longer)
    assert compared.now.escalations == sum(map(happened.count, ESCALATED))
    assert compared.then.escalations == sum(map(happened.count, ESCALATED[1:])) > 0
    assert compared.then.overdue == 0
    shift.close()


def test_nothing_differs_under_the_policy_that_is_in_force(company: Company) -> None:
    company.registers(company.chen, "王小明", grade=Grade.A)
    company.wait(days=30)

    assert compare(company, PolicyKind.CADENCE, {}).months == []


def test_each_difference_is_told_by_representative_and_month(company: Company) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.B)
    company.wait(days=5)
    company.does(commands.RecordQuickNote(customer_id=customer_id, key="4"), company.chen)
    company.wait(days=1)
    head = company.log.head

    (march,) = compared_months(
        company, PolicyKind.CADENCE, {"interval_days": {"A": 1, "B": 2, "C": 15, "D": 30, "E": 365}}
    )

    assert march.rep_id == company.chen
    assert (march.month.year, march.month.month) == (2026, 3)
    assert march.now.overdue == 0
    assert march.then == Figures(asked=1, overdue=1, escalations=march.then.escalations)
    assert company.log.head == head, "trying a policy wrote something"


def test_another_sla_makes_other_complaints_climb(company: Company) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.E)
    filing = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="地板开裂"
    )
    company.does(filing)
    company.wait(hours=3)
    targets = {name: {"acknowledge": 9_000, "resolve": 9_000} for name in ("P1", "P2", "P3", "P4")}

    (march,) = compared_months(company, PolicyKind.SLA, {"targets": targets})

    assert march.now.escalations > 0
    assert march.then.escalations == 0


def test_a_stricter_grading_asks_for_fewer_contacts(company: Company) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.D)
    contact = Contact(
        contacted_on=company.now.date(),
        method=ContactMethod.PHONE,
        demand=Demand.PRESENT,
        expected_on=company.now.date() + timedelta(days=20),
    )
    company.does(commands.RecordContact(customer_id=customer_id, contact=contact))
    company.wait(days=5)

    (march,) = compared_months(
        company, PolicyKind.GRADING, {"within_days": {"A": 10, "B": 90, "C": 180}}
    )

    assert (march.now.asked, march.now.overdue) == (1, 1)
    assert (march.then.asked, march.then.overdue) == (0, 0)


def test_a_policy_that_makes_no_sense_is_refused(company: Company) -> None:
    book = company.care.book()
    with pytest.raises(InvalidError):
        tried(book, PolicyKind.CADENCE, {"interval_days": {"A": -1}})
    with pytest.raises(InvalidError):
        tried(book, PolicyKind.CADENCE, {"no_such_field": 1})
    with pytest.raises(InvalidError):
        tried(book, PolicyKind.GREETINGS, {})
