from __future__ import annotations

from tests.integration.cli.conftest import CommandLine


def position_of_the_newest(line: CommandLine, customer: str = "李四") -> int:
    entries = line.json("history", customer, "--limit", "1")
    return int(entries[0]["position"])


def test_a_customer_and_his_history_are_shown_as_they_were(customers: CommandLine) -> None:
    before, position = customers.json("customer", "李四"), position_of_the_newest(customers)
    customers.json("contact", "李四", "不再需要", "--grade", "E", by="wang")

    assert customers.json("customer", "李四", "--as-of", position) == before
    assert customers.json("customer", "李四")["grade"] == "E"
    told = customers.json("history", "李四", "--as-of", position)
    assert told[0]["position"] == position


def test_the_position_is_told_beside_the_answer_in_both_languages(customers: CommandLine) -> None:
    position = position_of_the_newest(customers)

    english = customers("customer", "李四", "--as-of", position)
    chinese = customers("customer", "李四", "--as-of", position, language="zh")

    assert f"Position {position} of the log" in english.told
    assert f"日志位置 {position}" in chinese.told


def test_what_was_not_there_yet_and_what_is_no_moment_are_refused(customers: CommandLine) -> None:
    assert customers("customer", "李四", "--as-of", "2020-01-01").code == 1
    assert customers("customer", "李四", "--as-of", "999999999").code == 1
    assert customers("customer", "李四", "--as-of", "gestern").code == 2
    assert customers("customer", "李四", "--as-of", "2026-01-01T00:00:00").code == 2


def test_people_policies_and_complaints_are_shown_as_they_were(customers: CommandLine) -> None:
    filed = customers.json("complaint", "file", "王五", "送错了货")
    before = customers.json("complaint", "show", filed["complaint_id"])
    position = customers.json("history", "王五", "--kind", "complaint")[0]["position"]
    customers.json("complaint", "triage", filed["complaint_id"], "major", "high")
    customers.json("policy", "amend", "pool", '{"warning_days": 2}')

    as_of = ("--as-of", position)
    assert customers.json("complaint", "show", filed["complaint_id"], *as_of) == before
    assert customers.json("policy", "show", "pool", *as_of)["version"] == 1
    assert customers.json("rep", "show", "wang", *as_of) == customers.json("rep", "show", "wang")
    why = customers.json("pool", "why", "王五", *as_of)
    assert why["pool"]["pool_version"] == 1
    assert why["pool"]["exempt_by"] == [filed["complaint_id"]]


def test_lists_are_shown_as_they_stood_and_what_differs_is_told(customers: CommandLine) -> None:
    sheet = customers.folder / "another.csv"
    sheet.write_text("客户名称,等级,跟单人\n赵六,C,li\n", encoding="utf-8")
    customers.json("import", "customers", sheet)
    ask = ("due", "--on", "2030-01-01")
    before, position = customers.json(*ask), position_of_the_newest(customers, "赵六")
    pool, complaints = customers.json("pool", "list"), customers.json("complaint", "list", "--all")
    customers.json("contact", "张三", "约好看样", "--grade", "C", by="wang")
    customers.json("complaint", "file", "张三", "少发一箱")
    customers.json("pool", "return", "赵六", "--why", "没有时间")

    as_of = ("--as-of", position)
    assert customers.json(*ask, *as_of) == before
    assert customers.json("pool", "list", *as_of) == pool
    assert customers.json("complaint", "list", "--all", *as_of) == complaints
    assert customers.json(*ask) != before
    (came,) = customers.json("diff", "pool", "--since", position)
    assert came["difference"] == "came"
    changed = customers.json("diff", "张三", "--since", position)
    assert {"field": "grade", "before": "A", "after": "C"} in changed
    assert customers("diff", "roster", "--since", position, by="wang").code == 1
