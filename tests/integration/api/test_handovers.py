"""What a program is told that hands somebody's customers over."""

from __future__ import annotations

from domain.access import Role, Scope
from tests.support.http import Front


def test_a_handover_and_its_undoing_name_the_position_from_which_lists_show_them(
    front: Front,
) -> None:
    company = front.company
    company.registers(company.chen, "王小明")
    qian = front.caller(company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))

    given = qian.post(f"/representatives/{company.chen}/handovers", {"to_id": str(company.wang)})
    front.settle()
    undone = qian.post(f"/handovers/{given.get_json()['handover_id']}/undoing", {})

    for answer in (given, undone):
        assert (answer.status_code, answer.get_json()["customers"]) == (201, 1)
        assert answer.headers["Kezhi-Position"] == str(answer.get_json()["position"])
