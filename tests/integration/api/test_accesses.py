"""Who looked into whose past is told for the whole company, to those who audit it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.access import Role, Scope
from domain.erasure_commands import EraseCustomer
from domain.eventstore.settings import StoreSettings
from tests.support.evidence import Audit
from tests.support.problems import problem_of
from workers.erasing.procedure import Erasing


def test_who_read_whom_is_listed_by_reader_customer_kind_and_day(signed: Audit) -> None:
    company, front = signed.front.company, signed.front
    other = company.registers(company.li, "赵六")
    boss_id = company.joins("boss", role=Role.ADMINISTRATOR, scope=Scope.ALL)
    front.settle()
    boss = front.caller(boss_id)
    today = company.now.date()
    signed.bundle(sealed=True)
    signed.he.get(f"/customers/{other}/history")
    company.wait(days=1)
    boss.get(f"/customers/{other}/history")
    front.caller(company.li).get(f"/customers/{other}/history")
    front.settle()

    def listed(**query: Any) -> list[tuple[str, str, str, str]]:
        items = boss.get("/audit/accesses", **query).get_json()["items"]
        return [(i["actor"], i["customer_id"], i["access"], i["why"]) for i in items]

    he, him, her = str(signed.auditor_id), str(signed.customer_id), str(other)
    taken = (he, him, "sealed-bundle", "季度审计")
    read, read_later = (he, her, "history", ""), (str(boss_id), her, "history", "")
    assert listed() == [read_later, read, taken]
    assert listed(reader_id=he) == [read, taken]
    assert listed(customer_id=him) == [taken]
    assert listed(access="history", until=today.isoformat()) == [read]
    assert listed(since=(today + timedelta(days=1)).isoformat()) == [read_later]
    first = boss.get("/audit/accesses", limit=2).get_json()
    rest = boss.get("/audit/accesses", limit=2, cursor=first["next_cursor"]).get_json()
    assert [len(page["items"]) for page in (first, rest)] == [2, 1]
    problem_of(front.caller(company.zhao).get("/audit/accesses"), 403, "forbidden")

    store = StoreSettings.from_environment(
        {"KEZHI_DATABASE_URL": company.database.address, "KEZHI_DATA": str(signed.folder)}
    )
    company.does(EraseCustomer(customer_id=signed.customer_id), why="工单 4711")
    front.settle()
    assert Erasing(front.read, store).run() is not None
    assert listed(customer_id=him) == [(he, him, "sealed-bundle", "")]
