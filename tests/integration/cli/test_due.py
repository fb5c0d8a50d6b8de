from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.integration.cli.conftest import CommandLine

NEXT_YEAR = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()


def test_a_rep_sees_his_own_customers_in_the_order_they_are_due(customers: CommandLine) -> None:
    rows = customers.json("due", "--on", NEXT_YEAR, by="wang")

    assert [row["name"] for row in rows] == ["张三", "李四"]
    assert rows[0]["due"]["rule"] == "cadence"


def test_the_operator_sees_everybody_and_may_ask_for_one_rep(customers: CommandLine) -> None:
    everybody = customers.json("due", "--on", NEXT_YEAR)
    lis = customers.json("due", "--on", NEXT_YEAR, "--owner", "li")

    assert len(everybody) == 3
    assert [row["name"] for row in lis] == ["王五"]


def test_grades_narrow_the_list(customers: CommandLine) -> None:
    rows = customers.json("due", "--on", NEXT_YEAR, "--grade", "A")

    assert [row["grade"] for row in rows] == ["A"]


def test_people_read_a_table_with_headers_in_their_language(customers: CommandLine) -> None:
    chinese = customers("due", "--on", NEXT_YEAR, by="li", language="zh")
    english = customers("due", "--on", NEXT_YEAR, by="li")

    assert chinese.lines[0].split()[:2] == ["到期日", "逾期天数"]
    assert english.lines[0].startswith("due on")
    assert "上海华信机械有限公司" in chinese.lines[1]
    assert "按等级周期" in chinese.lines[1]
    assert "By cadence" in english.lines[1]


def test_json_may_be_asked_for_anywhere(customers: CommandLine) -> None:
    last = customers("due", "--on", NEXT_YEAR, "--json")
    first = customers("--json", "due", "--on", NEXT_YEAR)

    assert last.json == first.json


def test_an_empty_list_says_so(customers: CommandLine) -> None:
    assert customers("due", "--overdue").shown == "Your list is empty.\n"


def test_a_login_nobody_has_is_told(customers: CommandLine) -> None:
    answer = customers("due", "--owner", "nobody")

    assert answer.code == 1
    assert answer.told.endswith("Nobody who works here has the login nobody.\n")


def test_weeks_with_more_contacts_than_can_be_made_are_told(customers: CommandLine) -> None:
    weeks = customers.json("contacts-ahead", "--per-day", "1", "--rep", "wang")

    assert len({week["week"] for week in weeks}) == len(weeks) in {13, 14}
    assert len({week["rep_id"] for week in weeks}) == 1
    assert any(week["is_overloaded"] for week in weeks)
    assert customers("contacts-ahead", language="zh").lines[0].split() == [
        "周一", "业务员", "应联系", "可联系", "超负荷"
    ]  # fmt: skip
