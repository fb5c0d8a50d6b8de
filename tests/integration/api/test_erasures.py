"""Forgetting a person over HTTP: who may, what forbids it, and what is seen of him afterwards."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from domain import commands
from domain.access import Role, Scope
from domain.eventstore.settings import StoreSettings
from domain.priority import ComplaintChannel
from tests.support.http import Caller, Front
from tests.support.problems import problem_of
from workers.erasing.onlookers import OnlookersError
from workers.erasing.procedure import Erasing

WHY = {"reason": "工单 4711"}


@pytest.fixture
def qian(front: Front) -> Caller:
    """Qian, who administers the whole company."""
    return front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))


@pytest.fixture
def he(front: Front) -> Caller:
    """He, who audits."""
    return front.caller(front.company.joins("he", role=Role.AUDITOR, scope=Scope.ALL))


@pytest.fixture
def zhang(front: Front) -> UUID:
    """Zhang, a customer of Chen's."""
    company = front.company
    return company.registers(company.chen, "张三", phones=("13800138000",), notes="爱喝茶")


def test_an_erased_person_is_gone_for_everybody_and_said_to_be(
    front: Front, qian: Caller, chen: Caller, zhang: UUID
) -> None:
    filed = commands.FileComplaint(
        customer_id=zhang, channel=ComplaintChannel.PHONE, summary="地板开裂"
    )
    complaint = front.company.does(filed).subject_id

    erased = qian.post(f"/customers/{zhang}/erasure", WHY, if_match=1)

    assert (erased.status_code, erased.get_json()["is_completed"]) == (202, False)
    front.settle()
    for path in (f"/customers/{zhang}", f"/complaints/{complaint}"):
        problem_of(chen.get(path), 410, "erased")
    problem_of(chen.post(f"/customers/{zhang}/contacts", {"method": "phone"}), 410, "erased")
    problem_of(chen.post(f"/complaints/{complaint}/acknowledgement", {}, if_match=1), 410, "erased")
    assert chen.get("/customers").get_json()["items"] == []
    assert chen.get("/due-list").get_json()["items"] == []
    assert chen.post("/search", {"text": "张三"}).get_json()["items"] == []


def test_a_hold_forbids_an_erasure_until_it_is_lifted(
    qian: Caller, he: Caller, front: Front, zhang: UUID
) -> None:
    held = qian.post(f"/customers/{zhang}/hold", {"reason": "诉讼"}, if_match=1)
    assert held.get_json() == {"customer_id": str(zhang), "is_on_hold": True}
    front.settle()
    assert [row["customer_id"] for row in he.get("/holds").get_json()["items"]] == [str(zhang)]

    problem_of(qian.post(f"/customers/{zhang}/erasure", WHY, if_match=2), 409, "legal-hold")
    qian.post(f"/customers/{zhang}/hold-lifting", {"reason": "结案"}, if_match=2)
    assert qian.post(f"/customers/{zhang}/erasure", WHY, if_match=3).status_code == 202
    front.settle()
    assert he.get("/holds").get_json()["items"] == []
    (row,) = he.get("/erasures").get_json()["items"]
    assert (row["customer_id"], row["ground"]) == (str(zhang), "requested")


def test_the_reason_must_not_name_him_for_it_is_kept(qian: Caller, zhang: UUID) -> None:
    path = f"/customers/{zhang}/erasure"
    named = problem_of(qian.post(path, {"reason": "张三来电要求"}, if_match=1), 422, "invalid")
    assert named["errors"][0]["pointer"] == "/reason"


def test_his_phone_may_be_taken_by_somebody_else(front: Front, qian: Caller, zhang: UUID) -> None:
    company = front.company
    qian.post(f"/customers/{zhang}/erasure", WHY, if_match=1)

    assert company.registers(company.li, "李四", phones=("13800138000",)) != zhang


def test_who_keeps_an_erasure_from_its_end_is_told_until_he_has_gone(
    front: Front, qian: Caller, zhang: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.erasing.onlookers.PATIENCE", 0.3)
    monkeypatch.setattr("workers.erasing.onlookers.PASSING", timedelta(0))
    address = front.company.database.address
    settings = {"KEZHI_DATABASE_URL": address, "KEZHI_DATA": str(tmp_path)}
    erasing = Erasing(front.read, StoreSettings.from_environment(settings))
    qian.post(f"/customers/{zhang}/erasure", WHY, if_match=1)
    front.settle()
    with psycopg.connect(address, application_name="pg_dump") as dump:
        dump.execute("LOCK TABLE eventlog.subject_key IN ACCESS SHARE MODE")
        with pytest.raises(OnlookersError):
            erasing.run()

        told = qian.get(f"/erasures/{zhang}").get_json()

        assert not told["is_completed"]
        names = {(each["kind"], each["name"]) for each in told["waits_for"]}
        assert ("session", str(dump.info.backend_pid)) in names

    assert erasing.run() is not None
    told = qian.get(f"/erasures/{zhang}").get_json()
    assert (told["is_completed"], told["waits_for"]) == (True, [])
