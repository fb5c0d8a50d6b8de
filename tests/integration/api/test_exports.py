"""Customers taken out as a sheet: who may, which ones, and what is known of it afterwards."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from api.transfer.columns import CUSTOMERS, match_columns
from api.transfer.sheets import open_sheet
from tests.support.http import Caller, Front
from tests.support.problems import problem_of

WHY = {"reason": "年终拜访"}


@pytest.fixture
def zhang(front: Front) -> UUID:
    """Zhang of Chen's, whose card holds what a spreadsheet would run."""
    company = front.company
    return company.registers(
        company.chen, '=HYPERLINK("http://x")', phones=("13800138000",), company="济南<瓷砖>&厂"
    )


def taken(caller: Caller, query: str = "", **body: Any) -> TestResponse:
    response = caller.post(f"/customers/export{query}", {**WHY, **body})
    assert response.status_code == 200, response.text
    return response


def rows_of(response: TestResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def test_a_manager_takes_his_team_out_and_each_history_says_so(
    front: Front, zhao: Caller, zhang: UUID
) -> None:
    company = front.company
    li = company.registers(company.li, "李四")
    company.registers(company.joins("sun", team="west"), "别处的客户")
    front.settle()

    response = taken(zhao, "?sort=name&fields=name,owner_id,phones", format="csv")

    assert response.headers["Content-Disposition"].startswith('attachment; filename="customers-')
    header, *rows = rows_of(response)
    assert header == ["name", "owner", "phones"]
    assert sorted(row[0] for row in rows) == ['\'=HYPERLINK("http://x")', "李四"]
    front.settle()
    for customer_id in (zhang, li):
        looks = zhao.get(f"/customers/{customer_id}/history", kind="access").get_json()["items"]
        assert [(look["actor"], look["why"]) for look in looks] == [(str(company.zhao), "年终拜访")]


@pytest.mark.usefixtures("zhang")
def test_a_workbook_holds_what_was_kept_and_is_understood_by_an_import(
    front: Front, zhao: Caller
) -> None:
    front.settle()

    response = taken(zhao)

    sheet = open_sheet(io.BytesIO(response.data))
    columns = match_columns(sheet.header, CUSTOMERS)
    (row,) = sheet.rows()
    told = columns.texts(row.cells)
    assert (told["name"], told["company"]) == ('=HYPERLINK("http://x")', "济南<瓷砖>&厂")
    assert (told["phones"], told["owner"]) == ("+8613800138000", "Chen")


@pytest.mark.usefixtures("zhang")
def test_the_filters_are_those_of_the_list(front: Front, zhao: Caller) -> None:
    company = front.company
    company.registers(company.li, "李四")
    front.settle()

    whole = zhao.get("/customers", owner_id=str(company.li)).get_json()["items"]
    _, *rows = rows_of(taken(zhao, f"?owner_id={company.li}&fields=name", format="csv"))

    assert [[row["name"]] for row in whole] == rows == [["李四"]]
    problem_of(zhao.post("/customers/export?colour=red", WHY), 422, "invalid")


@pytest.mark.usefixtures("zhang")
def test_reps_take_nobody_out_and_nobody_does_without_a_reason(
    front: Front, zhao: Caller, chen: Caller
) -> None:
    front.settle()
    head = front.head

    problem_of(chen.post("/customers/export", WHY), 403, "forbidden")
    problem_of(zhao.post("/customers/export", {}), 422, "invalid")

    assert front.head == head


@pytest.mark.usefixtures("zhang")
def test_an_export_that_is_repeated_is_recorded_once(front: Front, zhao: Caller) -> None:
    front.settle()
    first = zhao.post("/customers/export", {**WHY, "format": "csv"}, key="the-same-key")
    head = front.head
    again = zhao.post("/customers/export", {**WHY, "format": "csv"}, key="the-same-key")

    assert first.data == again.data
    assert front.head == head
    other = zhao.post("/customers/export", {"reason": "另一个"}, key="the-same-key")
    problem_of(other, 422, "idempotency-key-reused")
