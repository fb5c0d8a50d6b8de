"""Gifts and visits: by grade and occasion a task of the owner, once, with its reason (R75)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.erasure_commands import EraseCustomer
from domain.erasure_events import ErasureGround
from domain.grade import Grade
from domain.occasion import Occasion, OccasionKind, greeting_key
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from domain.task import Courtesy, Task
from projections.obligations.queries import ObligationQueries
from projections.occasions.projection import OccasionsProjection
from projections.tasks.queries import TaskQueries
from tests.support.care import Company
from tests.support.shift import Shift

DAY_BEFORE = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
"""The opening of the Monday before the task of a birthday on the 24th falls due."""


@pytest.fixture(autouse=True)
def gifts_for_the_best(company: Company) -> None:
    amend(company, {"kind": "gift", "occasion": "birthday", "grades": ["A", "B"]})


def amend(company: Company, *rules: dict[str, Any], **content: Any) -> None:
    company.does(
        commands.AmendPolicy(
            kind=PolicyKind.GREETINGS,
            content={"occasions": ["birthday"], "courtesies": list(rules), **content},
        )
    )


def a_customer(company: Company, name: str = "王小明", grade: Grade = Grade.A) -> UUID:
    customer = company.registers(company.chen, name, birthday="1990-03-24")
    company.does(commands.RegradeCustomer(customer_id=customer, grade=grade), company.chen)
    return customer


def decided(shift: Shift) -> list[Any]:
    return shift.events(Task.Opened, Task.Skipped)


def owed(shift: Shift, customer: UUID) -> list[tuple[str, date | None]]:
    queries = ObligationQueries(shift.company.database, "occasions")
    return sorted((each.kind, each.day) for each in queries.about(customer))


def test_a_week_before_the_birthday_of_a_good_customer_a_gift_is_on_the_list_of_his_owner(
    company: Company, shift: Shift
) -> None:
    good, bad = a_customer(company), a_customer(company, "李小红", Grade.C)
    shift.project()
    company.now = DAY_BEFORE
    shift.works()

    (opened,) = decided(shift)
    assert (opened.customer_id, opened.owner_id, opened.kind) == (good, company.chen, "gift")
    assert opened.due_on == date(2026, 3, 17)
    assert opened.courtesy == Courtesy(
        occasion="birthday", year="2026", on=date(2026, 3, 24), grade="A", policy_version=2
    )
    tasks = TaskQueries(company.database)
    assert tasks.count_for(company.chen, date(2026, 3, 17)) == (1, 0)
    (row,) = tasks.beside([good, bad], date(2026, 3, 17))[good]
    assert row.courtesy == opened.courtesy


def test_a_customer_gets_one_gift_whatever_is_changed_meanwhile(
    company: Company, shift: Shift
) -> None:
    customer = a_customer(company)
    shift.project()
    company.now = DAY_BEFORE
    shift.works()
    amend(company, {"kind": "gift", "occasion": "birthday", "grades": ["A"], "days_before": 1})
    company.does(commands.RegradeCustomer(customer_id=customer, grade=Grade.B), company.chen)
    company.does(commands.RegradeCustomer(customer_id=customer, grade=Grade.A), company.chen)
    shift.project()

    assert len(decided(shift)) == 1
    assert owed(shift, customer) == [("gift", date(2027, 3, 24)), ("greeting", date(2026, 3, 24))]


def opt_out(company: Company, customer: UUID) -> None:
    company.does(commands.ChooseCare(customer_id=customer, choices={"wants_greetings": False}))


def complain(company: Company, customer: UUID) -> None:
    company.does(
        commands.FileComplaint(customer_id=customer, channel=ComplaintChannel.PHONE, summary="货损")
    )


def nobody_gets_gifts(company: Company, _: UUID) -> None:
    amend(company)


def downgrade(company: Company, customer: UUID) -> None:
    company.does(commands.RegradeCustomer(customer_id=customer, grade=Grade.C), company.chen)


def erase(company: Company, customer: UUID) -> None:
    command = EraseCustomer(customer_id=customer, ground=ErasureGround.REQUESTED)
    company.does(command, why="asked for it")


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (erase, "erased"),
        (opt_out, "opted-out"),
        (complain, "open-complaint"),
        (nobody_gets_gifts, "not-of-grade"),
        (downgrade, "not-of-grade"),
    ],
)
def test_what_speaks_against_it_is_on_record(
    company: Company, shift: Shift, happens: Any, reason: str
) -> None:
    customer = a_customer(company)
    shift.project()
    company.now = DAY_BEFORE
    happens(company, customer)
    if happens is not erase:  # Of whom the lists forget everything.
        shift.project()
    shift.tick(job=shift.stage.greeting)

    (skipped,) = decided(shift)
    assert (skipped.reason, skipped.courtesy.occasion) == (reason, "birthday")


def test_after_an_outage_a_gift_is_planned_until_the_day_itself_and_never_after_it(
    company: Company, shift: Shift
) -> None:
    a_customer(company)
    later = company.registers(company.chen, "李小红", birthday="1991-03-28")
    company.does(commands.RegradeCustomer(customer_id=later, grade=Grade.B), company.chen)
    shift.project()
    company.now = datetime(2026, 3, 25, 1, 0, tzinfo=UTC)
    shift.works()

    skipped, opened = sorted(decided(shift), key=lambda each: each.courtesy.on)
    assert (skipped.reason, skipped.owed_at) == ("too-late", DAY_BEFORE)
    assert (opened.customer_id, opened.due_on) == (later, date(2026, 3, 25))


def test_before_a_festival_a_visit_falls_due_on_a_working_day(
    company: Company, shift: Shift
) -> None:
    rule = {"kind": "visit", "occasion": "festival:mid_autumn", "grades": ["A"], "days_before": 5}
    amend(company, rule)
    a_customer(company)
    shift.project()
    company.now = datetime(2026, 9, 19, 1, 0, tzinfo=UTC)
    shift.works()

    (opened,) = [each for each in decided(shift) if each.kind == "visit"]
    assert (opened.courtesy.on, opened.due_on) == (date(2026, 9, 25), date(2026, 9, 20))


def test_whoever_is_greeted_in_person_is_not_greeted_again_under_another_policy(
    company: Company, shift: Shift
) -> None:
    """The day stays decided on, though the next one is reckoned anew."""
    customer = a_customer(company)
    shift.project()
    key = greeting_key(customer, "birthday", "2026")
    row = shift.read.occasions.get(key)
    assert row is not None
    occasion = Occasion(OccasionKind.BIRTHDAY, row.occasion, row.year, row.on)
    reserve = commands.ReserveGreeting(customer_id=customer, occasion=occasion)
    company.does(reserve, company.chen)
    shift.project()
    amend(company, opens="10:00")
    shift.project()

    assert owed(shift, customer) == [("greeting", date(2027, 3, 24))]


def test_rebuilt_what_is_owed_is_the_same(company: Company, shift: Shift) -> None:
    customer = a_customer(company)
    shift.project()
    company.now = DAY_BEFORE
    shift.works()
    downgrade(company, customer)
    a_customer(company, "李小红")
    shift.project()
    before = rows(company)
    company.rebuild(OccasionsProjection)

    assert rows(company) == before
    assert [row[1] for row in before] == ["gift", "greeting", "greeting"]


def rows(company: Company) -> list[Any]:
    with company.database.connection() as connection:
        return connection.execute(
            "SELECT key, kind, customer_id, day, due_at, payload FROM occasions.obligation"
            " ORDER BY kind, key"
        ).fetchall()
