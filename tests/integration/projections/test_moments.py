from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain import commands
from domain.contact import Contact, ContactMethod
from domain.errors import CareError, InvalidError
from domain.grade import Grade, Importance
from domain.policies.book import PolicyKind
from projections.moments import Moment, Moments
from tests.support.care import MONDAY, Company
from tests.support.likeness import likeness

SHANGHAI = ZoneInfo("Asia/Shanghai")
CUSTOMERS = 200
MOMENTS = 20


def moments_of(company: Company) -> Moments:
    return Moments(company.log)


def find(company: Company, asked: Any) -> Moment:
    return moments_of(company).find(asked, SHANGHAI, company.now)


def a_busy_company(company: Company, chance: Random) -> list[UUID]:
    """Have 200 customers looked after for weeks, in no order that anybody planned."""
    reps = (company.chen, company.li, company.wang)
    ids = [company.registers(chance.choice(reps), f"客户{n}") for n in range(CUSTOMERS)]
    for _ in range(4 * CUSTOMERS):
        company.wait(minutes=chance.randrange(0, 40))
        about = chance.choice(ids)
        command = chance.choice(
            (
                commands.RegradeCustomer(customer_id=about, grade=chance.choice(list(Grade))),
                commands.ChangeOwner(customer_id=about, owner_id=chance.choice(reps)),
                commands.RecordQuickNote(customer_id=about, key=str(chance.randint(1, 4))),
                commands.CorrectCustomer(
                    customer_id=about, card={"needs": f"需求{chance.randrange(9)}"}
                ),
                commands.CorrectCustomer(
                    customer_id=about,
                    classification={"importance": chance.choice(list(Importance)).value},
                ),
            )
        )
        try:
            company.does(command, why="随访")
        except CareError:
            continue  # Nothing changed, which leaves no event.
    return ids


def folded_by_hand(
    company: Company, address: str, ids: Sequence[UUID], positions: Sequence[int]
) -> dict[int, dict[UUID, Any]]:
    """Return each customer as of each position, by walking once over the raw rows of the log."""
    with psycopg.connect(address) as connection:
        rows = connection.execute(
            "SELECT originator_id, originator_version, topic, state, position"
            " FROM eventlog.event ORDER BY position"
        ).fetchall()
    wanted, standing, found = set(ids), {}, {}
    for row in rows:
        if row[0] in wanted:
            event = company.log.mapper.to_domain_event(StoredEvent(*row[:4]))
            before = standing.get(row[0])
            standing[row[0]] = event.mutate(deepcopy(before))
        if row[4] in positions:
            found[row[4]] = dict(standing)
    return found


def test_any_customer_at_any_moment_is_the_fold_of_what_was_recorded_by_then(
    company: Company, database: str
) -> None:
    chance = Random(4)
    ids = a_busy_company(company, chance)
    positions = sorted(chance.sample(range(1, company.log.head + 1), MOMENTS))
    expected = folded_by_hand(company, database, ids, positions)
    moments = moments_of(company)

    for position in positions:
        moment = find(company, position)
        for customer_id in ids:
            then = moments.get(customer_id, moment)
            by_hand = expected[position].get(customer_id)
            assert (then is None) == (by_hand is None)
            assert then is None or likeness(then) == likeness(by_hand)
        # The instant at which it was recorded leads to it, or past others of the same instant.
        at_instant = find(company, moment.at)
        assert at_instant.position >= position
        assert find(company, at_instant.position).at == moment.at
        assert find(company, moment.at - timedelta(microseconds=1)).position < position


def test_a_day_is_meant_to_its_end_in_the_zone_of_the_company(company: Company) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.D)
    company.now = datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)
    company.does(commands.RegradeCustomer(customer_id=customer_id, grade=Grade.C))
    company.now = datetime(2026, 3, 2, 16, 0, 0, tzinfo=UTC)
    company.does(commands.RegradeCustomer(customer_id=customer_id, grade=Grade.B))
    company.wait(days=3)
    moments = moments_of(company)

    grades = [
        moments.get(customer_id, find(company, day)).grade
        for day in (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 5))
    ]

    assert grades == [Grade.C, Grade.B, Grade.B]
    assert moments.get(customer_id, find(company, date(2026, 3, 1))) is None


def test_an_instant_includes_what_a_slow_clock_recorded_a_little_later(company: Company) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.D)
    company.wait(seconds=2)
    company.does(commands.RegradeCustomer(customer_id=customer_id, grade=Grade.C))
    company.wait(seconds=-1)
    company.does(commands.RegradeCustomer(customer_id=customer_id, grade=Grade.B))
    told = company.now
    company.wait(days=1)

    assert moments_of(company).get(customer_id, find(company, told)).grade is Grade.B


def test_the_policies_of_then_are_those_that_were_in_force(company: Company) -> None:
    company.wait(hours=1)
    before = find(company, company.log.head)
    amendment = commands.AmendPolicy(kind=PolicyKind.POOL, content={"warning_days": 2})
    company.does(amendment)
    moments = moments_of(company)

    assert moments.book(before).versions[PolicyKind.POOL] == 1  # type: ignore[union-attr]
    assert moments.book(find(company, company.log.head)) == company.care.book(is_fresh=True)
    assert moments.book(find(company, MONDAY - timedelta(days=1))) is None


def test_a_position_that_is_not_reached_is_refused(company: Company) -> None:
    with pytest.raises(InvalidError):
        find(company, company.log.head + 1)


def test_a_damaged_event_hides_no_moment(company: Company, spoil: Any) -> None:
    customer_id = company.registers(company.chen, "王小明", grade=Grade.D)
    for _ in range(4):
        company.wait(hours=1)
        company.does(
            commands.RecordContact(
                customer_id=customer_id,
                contact=Contact(contacted_on=company.now.date(), method=ContactMethod.PHONE),
            )
        )
    instants = {position: find(company, position).at for position in range(1, company.log.head + 1)}
    damaged = company.log.head - 2
    spoil(damaged)

    for position, instant in instants.items():
        if position != damaged:
            assert find(company, instant).position >= position
