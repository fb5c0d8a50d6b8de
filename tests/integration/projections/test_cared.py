"""What is asked of a customer before he is written to: the lists and the log say the same (D29)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from domain import commands
from domain.caring import Cared
from domain.contact import Contact, ContactMethod
from domain.erasure_commands import EraseCustomer
from domain.grade import Grade
from domain.ids import new_id
from domain.pool_commands import PutIntoPool
from projections import positions
from projections.occasions.projection import OccasionsProjection
from projections.occasions.queries import OccasionQueries
from tests.support.care import Company


class _NoLog:
    """Nobody has to be read event by event."""

    def get_many(self, aggregate_ids: object, /) -> dict[UUID, object]:
        raise AssertionError(f"read from the log: {aggregate_ids}")


def from_log(company: Company, *customer_ids: UUID) -> dict[UUID, Cared]:
    return {c.id: Cared.of(c) for c in company.log.get_many(customer_ids).values()}


def a_customer(company: Company) -> UUID:
    reached = {"email": "wang@example.com", "phones": ("13900000001",)}
    return company.registers(company.chen, "王小明", **reached)


def changes(customer_id: UUID, company: Company) -> dict[str, commands.Command]:
    def chosen(**choices: object) -> commands.ChooseCare:
        return commands.ChooseCare(customer_id=customer_id, choices=choices)

    def contacted(day: date) -> commands.RecordContact:
        said = Contact(contacted_on=day, method=ContactMethod.PHONE)
        return commands.RecordContact(customer_id=customer_id, contact=said)

    return {
        "consents": chosen(consents={"email": True, "sms": False}),
        "consent taken back": chosen(consents={"email": False}),
        "language and zone": chosen(language="en", zone="Europe/Berlin"),
        "opted in": chosen(wants_greetings=True),
        "opted out of offers": chosen(wants_offers=False),
        "asked again": chosen(wants_greetings=None),
        "lost his mail": commands.CorrectCustomer(customer_id=customer_id, card={"email": ""}),
        "lost his phone": commands.CorrectCustomer(customer_id=customer_id, card={"phones": ()}),
        "contacted": contacted(date(2026, 3, 1)),
        "contacted before, recorded later": contacted(date(2026, 2, 1)),
        "regraded": commands.RegradeCustomer(customer_id=customer_id, grade=Grade.E),
        "another owner": commands.ChangeOwner(customer_id=customer_id, owner_id=company.li),
        "put into the pool": PutIntoPool(customer_id=customer_id),
        "forgotten": EraseCustomer(customer_id=customer_id),
    }


def test_the_list_says_what_his_history_says_after_whatever_happens(company: Company) -> None:
    company.wait(hours=1)
    customer_id, other = a_customer(company), company.registers(company.li, "李四")
    queries, seen = OccasionQueries(company.database), []
    for name, command in {"registered": None, **changes(customer_id, company)}.items():
        if command is not None:
            company.does(command, None if name == "forgotten" else company.zhao, why=name)
        company.project(OccasionsProjection)
        log = company.log if name == "forgotten" else _NoLog()
        cared = queries.cared([customer_id, other], log)

        assert cared == from_log(company, customer_id, other), name
        seen.append(cared[customer_id])
    company.rebuild(OccasionsProjection)

    assert queries.cared([other], _NoLog()) == from_log(company, other)
    assert seen[-1].is_erased
    # An older contact that is recorded later changes nothing; all else does.
    assert len({repr(each) for each in seen}) == len(seen) - 1


@pytest.mark.parametrize("what", ["waits", "is not there", "is an older list"])
def test_who_is_not_to_be_had_from_the_list_is_read_from_the_log(
    company: Company, what: str
) -> None:
    customer_id = a_customer(company)
    company.project(OccasionsProjection)
    with company.database.connection() as connection:
        if what == "waits":
            positions.park(connection, "occasions", company.log.head, customer_id, "broken")
            connection.execute("UPDATE occasions.person SET grade = 'E', has_email = false")
        elif what == "is not there":
            connection.execute("DELETE FROM occasions.person")
        else:
            connection.execute("ALTER TABLE occasions.person DROP COLUMN has_email")
    nobody = new_id()
    found = OccasionQueries(company.database).cared([customer_id, nobody, company.li], company.log)

    assert found == from_log(company, customer_id)
