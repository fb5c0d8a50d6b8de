"""Sheets over HTTP: uploaded, understood, checked, imported by the workers, in the open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api.transfer.background import judge
from api.v1 import imports
from domain.card import Card
from domain.commands import RegisterCustomer
from domain.customer import Customer
from domain.eventstore.database import Database
from tests.support.http import Caller, Front
from tests.support.problems import problem_of
from tests.support.shift import Shift
from tests.support.workbooks import workbook
from workers.importing import Judge

SHEET = """客户名称,手机,等级
张三,138 0013 8000,A级
李四,13900139000,B
王五,12,Z
""".encode("gb18030")
LEASE = timedelta(seconds=61)


class Killed(BaseException):
    """The worker is gone, in the middle of what it did."""


Begin = Callable[..., Shift]


@pytest.fixture
def begin(front: Front) -> Iterator[Begin]:
    """Begin a shift of workers, with another way to judge sheets if one is named."""
    shifts: list[Shift] = []

    def begin(judge: Judge = judge) -> Shift:
        shifts.append(Shift(front.company, judge=judge))
        return shifts[-1]

    yield begin
    for shift in shifts:
        shift.close()


@pytest.fixture
def work(front: Front, begin: Begin) -> Callable[[], None]:
    """Let the workers do what there is to do, and the lists follow."""
    shift = begin()

    def work() -> None:
        front.company.now += timedelta(seconds=1)
        shift.tick(job=shift.stage.importing)
        front.settle()

    return work


def upload(caller: Caller, content: bytes = SHEET, kind: str = "customers", **query: str) -> Any:
    response = caller.upload(content, kind=kind, name="客户.csv", **query)
    assert response.status_code == 201, response.text
    return response.get_json()


def path_of(imported: Any, step: str = "") -> str:
    return f"/imports/{imported['id']}{step}"


def customers_of(front: Front) -> list[Customer]:
    found = front.company.log.recorder.select_notifications(
        None, 10_000, topics=[Customer.Created.TOPIC]
    )
    return [front.company.log.get(UUID(str(each.originator_id))) for each in found]


def many(rows: int) -> bytes:
    lines = [f"K{number},顾客{number},150{number:08d}" for number in range(rows)]
    return "\n".join(["编号,客户名称,手机", *lines]).encode()


def test_a_sheet_is_understood_checked_and_imported(
    front: Front, chen: Caller, work: Callable[[], None]
) -> None:
    head = front.head
    shown = upload(chen)
    assert shown["columns"] == [
        {"header": "客户名称", "field": "name"},
        {"header": "手机", "field": "phones"},
        {"header": "等级", "field": "grade"},
    ]
    assert shown["preview"][0] == {"number": 2, "cells": ["张三", "138 0013 8000", "A级"]}
    assert (shown["encoding"], shown["problem"], shown["state"]) == ("gb18030", None, "uploaded")

    assert chen.post(path_of(shown, "/check")).status_code == 202
    work()
    checked = chen.get(path_of(shown), headers={"Accept-Language": "zh"}).get_json()
    assert checked["state"] == "checked"
    assert checked["verdicts"] == {"new": 2, "known": 0, "duplicate": 0, "invalid": 1}
    assert [fault["column"] for fault in checked["refused"][0]["faults"]] == ["等级", "手机"]
    assert front.head == head

    assert chen.post(path_of(shown, "/start")).status_code == 202
    work()
    done = chen.get(path_of(shown)).get_json()
    assert (done["state"], done["progress"], done["rows"]) == ("done", 1.0, 3)
    assert done["verdicts"] == {"new": 2, "known": 0, "duplicate": 0, "invalid": 1}
    listed = chen.get("/customers", sort="grade").get_json()["items"]
    assert [(row["name"], row["owner_id"]) for row in listed] == [
        ("张三", str(front.company.chen)),
        ("李四", str(front.company.chen)),
    ]
    assert [row["id"] for row in chen.get("/imports").get_json()["items"]] == [shown["id"]]


def test_the_error_file_is_mended_and_fed_again(
    front: Front, chen: Caller, work: Callable[[], None]
) -> None:
    first = upload(chen)
    chen.post(path_of(first, "/start"))
    work()
    errors = chen.get(path_of(first, "/errors")).data.decode("gb18030")
    assert "王五" in errors
    assert "张三" not in errors

    again = upload(chen, errors.replace("12", "13700137000").replace("Z", "C").encode("gb18030"))
    chen.post(path_of(again, "/start"))
    work()

    assert chen.get(path_of(again)).get_json()["verdicts"]["new"] == 1
    assert {customer.card["name"] for customer in customers_of(front)} == {"张三", "李四", "王五"}


def test_events_name_who_imported_through_what_and_why(
    front: Front, chen: Caller, work: Callable[[], None]
) -> None:
    shown = upload(chen)
    chen.patch(path_of(shown), {"reason": "展会名单"})
    chen.post(path_of(shown, "/start"))
    work()

    customer = customers_of(front)[0]
    entry = chen.get(f"/customers/{customer.id}/history", kind="customer").get_json()["items"][-1]
    assert (entry["through"], entry["why"]) == ("import", "展会名单")
    assert entry["actor"] == str(front.company.chen)
    assert entry["correlation"] == shown["id"]


def test_columns_that_nobody_understands_are_explained_first(chen: Caller) -> None:
    shown = upload(chen, "客户名称,暗号\n张三,芝麻开门\n".encode())
    assert shown["problem"]["code"] == "columns-not-understood"
    problem_of(chen.post(path_of(shown, "/start")), 409, "import-not-ready")

    mended = chen.patch(path_of(shown), {"columns": {"暗号": "notes"}}).get_json()

    assert (mended["problem"], mended["columns"][1]["field"]) == (None, "notes")
    wrong = chen.patch(path_of(shown), {"columns": {"暗号": "password"}})
    problem_of(wrong, 422, "mapping-unknown-field")
    missing = chen.patch(path_of(shown), {"columns": {"客户名称": ""}}).get_json()
    assert missing["problem"]["code"] == "columns-unrecognised"


def test_columns_of_one_name_are_told_apart_by_their_place(
    front: Front, chen: Caller, work: Callable[[], None]
) -> None:
    shown = upload(chen, "客户名称,备注,备注\n张三,老客户,下午来电\n".encode())
    assert [column["header"] for column in shown["columns"]] == ["客户名称", "备注", "备注 (2)"]
    assert (shown["repeated"], shown["problem"]["code"]) == (["备注"], "columns-ambiguous")

    chen.patch(path_of(shown), {"columns": {"备注 (2)": "needs"}})
    chen.post(path_of(shown, "/start"))
    work()

    card = customers_of(front)[0].card
    assert (card["notes"], card["needs"]) == ("老客户", "下午来电")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet-empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "sheet-binary"),
        (b"<html><table><tr><td>name</td></tr></table>", "sheet-html"),
        (b"PK\x03\x04" + bytes(100), "sheet-damaged"),
    ],
)
def test_what_is_no_table_is_refused_and_not_kept(
    chen: Caller, front: Front, content: bytes, code: str
) -> None:
    head = front.head
    problem_of(chen.upload(content, kind="customers"), 422, code)
    problem_of(
        chen.upload(SHEET, kind="customers", encoding="klingon"), 422, "sheet-unknown-encoding"
    )

    assert chen.get("/imports").get_json()["items"] == []
    assert front.head == head


def test_a_file_that_is_too_large_is_refused_by_its_size(
    chen: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_BYTES", 100)

    told = problem_of(chen.upload(SHEET + bytes(100), kind="customers"), 413, "body-too-large")
    assert "100" in told["detail"]


def test_an_upload_that_is_repeated_is_one_upload(chen: Caller) -> None:
    first = chen.upload(SHEET, kind="customers", key="the-same-key")
    again = chen.upload(SHEET, kind="customers", key="the-same-key")

    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = chen.upload(b"name\nX\n", kind="customers", key="the-same-key")
    problem_of(other, 422, "idempotency-key-reused")


def test_purchases_of_somebody_elses_customer_are_refused_like_those_of_nobody(
    front: Front, chen: Caller, work: Callable[[], None]
) -> None:
    company = front.company
    company.does(
        RegisterCustomer(card=Card(name="李的客户"), owner_id=company.li, reference="K-LI")
    )
    sheet = "客户编号,日期,产品,金额\nK-LI,2026-02-01,瓷砖,10\nK404,2026-02-01,瓷砖,10\n"
    shown = upload(chen, sheet.encode(), "purchases")
    chen.post(path_of(shown, "/start"))
    work()

    done = chen.get(path_of(shown)).get_json()
    assert done["verdicts"]["invalid"] == 2
    assert {fault["code"] for row in done["refused"] for fault in row["faults"]} == {
        "cell-unknown-customer"
    }


def test_a_workbook_comes_back_as_a_workbook(chen: Caller, work: Callable[[], None]) -> None:
    shown = upload(chen, workbook([["客户名称", "手机"], ["王五", "12"]]).getvalue())
    chen.post(path_of(shown, "/check"))
    work()

    response = chen.get(path_of(shown, "/errors"))
    assert response.headers["Content-Disposition"].endswith('.xlsx"')
    again = upload(chen, response.data)
    assert [column["header"] for column in again["columns"]] == ["客户名称", "手机"]


def test_an_import_whose_worker_is_killed_goes_on_and_doubles_nothing(
    front: Front, chen: Caller, begin: Begin, work: Callable[[], None]
) -> None:
    def killed(read: Any, upload: Any, content: bytes, clock: Any, note: Any) -> Any:
        def noted(judged: Any) -> None:
            note(judged)
            raise Killed

        return judge(read, upload, content, clock, noted)

    shown = upload(chen, many(1_200))
    chen.post(path_of(shown, "/start"))
    crashing = begin(killed)
    with pytest.raises(Killed):
        crashing.tick(job=crashing.stage.importing)
    assert 500 <= len(customers_of(front)) < 1_200
    work()
    assert chen.get(path_of(shown)).get_json()["state"] == "importing"

    front.company.now += LEASE
    work()

    done = chen.get(path_of(shown)).get_json()
    assert (done["state"], done["verdicts"]["new"]) == ("done", 1_200)
    assert len({customer.reference for customer in customers_of(front)}) == 1_200
    assert len(customers_of(front)) == 1_200


def test_what_is_cancelled_stops_and_its_sheet_is_gone(
    front: Front, chen: Caller, begin: Begin
) -> None:
    shown = upload(chen, many(1_700))

    def cancelled(read: Any, upload: Any, content: bytes, clock: Any, note: Any) -> Any:
        def noted(judged: Any) -> None:
            chen.post(path_of(shown, "/cancellation"))
            note(judged)

        return judge(read, upload, content, clock, noted)

    chen.post(path_of(shown, "/start"))
    shift = begin(cancelled)
    shift.tick(job=shift.stage.importing)

    assert chen.get(path_of(shown)).get_json()["state"] == "cancelled"
    assert len(customers_of(front)) < 1_700
    problem_of(chen.post(path_of(shown, "/start")), 409, "import-at-work")
    assert front.service.uploads.content(UUID(shown["id"])) is None


def test_a_sheet_is_kept_encrypted_and_for_a_day(front: Front, chen: Caller) -> None:
    shown = upload(chen)
    with closing(Database(front.company.database.address)) as database, database.connection() as c:
        row = c.execute("SELECT content, settings, findings FROM work.upload").fetchone()
    assert row is not None
    assert not any(b"138 0013" in part or "客户".encode() in part for part in row)

    front.service.uploads.tidy(front.company.now + timedelta(hours=25))

    kept = chen.get(path_of(shown)).get_json()
    assert (kept["state"], kept["columns"], kept["file_name"]) == ("forgotten", [], "")
