from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from werkzeug.test import TestResponse

from domain import aftercare_commands, commands, pool_commands
from domain.access import Role, Scope
from domain.contract import Instalment
from domain.grade import Grade
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from tests.support.http import Caller, Front
from tests.support.problems import problem_of

CARD = {"phones": ("13800138000",), "company": "远东贸易有限公司"}


@pytest.fixture
def pooled(front: Front) -> str:
    """The id of a customer whom Zhao took from Chen."""
    company = front.company
    customer_id = company.registers(company.chen, "王小明", grade=Grade.B, **CARD)
    company.does(pool_commands.PutIntoPool(customer_id=customer_id), by=company.zhao, why="换人")
    front.settle()
    return str(customer_id)


def items(response: TestResponse) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    return list(response.get_json()["items"])


def test_everybody_sees_the_pool_masked(
    front: Front, li: Caller, chen: Caller, pooled: str
) -> None:
    (shown,) = items(li.get("/pool"))

    assert shown == {
        "customer_id": pooled,
        "name": "王**",
        "company": "远**",
        "phone": "138******00",
        "grade": "B",
        "region": "",
        "industry": "",
        "pooled_at": "2026-03-02T01:30:00Z",
        "reason": "manager",
        "former_owner_id": str(front.company.chen),
        "former_owner_name": "Chen",
        "last_contact_on": None,
    }
    assert items(chen.get("/pool")) == [shown]
    problem_of(chen.get(f"/customers/{pooled}"), 404, "not-found")


def test_the_pool_is_filtered_and_paged(front: Front, li: Caller, pooled: str) -> None:
    company = front.company
    for number in range(4):
        other = company.registers(company.li, f"客户{number}", grade=Grade.C)
        company.does(pool_commands.PutIntoPool(customer_id=other), why="换人")
    front.settle()

    assert [row["customer_id"] for row in items(li.get("/pool", grade="B"))] == [pooled]
    assert len(items(li.get("/pool", former_owner_id=str(company.li)))) == 4
    first = li.get("/pool", limit=3).get_json()
    rest = li.get("/pool", limit=3, cursor=first["next_cursor"]).get_json()
    assert len({row["customer_id"] for row in first["items"] + rest["items"]}) == 5
    assert "next_cursor" not in rest
    problem_of(li.get("/pool", sort="name"), 422, "invalid")


def test_whoever_claims_a_customer_sees_the_whole_file(li: Caller, pooled: str) -> None:
    response = li.post(f"/pool/{pooled}/claim")

    assert response.status_code == 201
    customer = response.get_json()
    assert (customer["name"], customer["phones"]) == ("王小明", ["+8613800138000"])
    assert customer["due"]["on"] == "2026-03-09"
    assert response.headers["ETag"] == f'"v{customer["version"]}"'
    assert li.get(f"/customers/{pooled}").status_code == 200


