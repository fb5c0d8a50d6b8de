"""Contracts and receivables over HTTP (R13, R67)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.http import Caller, Front
from tests.support.problems import problem_of

TODAY = "2026-03-02"


def a_customer(front: Front) -> str:
    return str(front.company.registers(front.company.chen, "王小明", phones=("13800138000",)))


def signed(caller: Caller, customer_id: str, number: str = "HT-1", **fields: Any) -> dict[str, Any]:
    body = {
        "customer_id": customer_id,
        "number": number,
        "amount": "3000.00",
        "signed_on": "2026-03-01",
        "instalments": [
            {"due_on": "2026-03-31", "amount": "2000.00"},
            {"due_on": "2026-03-01", "amount": "1000.00"},
        ],
        **fields,
    }
    response = caller.post("/contracts", body)
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == f"/api/v1/contracts/{response.get_json()['id']}"
    return dict(response.get_json())


def test_a_contract_is_signed_paid_and_closed(front: Front, chen: Caller) -> None:
    contract = signed(chen, a_customer(front), title="地板")
    path = f"/contracts/{contract['id']}"
    assert chen.get(path).get_json() == contract
    assert contract["responsible_id"] == str(front.company.chen)
    assert contract["instalments"][0] == {
        "number": 1, "due_on": "2026-03-01", "amount": "1000.00", "paid": "0",
    }  # fmt: skip

    paid = chen.post(f"{path}/payments", {"amount": "1500.00", "note": "回单 1"}, if_match=1)
    owing = chen.post(f"{path}/closing", {}, if_match=2)
    closed = chen.post(f"{path}/closing", {"reason": "协商减免"}, if_match=2)

    assert paid.headers["ETag"] == '"v2"'
    assert (paid.get_json()["paid"], paid.get_json()["outstanding"]) == ("1500.00", "1500.00")
    problem_of(owing, 422, "reason-required")
    assert closed.get_json()["state"] == "closed"
    problem_of(chen.post(f"{path}/payments", {"amount": "1"}, if_match=3), 409, "already-over")


def test_a_second_contract_under_the_same_number_is_refused(front: Front, chen: Caller) -> None:
    """R67."""
    customer_id = a_customer(front)
    contract = signed(chen, customer_id)
    before = front.head
    again = {**contract, "customer_id": customer_id, "number": "ht-1", "signed_on": TODAY}
    body = {name: again[name] for name in ("customer_id", "number", "amount", "signed_on")}
    body["instalments"] = [{"due_on": TODAY, "amount": "3000.00"}]

    told = problem_of(chen.post("/contracts", body), 409, "duplicate-contract")

    assert told["errors"][0]["pointer"] == "/number"
    assert front.head == before
    chen.post(f"/contracts/{contract['id']}/cancellation", {"reason": "写错了"}, if_match=1)
    assert chen.post("/contracts", body).status_code == 201


def test_instalments_that_do_not_add_up_are_told(front: Front, chen: Caller) -> None:
    body = {
        "customer_id": a_customer(front), "number": "HT-1", "amount": "3000.00",
        "signed_on": TODAY, "instalments": [{"due_on": TODAY, "amount": "2999.99"}],
    }  # fmt: skip

    told = problem_of(chen.post("/contracts", body), 422, "invalid")

    assert told["errors"][0] == {
        "pointer": "/instalments",
        "code": "problem-sum-differs",
        "message": "The instalments do not add up to the amount of 3000.00.",
    }


@pytest.mark.parametrize(
    ("amount", "code"),
    [("3000.01", "problem-more-than-owed"), ("-0.01", "problem-more-than-paid"),
     ("0", "problem-out-of-range"), (12.5, "field-not-decimal")],
)  # fmt: skip
def test_a_payment_that_cannot_be_is_refused(
    front: Front, chen: Caller, amount: Any, code: str
) -> None:
    contract = signed(chen, a_customer(front))
    path = f"/contracts/{contract['id']}/payments"

    told = problem_of(chen.post(path, {"amount": amount}, if_match=1), 422, "invalid")

    assert (told["errors"][0]["pointer"], told["errors"][0]["code"]) == ("/amount", code)


def test_who_sees_to_it_sees_the_contract_and_not_the_customer(
    front: Front, chen: Caller, li: Caller
) -> None:
    contract = signed(chen, a_customer(front))
    path = f"/contracts/{contract['id']}"
    problem_of(li.get(path), 404, "not-found")

    body = {"responsible_id": str(front.company.li), "reason": "由李强催收"}
    handed = chen.post(f"{path}/responsible-changes", body, if_match=1)
    front.settle()

    assert handed.status_code == 201, handed.text
    assert li.get(path).status_code == 200
    assert li.get(f"/customers/{contract['customer_id']}").status_code == 404
    assert len(li.get("/contracts").get_json()["items"]) == 1
    assert li.post(f"{path}/payments", {"amount": "1.00"}, if_match=2).status_code == 201


def test_contracts_are_listed_filtered_and_paged(front: Front, chen: Caller) -> None:
    customer_id = a_customer(front)
    for day in ("01", "02"):
        signed(chen, customer_id, f"HT-{day}", signed_on=f"2026-03-{day}",
               instalments=[{"due_on": "2026-03-05", "amount": "3000.00"}])  # fmt: skip
    front.settle()

    first = chen.get("/contracts", limit=1, state="in_force").get_json()
    second = chen.get(
        "/contracts", limit=1, state="in_force", cursor=first["next_cursor"]
    ).get_json()
    found = chen.get(
        "/contracts", number="ht-01", customer_id=customer_id,
        responsible_id=str(front.company.chen),
    ).get_json()  # fmt: skip

    assert [row["number"] for row in first["items"] + second["items"]] == ["HT-02", "HT-01"]
    assert [row["next_due_on"] for row in found["items"]] == ["2026-03-05"]


def test_what_is_owed_is_listed_by_day_and_summed_up_by_person(
    front: Front, chen: Caller, zhao: Caller
) -> None:
    signed(chen, a_customer(front))
    front.settle()

    first = zhao.get("/receivables", limit=1).get_json()
    rest = zhao.get("/receivables", limit=1, cursor=first["next_cursor"]).get_json()
    overdue = zhao.get("/receivables", overdue="true").get_json()["items"]
    early = zhao.get("/receivables", due_before="2026-03-31").get_json()["items"]
    totals = zhao.get("/receivables/totals", responsible_id=str(front.company.chen)).get_json()

    assert [row["due_on"] for row in first["items"] + rest["items"]] == ["2026-03-01", "2026-03-31"]
    assert [row["outstanding"] for row in overdue] == ["1000.00"]
    assert early == overdue
    assert totals["items"] == [
        {
            "responsible_id": str(front.company.chen), "currency": "CNY", "count": 2,
            "outstanding": "3000.00", "overdue_count": 1, "overdue": "1000.00",
        }
    ]  # fmt: skip


def test_the_history_of_the_customer_tells_of_his_contracts(front: Front, chen: Caller) -> None:
    contract = signed(chen, a_customer(front))
    chen.post(f"/contracts/{contract['id']}/payments", {"amount": "10.00"}, if_match=1)
    front.settle()
    path = f"/customers/{contract['customer_id']}/history"
    entries = chen.get(path, kind="contract").get_json()["items"]

    assert [entry["topic"] for entry in entries] == ["contract.payment_received", "contract.signed"]
    assert entries[0]["facts"]["amount"] == "10.00"
    assert entries[1]["facts"]["number"] == "HT-1"
