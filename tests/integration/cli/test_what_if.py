from __future__ import annotations

from tests.integration.cli.conftest import CommandLine


def test_a_policy_is_tried_before_it_is_adopted(customers: CommandLine) -> None:
    before = customers.json("policy", "show", "cadence")
    longer = '{"interval_days": {"A": 2, "B": 7, "C": 15, "D": 30, "E": 365}}'

    found = customers.json("what-if", "cadence", longer)
    table = customers("what-if", "cadence", longer, language="zh").shown

    assert set(found) == {"now", "then", "months"}
    assert "退回公海" in table
    assert customers.json("policy", "show", "cadence") == before
    assert customers("what-if", "cadence", '{"interval_days": {"A": -1}}').code == 1
    assert customers("what-if", "cadence", "nonsense").code == 2
    assert customers("what-if", "cadence", longer, by="wang").code == 1
