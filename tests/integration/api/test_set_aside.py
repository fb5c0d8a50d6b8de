"""Imports and trials that failed too often: an operator sees why, and what he can do."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from domain.access import Role, Scope
from tests.support.http import Caller, Front
from tests.support.shift import Shift
from workers.long_work import LongWork
from workers.settings import QueueSettings
from workers.trials import KINDS
from workers.vitals import VitalsReader

LEASE = timedelta(seconds=61)


@pytest.fixture
def qian(front: Front) -> Caller:
    """Qian, who keeps Kezhi running."""
    return front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))


def fails(*_: Any) -> Any:
    raise ZeroDivisionError


@pytest.fixture
def path(front: Front, chen: Caller) -> str:
    """Chen's import, in which Kezhi went wrong three times."""
    response = chen.upload("客户名称\n张三\n".encode(), kind="customers", name="客户.csv")
    path = f"/imports/{response.get_json()['id']}"
    chen.post(f"{path}/start")
    with closing(Shift(front.company, judge=fails)) as shift:
        for _ in range(3):
            front.company.now += LEASE
            shift.tick(job=shift.stage.importing)
    return path


def set_aside(qian: Caller) -> list[dict[str, Any]]:
    answer = qian.get("/backlog/obligations", state="quarantined")
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def test_an_import_that_was_set_aside_is_listed_and_counted_with_the_reason(
    front: Front, qian: Caller, path: str
) -> None:
    (row,) = set_aside(qian)
    away = QueueSettings(url="redis://127.0.0.1:1/0")
    with closing(VitalsReader(front.company.database, away)) as vitals:
        counted = vitals.read(front.company.now).quarantined

    assert path.endswith(row["key"])
    assert (row["kind"], row["rep_id"]) == ("import", str(front.company.chen))
    assert (row["attempts"], row["last_error"].split(":")[0]) == (3, "ZeroDivisionError at fails")
    assert (counted["import"], sum(counted.values())) == (1, 1)


def test_released_after_the_mend_it_is_imported(
    front: Front, qian: Caller, chen: Caller, path: str
) -> None:
    (row,) = set_aside(qian)
    assert chen.get(path).get_json()["state"] == "failed"
    assert qian.post(f"/backlog/{row['key']}/release").get_json() == {"is_released": True}
    assert set_aside(qian) == []

    with closing(Shift(front.company)) as shift:
        front.company.now += LEASE
        shift.tick(job=shift.stage.importing)

    assert chen.get(path).get_json()["state"] == "done"


def test_given_up_it_is_cancelled_and_its_sheet_is_gone(
    front: Front, qian: Caller, chen: Caller, path: str
) -> None:
    (row,) = set_aside(qian)
    assert qian.post(f"/backlog/{row['key']}/drop").get_json() == {"is_dropped": True}

    assert set_aside(qian) == []
    assert chen.get(path).get_json()["state"] == "cancelled"
    with front.company.database.connection() as connection:
        assert connection.execute("SELECT content FROM work.upload").fetchall() == [(None,)]
    assert qian.post(f"/backlog/{row['key']}/drop").get_json() == {"is_dropped": False}


def test_the_page_shows_it_with_whose_it_is_why_and_both_ways_out(
    front: Front, qian: Caller, path: str
) -> None:
    browser = front.app.test_client()
    token = qian.headers["Authorization"].removeprefix("Bearer ")
    browser.post("/sign-in", data={"token": token})
    page = browser.get("/care/outbox?state=quarantined", headers={"Accept-Language": "en"}).text

    key = path.rpartition("/")[2]
    assert "ZeroDivisionError at fails" in page
    assert f'data-act="/api/v1/backlog/{key}/release"' in page
    assert f'data-act="/api/v1/backlog/{key}/drop"' in page
    assert key not in browser.get("/care/outbox?state=failed").text


def test_a_trial_that_was_set_aside_is_released_or_given_up(front: Front, qian: Caller) -> None:
    def ask() -> int:
        content = {"interval_days": dict.fromkeys("ABCDE", 365)}
        return qian.post("/policies/cadence/what-if", {"content": content}).status_code

    with closing(Shift(front.company)) as shift:
        worklist, clock = shift.stage.trying.worklist, shift.stage.clock
        failing = LongWork("try", KINDS, worklist, fails, clock=clock)
        for _ in range(3):
            assert ask() == 202
            shift.tick(job=failing)
            front.company.wait(seconds=31)
            ask()
            front.company.wait(seconds=30)
    (row,) = set_aside(qian)

    assert (row["kind"], row["attempts"]) == ("trial", 3)
    assert qian.post(f"/backlog/{row['key']}/release").get_json() == {"is_released": True}
    assert ask() == 202
    assert qian.post(f"/backlog/{row['key']}/drop").get_json() == {"is_dropped": False}
