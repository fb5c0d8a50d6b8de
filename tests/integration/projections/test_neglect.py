"""What is owed about customers nobody looks after: which step, on which day, made of the events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from psycopg.sql import SQL

from domain import aftercare_commands, commands, pool_commands
from domain.access import Principal
from domain.application import CustomerCare
from domain.card import Card, CardSource, Classification
from domain.contact import Contact, ContactMethod
from domain.contract import Instalment
from domain.customer import Customer
from domain.grade import Grade
from domain.policies.book import DEFAULTS, PolicyBook, PolicyKind
from domain.policy import Policy
from domain.priority import ComplaintChannel
from projections.obligations.projection import ObligationsProjection
from projections.obligations.queries import ObligationQueries, ObligationRow
from projections.projector import Projector
from tests.support.care import MONDAY, Company
from tests.support.event_logs import a_log
from tests.support.moments import LI, a_provenance, signed

TODAY = date(2026, 3, 2)
NO_LADDER = {"ladder": []}


def a_day(days: int) -> date:
    return TODAY + timedelta(days=days)


def opening(day: date) -> datetime:
    """9:00 in Shanghai."""
    return datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)


@pytest.fixture
def owed(company: Company) -> ObligationQueries:
    company.project(ObligationsProjection)
    return ObligationQueries(company.database)


def step(company: Company, customer_id: UUID) -> tuple[str, date] | None:
    """What is owed about a customer as of the head of the log; its moment is the day's opening."""
    company.project(ObligationsProjection)
    found: list[ObligationRow] = ObligationQueries(company.database).load([customer_id])
    if not found:
        return None
    assert found[0].day is not None
    assert found[0].due_at == opening(found[0].day)
    return found[0].kind, found[0].day


def amend(company: Company, kind: PolicyKind, **content: Any) -> None:
    company.does(commands.AmendPolicy(kind=kind, content=content))


def contacts(company: Company, customer_id: UUID, **fields: Any) -> None:
    on = company.care.book().today(company.now)
    contact = Contact(contacted_on=on, method=ContactMethod.PHONE, **fields)
    company.does(commands.RecordContact(customer_id=customer_id, contact=contact))


def everything(company: Company) -> list[Any]:
    query = SQL("SELECT * FROM obligations.neglect ORDER BY key")
    return company.database.fetch(query, ())


def test_the_nearer_of_warning_and_rung_is_owed_and_nothing_else(company: Company) -> None:
    a, b = (company.registers(company.chen, each, grade=Grade(each)) for each in "AB")

    assert step(company, a) == ("pool_warning", a_day(4))
    assert step(company, b) == ("follow_up", a_day(7 + 3))


def test_a_contact_moves_it_in_the_same_moment(company: Company) -> None:
    """The days left are counted anew from it, not from what stood there before."""
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    company.wait(days=4)
    contacts(company, customer_id)

    assert step(company, customer_id) == ("pool_warning", a_day(8))


def test_a_warning_makes_it_the_return_and_a_rung_the_next_one(company: Company) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    company.now = opening(a_day(4))
    company.does(pool_commands.WarnOfPool(customer_id=customer_id))
    # The first rung was due the same day.
    assert step(company, customer_id) == ("follow_up", a_day(4))

    climb = pool_commands.EscalateFollowUp(customer_id=customer_id, expected_owner_id=company.chen)
    company.does(climb)
    assert step(company, customer_id) == ("pool_return", a_day(7))


def test_who_has_no_owner_owes_nothing_until_somebody_takes_him(company: Company) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.B)
    company.does(pool_commands.PutIntoPool(customer_id=customer_id), why="换人")
    assert step(company, customer_id) is None

    company.wait(days=30)
    company.does(pool_commands.ClaimCustomer(customer_id=customer_id, held=0), by=company.wang)
    assert step(company, customer_id) == ("follow_up", a_day(30 + 7 + 3 + 2))


def test_a_new_owner_has_the_whole_term(company: Company) -> None:
    amend(company, PolicyKind.CADENCE, **NO_LADDER)
    customer_id = company.registers(company.chen, "王小明", grade=Grade.B)
    company.wait(days=10)
    company.does(commands.ChangeOwner(customer_id=customer_id, owner_id=company.li), why="换人")

    assert step(company, customer_id) == ("pool_warning", a_day(10 + 18))


def test_an_open_complaint_exempts_and_its_end_gives_a_fresh_warning(company: Company) -> None:
    amend(company, PolicyKind.CADENCE, **NO_LADDER)
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    company.now = opening(a_day(4))
    company.does(pool_commands.WarnOfPool(customer_id=customer_id))
    file = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="漏水"
    )
    complaint_id = company.does(file).subject_id
    assert step(company, customer_id) is None

    company.wait(days=20)
    closes(company, complaint_id)
    assert step(company, customer_id) == ("pool_warning", a_day(25))
    company.does(commands.ReopenComplaint(complaint_id=complaint_id), why="又漏了")
    assert step(company, customer_id) is None


def test_a_company_may_let_complaints_exempt_nobody(company: Company) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    file = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="漏水"
    )
    company.does(file)
    amend(company, PolicyKind.POOL, exemptions=[])

    assert step(company, customer_id) == ("pool_warning", a_day(4))


def test_contracts_in_force_exempt_until_the_last_of_them_has_ended(company: Company) -> None:
    amend(company, PolicyKind.CADENCE, **NO_LADDER)
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    company.now = opening(a_day(4))
    company.does(pool_commands.WarnOfPool(customer_id=customer_id))
    first, second = (signs(company, customer_id, number) for number in ("HT-1", "HT-2"))
    assert step(company, customer_id) is None

    company.wait(days=20)
    company.does(aftercare_commands.CancelContract(contract_id=first), why="写错了")
    assert step(company, customer_id) is None
    company.does(aftercare_commands.CloseContract(contract_id=second), why="免除尾款")
    assert step(company, customer_id) == ("pool_warning", a_day(25))


