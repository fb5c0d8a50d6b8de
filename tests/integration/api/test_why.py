from __future__ import annotations

from pathlib import Path
from typing import Any

from api.explanations import DECIDED, DUE_RULES, GRADE_RULES, OWNER_RULES
from api.problems import RULES_OF_REFUSALS
from domain import commands, pool_commands
from domain.access import Role, Scope
from domain.grade import Grade
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from tests.support.http import Caller, Front
from tests.support.problems import problem_of
from tests.support.shift import Shift

RULES = Path(__file__).parents[3] / "docs" / "rules.md"


def explanations(caller: Caller, customer_id: Any, **query: Any) -> list[dict[str, Any]]:
    response = caller.get(f"/customers/{customer_id}/why", **query)
    assert response.status_code == 200, response.text
    return list(response.get_json()["explanations"])


def an_auditor(front: Front) -> Caller:
    return front.caller(front.company.joins("he", role=Role.AUDITOR, scope=Scope.ALL))


def about(found: list[dict[str, Any]], decision: str) -> dict[str, Any]:
    (reason,) = [reason for reason in found if reason["decision"] == decision]
    return reason


def topics(reason: dict[str, Any]) -> list[str]:
    return [event["topic"] for event in reason["events"]]


def test_due_date_grade_and_owner_name_their_event_policy_and_rule(
    front: Front, chen: Caller, zhao: Caller
) -> None:
    customer = chen.post("/customers", {"name": "王小明", "grade": "D"}).get_json()
    path = f"/customers/{customer['id']}"
    chen.post(f"{path}/contacts", {"method": "phone", "demand": "present",
                                   "expected_on": "2026-03-20"})  # fmt: skip
    contacted = front.head
    zhao.post(f"{path}/owner-changes", {"owner_id": str(front.company.li)}, if_match=2)
    front.settle()

    found = explanations(zhao, customer["id"])

    due, grade, owner = (about(found, decision) for decision in ("due", "grade", "owner"))
    assert [event["position"] for event in due["events"]] == [contacted]
    assert due["rules"] == ["R40", "X1", "X2"]
    assert {"kind": "cadence", "version": 1} in due["policies"]
    assert topics(grade) == ["customer.contacted"]
    assert grade["policies"] == [{"kind": "grading", "version": 1}]
    assert {"R34", "X4"} <= set(grade["rules"])
    assert "grade D → A" in grade["text"]
    assert "version 1 of the grading policy" in grade["text"]
    assert topics(owner) == ["customer.owner_changed"]
    assert owner["rules"] == ["R56"]
    assert "Li" in owner["text"]
    before = explanations(zhao, customer["id"], as_of=contacted)
    assert topics(about(before, "owner")) == ["customer.created"]


def test_what_happened_by_itself_says_why_in_both_languages(front: Front, chen: Caller) -> None:
    company = front.company
    shift = Shift(company)
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    filing = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="地板开裂"
    )
    complaint_id = company.does(filing).subject_id
    for _ in range(20):
        company.wait(hours=12)
        shift.works()
    front.settle()

    found = explanations(chen, customer_id)

    escalations = [reason for reason in found if reason["decision"] == "escalation"]
    assert {tuple(reason["rules"]) for reason in escalations} == {("X16",), ("R72b", "X13")}
    of_complaint = next(each for each in escalations if "X13" in each["rules"])
    assert topics(of_complaint) == ["complaint.filed", "complaint.escalated"]
    assert {"kind": "sla", "version": 1} in of_complaint["policies"]
    own = chen.get(f"/complaints/{complaint_id}/why").get_json()["items"]
    assert [each["decision"] for each in own[:2]] == ["deadline", "escalation"]
    assert own[1:] == [each for each in escalations if "X13" in each["rules"]]
    response = chen.get(
        f"/customers/{customer_id}/why", headers={"Accept-Language": "zh-CN"}
    ).get_json()
    assert "升级" in response["explanations"][3]["text"]
    shift.close()


def test_a_return_to_the_pool_names_the_warning_before_it(front: Front) -> None:
    company = front.company
    shift = Shift(company)
    customer_id = company.registers(company.chen, "王小明", grade=Grade.A)
    for _ in range(14):
        company.wait(days=1)
        shift.works()
    front.settle()

    returned = about(explanations(an_auditor(front), customer_id), "pool_return")

    assert topics(returned) == ["customer.pool_warned", "customer.returned_to_pool"]
    assert returned["rules"] == ["R60", "X16"]
    assert {"kind": PolicyKind.POOL.value, "version": 1} in returned["policies"]
    shift.close()


def test_a_manager_who_puts_somebody_into_the_pool_is_the_reason_himself(front: Front) -> None:
    company = front.company
    customer_id = company.registers(company.chen, "王小明", grade=Grade.B)
    company.does(
        pool_commands.PutIntoPool(customer_id=customer_id), by=company.zhao, why="没有时间"
    )
    front.settle()

    returned = about(explanations(an_auditor(front), customer_id), "pool_return")

    assert topics(returned) == ["customer.returned_to_pool"]
    assert "没有时间" in returned["text"]


def test_a_refusal_names_the_rule_it_goes_by(chen: Caller) -> None:
    customer = chen.post("/customers", {"name": "王小明", "grade": "A"}).get_json()
    far = {"method": "phone", "promised_on": "2026-06-30"}

    refused = chen.post(f"/customers/{customer['id']}/contacts", far)

    assert problem_of(refused, 422, "deferral-needs-reason")["rules"] == ["X9"]
    known = {line.split("|")[1].strip() for line in RULES.read_text("utf-8").splitlines()
             if line.startswith("| ")}  # fmt: skip
    named = [*RULES_OF_REFUSALS.values(), *DUE_RULES.values(), *GRADE_RULES.values(),
             *OWNER_RULES.values(), *(rules for _, rules in DECIDED.values())]  # fmt: skip
    assert {rule for rules in named for rule in rules} <= known
