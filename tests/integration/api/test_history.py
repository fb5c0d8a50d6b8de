from __future__ import annotations

from typing import Any

from tests.support.http import Caller, Front
from tests.support.problems import problem_of


def told(caller: Caller, path: str, **query: Any) -> list[dict[str, Any]]:
    response = caller.get(path, **query)
    assert response.status_code == 200, response.text
    return list(response.get_json()["items"])


def test_a_history_holds_everything_that_names_the_customer(front: Front, chen: Caller) -> None:
    customer = chen.post("/customers", {"name": "王小明", "phones": ["13800138000"]}).get_json()
    path = f"/customers/{customer['id']}"
    chen.post(f"{path}/quick-notes", {"key": "4"})
    complaint = chen.post(
        "/complaints", {"customer_id": customer["id"], "channel": "phone", "summary": "地板开裂"}
    ).get_json()
    front.settle()

    oldest_first = told(chen, f"{path}/history", sort="position")
    newest_first = told(chen, f"{path}/history")
    first = chen.get(f"{path}/history", limit=2).get_json()
    second = chen.get(f"{path}/history", limit=2, cursor=first["next_cursor"]).get_json()

    topics = [entry["topic"] for entry in oldest_first]
    assert topics == [
        "customer.created", "identity.claimed", "customer.contacted", "complaint.filed",
    ]  # fmt: skip
    assert newest_first == oldest_first[::-1]
    assert first["items"] + second["items"] == newest_first
    assert oldest_first[2]["facts"]["text"] == "有意向,继续跟进"
    assert oldest_first[2]["actor"] == str(front.company.chen)
    assert oldest_first[2]["through"] == "http"
    assert told(chen, f"{path}/history", kind="complaint") == oldest_first[3:]
    assert told(chen, f"/complaints/{complaint['id']}/history") == oldest_first[3:]


def test_a_history_of_somebody_elses_customer_is_not_told(
    front: Front, chen: Caller, li: Caller
) -> None:
    customer = chen.post("/customers", {"name": "王小明"}).get_json()
    front.settle()

    problem_of(li.get(f"/customers/{customer['id']}/history"), 404, "not-found")
