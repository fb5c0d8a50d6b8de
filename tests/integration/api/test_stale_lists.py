from __future__ import annotations

import pytest

from projections import parking
from projections.registry import READ_MODELS
from tests.support.event_logs import spoil
from tests.support.http import Caller, Front

LISTS = {"/customers": "roster", "/due-list": "due_list"}


@pytest.fixture(autouse=True)
def _looked_up_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parking, "KNOWN_FOR_SECONDS", 0.0)


def test_a_list_says_which_of_its_rows_are_behind_until_they_are_mended(
    front: Front, chen: Caller, at_work: str
) -> None:
    wang, _ = (
        chen.post("/customers", {"name": name}).get_json()["id"] for name in ("王一", "李二")
    )
    told = chen.post(f"/customers/{wang}/contacts", {"method": "phone", "text": "问好"})
    spoil(at_work, int(told.headers["Kezhi-Position"]))
    front.settle()
    for path, name in LISTS.items():
        answer = chen.get(path, on="2030-01-01") if path == "/due-list" else chen.get(path)
        assert name in answer.headers["Kezhi-Stale"].split(", ")
        assert len(answer.get_json()["items"]) == 2
        assert answer.get_json()["stale"] == [wang]
    ready = front.app.test_client().get("/readyz")
    assert ready.status_code == 200
    assert "roster: 1" in ready.get_json()["checks"]["parked"]["detail"]
    assert "workload" in chen.get("/workload").headers["Kezhi-Stale"]
    assert "roster" not in chen.get("/workload").headers["Kezhi-Stale"]

    spoil(at_work, int(told.headers["Kezhi-Position"]))  # The byte is changed back.
    for kind in READ_MODELS:
        assert parking.retry_parked(front.company.log, front.company.database, kind) == 0
    for path in LISTS:
        answer = chen.get(path)
        assert "Kezhi-Stale" not in answer.headers
        assert "stale" not in answer.get_json()


def test_a_row_that_is_missing_is_told_of_as_well(front: Front, chen: Caller, at_work: str) -> None:
    chen.post("/customers", {"name": "王一"})
    front.settle()
    told = chen.post("/customers", {"name": "李二"})
    spoil(at_work, int(told.headers["Kezhi-Position"]))
    front.settle()
    answer = chen.get("/customers")

    assert len(answer.get_json()["items"]) == 1
    assert answer.get_json()["stale"] == []
    assert "roster" in answer.headers["Kezhi-Stale"]
