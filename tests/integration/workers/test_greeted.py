"""What became of greetings, as one asks for it afterwards (R73)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.access import EVERYTHING
from domain.delivery import Delivery, End
from domain.occasion import Occasion, OccasionKind
from domain.policies.book import PolicyKind
from projections.greetings.projection import GreetingsProjection
from projections.greetings.queries import DecidedRow, GreetingQueries, GreetingState
from tests.integration.channels.post_office import CUT, opened
from tests.integration.workers.test_greetings import a_customer, morning, refuse
from tests.support.care import Company
from tests.support.shift import Shift

DAY = date(2026, 3, 5)


@pytest.fixture(autouse=True)
def only_birthdays(company: Company) -> None:
    company.does(
        commands.AmendPolicy(
            kind=PolicyKind.GREETINGS, content={"occasions": ["birthday"], "spread_minutes": 0}
        )
    )


def rows(company: Company, **asked: Any) -> list[DecidedRow]:
    return GreetingQueries(company.database).page(EVERYTHING, DAY, DAY, **asked)


def test_each_greeting_says_what_became_of_it_and_says_the_same_when_rebuilt(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        shift = begin(mail_port=post.port)
        greeted = a_customer(company)
        silent = a_customer(company, "李小红")
        refuse(company, silent)
        called = a_customer(company, "张三")
        birthday = Occasion(OccasionKind.BIRTHDAY, "birthday", "2026", DAY)
        company.does(commands.ReserveGreeting(customer_id=called, occasion=birthday), company.chen)
        morning(company, shift)
        shift.project()

    found = {row.customer_id: row for row in rows(company)}
    assert {key: (row.state, row.reason) for key, row in found.items()} == {
        greeted: (GreetingState.SENT, ""),
        silent: (GreetingState.SKIPPED, "no-consent"),
        called: (GreetingState.RESERVED, ""),
    }
    assert (found[greeted].channel, found[greeted].name) == ("email", "王小明")
    assert found[called].rep_id == company.chen
    assert [each.customer_id for each in rows(company, state=GreetingState.SKIPPED)] == [silent]
    first, *_ = paged = rows(company)
    assert rows(company, after=(first.on, first.key)) == paged[1:]
    assert rows(company) == paged
    company.rebuild(GreetingsProjection)
    assert rows(company) == paged


def test_what_was_unknown_stands_as_somebody_settled_it(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        post.answers["DATA"] = CUT
        shift = begin(mail_port=post.port)
        customer = a_customer(company)
        morning(company, shift)
        shift.project()
        assert states(company) == {customer: GreetingState.UNKNOWN}

    (unknown,) = [e for e in shift.events(Delivery.Unknown) if e.recipient_id == customer]
    settled = commands.SettleDelivery(delivery_id=unknown.originator_id, end=End.SENT)
    company.does(settled, why="he has it")
    shift.project()

    assert states(company) == {customer: GreetingState.SENT}


def states(company: Company) -> dict[UUID, GreetingState]:
    return {row.customer_id: row.state for row in rows(company)}