def test_a_claim_sent_twice_is_one_claim(front: Front, li: Caller, pooled: str) -> None:
    first = li.post(f"/pool/{pooled}/claim", key="claim-of-today-0001")
    head = front.head
    again = li.post(f"/pool/{pooled}/claim", key="claim-of-today-0001")

    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    assert front.head == head


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told(
    front: Front, li: Caller, pooled: str
) -> None:
    wang = front.caller(front.company.wang)
    start, answers = Barrier(2), []

    def claim(caller: Caller) -> None:
        start.wait()
        answers.append(caller.post(f"/pool/{pooled}/claim"))

    threads = [Thread(target=claim, args=(caller,)) for caller in (li, wang)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (lost,) = [answer for answer in answers if answer.status_code == 409]
    problem = problem_of(lost, 409, "taken-from-pool")
    assert problem["title"] == "Not in the pool any more"


def test_the_former_owner_is_told_until_when_he_has_to_wait(chen: Caller, pooled: str) -> None:
    problem = problem_of(chen.post(f"/pool/{pooled}/claim"), 409, "cooling-down")

    assert "14 days" in problem["detail"]
    assert "2026-03-16" in problem["detail"]


def test_caps_are_shown_and_hold(front: Front, li: Caller, pooled: str) -> None:
    company = front.company
    other = company.registers(company.wang, "李小红")
    company.does(pool_commands.PutIntoPool(customer_id=other), why="换人")
    company.does(commands.AmendPolicy(kind=PolicyKind.POOL, content={"claims_a_day": 1}))
    company.wait(seconds=2)
    front.settle()
    before = li.get("/pool/caps").get_json()
    li.post(f"/pool/{pooled}/claim")
    front.settle()

    assert before == {
        "claims_left": 1,
        "claimed_today": 0,
        "claims_a_day": 1,
        "held": 0,
        "most_held": 500,
        "cool_down_days": 14,
    }
    after = li.get("/pool/caps").get_json()
    assert (after["claims_left"], after["claimed_today"], after["held"]) == (0, 1, 1)
    problem_of(li.post(f"/pool/{other}/claim"), 409, "claim-limit")
    company.wait(days=1)
    assert li.post(f"/pool/{other}/claim").status_code == 201


def test_who_owns_enough_claims_no_more(front: Front, li: Caller, pooled: str) -> None:
    front.company.registers(front.company.li, "李小红")
    front.company.does(commands.AmendPolicy(kind=PolicyKind.POOL, content={"most_held": 1}))
    front.company.wait(seconds=2)
    front.settle()

    problem = problem_of(li.post(f"/pool/{pooled}/claim"), 409, "held-limit")
    assert "You own 1" in problem["detail"]


def test_who_has_no_customers_may_claim_none(front: Front) -> None:
    qian = front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))

    assert qian.get("/pool/caps").get_json()["claims_left"] == 0


def test_a_manager_puts_in_with_a_reason_and_gives_out_in_his_team(
    front: Front, zhao: Caller, chen: Caller
) -> None:
    company = front.company
    customer_id = company.registers(company.chen, "王小明")
    path = f"/customers/{customer_id}/return"
    problem_of(zhao.post(path, {}, if_match=1), 422, "invalid")
    problem_of(chen.post(path, {"reason": "太忙"}, if_match=1), 403, "forbidden")
    assert zhao.post(path, {"reason": "客户要求"}, if_match=1).status_code == 201
    stranger = company.joins("sun", team="west")
    give = f"/pool/{customer_id}/assignment"
    problem_of(zhao.post(give, {"owner_id": str(stranger)}), 403, "forbidden")

    response = zhao.post(give, {"owner_id": str(company.chen), "reason": "老客户"})
    assert response.status_code == 201
    assert response.get_json()["owner_id"] == str(company.chen)


def test_a_duplicate_in_the_pool_may_be_claimed_instead_of_entered(li: Caller, pooled: str) -> None:
    (hit,) = items(li.post("/duplicates/check", {"phone": "13800138000"}))
    clash = li.post("/customers", {"name": "王大明", "phones": ["13800138000"]})

    assert (hit["is_in_pool"], hit["is_masked"], hit["customer_id"]) == (True, True, pooled)
    assert problem_of(clash, 409, "duplicate-customer")["duplicate"]["customer_id"] == pooled


# Why


def why(caller: Caller, customer_id: object, language: str = "en") -> Any:
    headers = {"Accept-Language": language}
    return caller.get(f"/customers/{customer_id}/why", headers=headers).get_json()["pool"]


def test_both_clocks_are_explained_before_anything_happens(front: Front, chen: Caller) -> None:
    customer_id = front.company.registers(front.company.chen, "王小明", grade=Grade.A)
    told = why(chen, customer_id)

    assert told["clocks"] == [
        {"clock": "contact", "since": "2026-03-02", "term_days": 7,
         "warns_on": "2026-03-06", "runs_out_on": "2026-03-09"},
        {"clock": "deal", "since": "2026-03-02", "term_days": 180,
         "warns_on": "2026-08-26", "runs_out_on": "2026-08-29"},
    ]  # fmt: skip
    assert told["next_step"] == {"kind": "pool_warning", "on": "2026-03-06"}
    assert (told["is_in_pool"], told["warning"], told["returned"]) == (False, None, None)
    assert told["pool_version"] == 1
    assert "after 7 days without a contact from 2026-03-02" in told["text"]
    chinese = why(chen, customer_id, "zh-CN")["text"]
    assert "自 2026-03-02 起满 7 天未联系即退回公海" in chinese


