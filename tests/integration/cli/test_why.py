from __future__ import annotations

from tests.integration.cli.conftest import CommandLine


def test_why_names_rules_policies_and_events_in_both_languages(customers: CommandLine) -> None:
    customers.json("contact", "李四", "约好看样", "--grade", "C", by="wang")

    found = {each["decision"]: each for each in customers.json("why", "李四")}
    chinese = customers("why", "李四", language="zh").shown
    english = customers("why", "李四").shown

    assert found["due"]["rules"] == ["R40", "X1", "X2"]
    assert found["grade"]["rules"] == ["R41"]
    assert "等级 C 由记录的人直接判定" in chinese
    assert "judged the grade C himself" in english
    assert "grading" in english or "Grading" in english
    position = found["owner"]["events"][0]["position"]
    before = customers.json("why", "李四", "--as-of", position)
    assert [each["decision"] for each in before] == ["due", "grade", "owner"]
    assert [each["events"][-1]["position"] for each in before] == [position] * 3
