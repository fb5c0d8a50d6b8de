from __future__ import annotations

from typing import Any

import pytest

from domain import commands
from domain.access import Grant, Role, Scope
from tests.support.http import Caller, Front
from tests.support.problems import problem_of


@pytest.fixture
def qian(front: Front) -> Caller:
    """Qian, the administrator."""
    return front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))


def asked(*grants: str, until: str = "2026-03-20T00:00:00Z") -> dict[str, Any]:
    return {"label": "laptop", "grants": list(grants), "expires_at": until}


def test_a_token_is_shown_once_and_works_for_what_it_allows(front: Front, chen: Caller) -> None:
    path = f"/representatives/{front.company.chen}/tokens"
    issued = chen.post(path, asked("read"))
    front.settle()
    shown = [t for t in chen.get(path).get_json()["items"] if t["label"] == "laptop"]
    holder = front.stranger(issued.get_json()["token"])

    assert issued.status_code == 201
    assert [token["grants"] for token in shown] == [["read"]]
    assert issued.get_json()["token"] not in chen.get(path).text
    assert holder.get("/me").get_json()["grants"] == ["read"]
    problem_of(holder.post("/customers", {"name": "王五"}), 403, "forbidden")


def test_a_token_dies_with_its_day_its_revocation_and_its_holder(
    front: Front, qian: Caller
) -> None:
    company = front.company
    short, revoked, left = (
        front.caller(company.chen, days=1),
        front.caller(company.li),
        front.caller(company.wang),
    )
    assert {caller.get("/me").status_code for caller in (short, revoked, left)} == {200}
    (token,) = qian.get(f"/representatives/{company.li}/tokens").get_json()["items"]
    path = f"/representatives/{company.li}/tokens/{token['token_id']}/revocation"
    assert qian.post(path).status_code == 201
    company.does(commands.RemoveRepresentative(rep_id=company.wang))
    front.settle()

    company.wait(seconds=3)
    problem_of(revoked.get("/me"), 401, "unauthenticated")
    problem_of(left.get("/me"), 401, "unauthenticated")
    assert short.get("/me").status_code == 200
    company.wait(days=1)
    problem_of(short.get("/me"), 401, "unauthenticated")


@pytest.mark.parametrize("extra", ["write", "administer"])
def test_a_token_that_only_reads_makes_none_that_does_more(front: Front, extra: str) -> None:
    reader = front.caller(front.company.chen, Grant.READ)
    before = front.head

    response = reader.post(f"/representatives/{front.company.chen}/tokens", asked("read", extra))

    problem_of(response, 403, "forbidden")
    assert front.head == before


@pytest.mark.parametrize("until", ["2026-03-01T00:00:00Z", "2027-06-01T00:00:00Z"])
def test_a_token_lives_for_a_year_at_most_and_not_in_the_past(
    front: Front, chen: Caller, until: str
) -> None:
    before = front.head

    response = chen.post(
        f"/representatives/{front.company.chen}/tokens", asked("read", until=until)
    )

    assert problem_of(response, 422, "invalid")["errors"][0]["pointer"] == "/expires_at"
    assert front.head == before


def test_a_wider_scope_holds_within_seconds(front: Front, chen: Caller, qian: Caller) -> None:
    company = front.company
    customer_id = company.registers(company.li, "李四")
    path = f"/customers/{customer_id}"
    problem_of(chen.get(path), 404, "not-found")
    version = qian.get(f"/representatives/{company.chen}").get_json()["version"]

    body = {"role": "manager", "scope": "team", "team": "east", "manager_id": None}
    granted = qian.post(f"/representatives/{company.chen}/scopes", body, if_match=version)
    front.settle()
    company.wait(seconds=3)

    assert granted.status_code == 201
    assert chen.get(path).status_code == 200
    assert chen.get("/me").get_json()["scope"] == "team"