def test_a_warning_and_what_ends_it_are_seen_at_once(front: Front, chen: Caller) -> None:
    company = front.company
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    company.now = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
    company.does(pool_commands.WarnOfPool(customer_id=customer_id))
    warned = why(chen, customer_id)
    assert warned["warning"] == {
        "clock": "contact", "warned_on": "2026-03-06", "returns_on": "2026-03-09",
    }  # fmt: skip
    assert "goes back on 2026-03-09" in warned["text"]

    chen.post(f"/customers/{customer_id}/quick-notes", {"key": "2"})
    contacted = why(chen, customer_id)
    assert contacted["warning"] is None
    assert contacted["clocks"][0]["since"] == "2026-03-06"


def test_an_exemption_is_named(front: Front, chen: Caller) -> None:
    company = front.company
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    file = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="漏水"
    )
    complaint_id = company.does(file).subject_id
    front.settle()
    told = why(chen, customer_id)

    assert told["exempt_by"] == [str(complaint_id)]
    assert told["next_step"] == {"kind": "follow_up", "on": "2026-03-06"}
    assert "open complaint" in told["text"]

    today = date(2026, 3, 2)
    contract_id = company.does(
        aftercare_commands.SignContract(
            customer_id=customer_id,
            number="HT-1",
            amount=Decimal(100),
            signed_on=today,
            instalments=(Instalment(number=1, due_on=today, amount=Decimal(100)),),
        )
    ).subject_id
    front.settle()
    assert why(chen, customer_id)["exempt_by"] == [str(complaint_id), str(contract_id)]


def test_who_went_back_is_explained_to_who_sees_him(front: Front) -> None:
    company = front.company
    qian = front.caller(company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    company.now = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
    company.does(pool_commands.WarnOfPool(customer_id=customer_id))
    company.now = grace = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
    company.does(pool_commands.ReturnToPool(customer_id=customer_id, grace_until=grace))
    told = why(qian, customer_id)

    assert told["is_in_pool"]
    assert told["returned"] == {
        "returned_on": "2026-03-10", "clock": "contact", "since": "2026-03-02", "term_days": 7,
        "grace_until": "2026-03-10T05:00:00Z", "from_owner_id": str(company.chen),
        "pool_version": 1,
    }  # fmt: skip
    assert "7 days without a contact from 2026-03-02 were over" in told["text"]
    assert "After an outage nobody went back before" in told["text"]


def test_a_dead_customer_is_said_never_to_go_back(front: Front, chen: Caller) -> None:
    customer_id = front.company.registers(front.company.chen, "王小明", grade=Grade.E)

    assert why(chen, customer_id)["text"] == "Customers of grade E never go back to the pool."


def test_a_customer_of_nobody_is_said_to_be_new(front: Front) -> None:
    company = front.company
    qian = front.caller(company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))
    created = qian.post("/customers", {"name": "王小明"}).get_json()

    assert why(qian, created["id"])["text"].startswith("He was registered without")


# Flags


def test_the_flagged_are_found_on_roster_and_due_list(
    front: Front, chen: Caller, zhao: Caller
) -> None:
    company = front.company
    flagged = company.registers(company.chen, "王小明", grade=Grade.B)
    company.registers(company.chen, "李小红", grade=Grade.B)
    company.wait(days=10)
    for _ in range(4):
        climb = pool_commands.EscalateFollowUp(customer_id=flagged, expected_owner_id=company.chen)
        company.does(climb)
        company.wait(days=2)
    front.settle()

    for caller, path in ((chen, "/due-list"), (zhao, "/due-list"), (zhao, "/customers")):
        (row,) = items(caller.get(path, flagged="true"))
        assert (row["customer_id"], row["follow_up_level"]) == (str(flagged), 3)
    assert company.now.date() > date(2026, 3, 18)
    customer = chen.get(f"/customers/{flagged}").get_json()
    assert (customer["follow_up_level"], customer["is_flagged"]) == (3, True)