def test_a_company_may_let_contracts_exempt_nobody(company: Company) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    signs(company, customer_id, "HT-1")
    amend(company, PolicyKind.POOL, exemptions=["open_complaint"])

    assert step(company, customer_id) == ("pool_warning", a_day(4))


def signs(company: Company, customer_id: UUID, number: str) -> UUID:
    amount = Decimal("100.00")
    command = aftercare_commands.SignContract(
        customer_id=customer_id,
        number=number,
        amount=amount,
        signed_on=TODAY,
        instalments=(Instalment(number=1, due_on=TODAY, amount=amount),),
    )
    return company.does(command).subject_id


def closes(company: Company, complaint_id: UUID) -> None:
    company.does(commands.AssignComplaint(complaint_id=complaint_id, handler_id=company.li))
    company.does(commands.AcknowledgeComplaint(complaint_id=complaint_id))
    company.does(commands.InvestigateComplaint(complaint_id=complaint_id, cause="管道"))
    company.does(commands.ResolveComplaint(complaint_id=complaint_id, solution="更换"))
    report = commands.ReportOutcome(complaint_id=complaint_id, channel=ComplaintChannel.PHONE)
    company.does(report)
    company.does(commands.CloseComplaint(complaint_id=complaint_id))


def test_another_policy_moves_everybody_but_nothing_happens_in_the_middle_of_a_day(
    company: Company,
) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.D)
    amend(company, PolicyKind.CADENCE, **NO_LADDER)
    assert step(company, customer_id) == ("pool_warning", a_day(87))

    company.wait(days=50)
    terms = {"A": 7, "B": 21, "C": 45, "D": 40, "E": None}
    amend(company, PolicyKind.POOL, contact_days=terms)
    assert step(company, customer_id) == ("pool_warning", a_day(51))

    amend(company, PolicyKind.POOL, contact_days=dict.fromkeys("ABCDE"))
    assert step(company, customer_id) == ("pool_warning", a_day(177))
    amend(company, PolicyKind.POOL, deal_days=dict.fromkeys("ABCDE"))
    assert step(company, customer_id) is None


def test_another_calendar_moves_it_to_the_next_day_that_is_worked(company: Company) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    closed = company.care.book().calendar.closed
    more = [day.isoformat() for day in (*closed, a_day(4))]
    amend(company, PolicyKind.CALENDAR, closed=more)

    assert step(company, customer_id) == ("pool_warning", a_day(7))


def test_a_regrading_moves_it_even_without_a_contact(company: Company) -> None:
    amend(company, PolicyKind.CADENCE, **NO_LADDER)
    customer_id = company.registers(company.chen, "王小明", grade=Grade.D)
    company.wait(days=30)
    company.does(commands.RegradeCustomer(customer_id=customer_id, grade=Grade.A))
    assert step(company, customer_id) == ("pool_warning", a_day(31))

    company.does(commands.RegradeCustomer(customer_id=customer_id, grade=Grade.E))
    assert step(company, customer_id) is None


def test_a_company_from_before_there_was_a_pool_adopts_it_and_loses_nobody_to_the_past(
    database: str,
) -> None:
    """His last contact is 300 days ago; the clock counts from the day the pool was introduced."""
    with a_log(database) as log:
        with signed(MONDAY, by=Principal.system("test")):
            for kind in set(PolicyKind) - {PolicyKind.POOL}:
                log.append(Policy.adopt(kind, DEFAULTS[kind](TODAY)).collect_events())
            customer = Customer.register(
                PolicyBook.defaults(TODAY),
                Card(name="王小明"),
                Classification(),
                owner_id=LI.id,
                source=CardSource.REP_VISIT,
                grade=Grade.B,
            )
            log.append(customer.collect_events())
        care, upgrade = CustomerCare(log), MONDAY + timedelta(days=300)
        adopted = care.install(a_provenance(upgrade, Principal.system("install")))
        content = {"ladder": []}
        amendment = commands.AmendPolicy(kind=PolicyKind.CADENCE, content=content)
        care.execute(amendment, a_provenance(upgrade, Principal.system("operator")))
        Projector(log, log.database, [ObligationsProjection]).catch_up()
        (owed,) = ObligationQueries(log.database).load([customer.id])

        assert adopted == [PolicyKind.POOL]
        assert care.book().pool.counts_from == upgrade.date()
        assert (owed.kind, owed.day) == ("pool_warning", a_day(300 + 18))


def test_rows_built_anew_equal_those_that_followed(
    company: Company, owed: ObligationQueries
) -> None:
    for number, grade in enumerate(Grade):
        customer_id = company.registers(company.chen, f"客户{number}", grade=grade)
        company.wait(days=3)
        contacts(company, customer_id, grade=list(Grade)[number - 1])
        if number % 2:
            company.does(pool_commands.PutIntoPool(customer_id=customer_id), why="换人")
        company.project(ObligationsProjection)
    amend(company, PolicyKind.POOL, warning_days=2)
    company.wait(days=2)
    amend(company, PolicyKind.CALENDAR, hours=[["08:00", "17:00"]])
    company.project(ObligationsProjection)
    followed = everything(company)

    company.rebuild(ObligationsProjection)
    assert everything(company) == followed
    assert owed.next_due_at(MONDAY) is not None
