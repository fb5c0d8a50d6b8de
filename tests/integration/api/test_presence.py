"""Which colleague is at which customer: told to those who see him, forgotten by itself."""

from __future__ import annotations

import pytest

from tests.support.http import Caller, Front
from tests.support.problems import problem_of


def at_work(caller: Caller) -> list[tuple[str, str]]:
    items = caller.get("/presence").json["items"]
    return [(each["name"], each["customer_id"]) for each in items]


@pytest.fixture
def shared(front: Front) -> list[str]:
    """Two customers of Chen, of whom the first is Li's as well."""
    company = front.company
    first = company.registers(company.chen, "王小明", second_owner_id=company.li)
    return [str(first), str(company.registers(company.chen, "赵六"))]


def test_those_who_share_a_customer_see_who_is_at_him(
    front: Front, chen: Caller, li: Caller, zhao: Caller, shared: list[str]
) -> None:
    stranger = front.caller(front.company.wang)
    before = front.head

    assert chen.post("/presence", {"customer_id": shared[0]}).json["items"] == []
    ((name, customer),) = at_work(li)
    assert (name, customer) == (front.company.log.get(front.company.chen).name, shared[0])
    assert at_work(zhao) == [(name, shared[0])]
    assert at_work(chen) == at_work(stranger) == []
    (met,) = li.post("/presence", {"customer_id": shared[0]}).json["items"]
    assert met["rep_id"] == str(front.company.chen)
    assert front.head == before


def test_one_is_at_one_customer_and_only_for_a_while(
    front: Front, chen: Caller, zhao: Caller, shared: list[str]
) -> None:
    for customer in shared:
        chen.post("/presence", {"customer_id": customer})
    assert [customer for _, customer in at_work(zhao)] == [shared[1]]

    front.company.wait(minutes=6)
    assert at_work(zhao) == []


def test_nobody_is_at_a_customer_that_he_does_not_see(front: Front, shared: list[str]) -> None:
    stranger = front.caller(front.company.wang)

    problem_of(stranger.post("/presence", {"customer_id": shared[0]}), 404, "not-found")
