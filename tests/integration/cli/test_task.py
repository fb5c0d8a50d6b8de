from __future__ import annotations

from tests.integration.cli.conftest import CommandLine


def test_a_task_is_added_listed_and_done(customers: CommandLine) -> None:
    added = customers.json("task", "add", "李四", "送样品", "--kind", "gift", by="wang")
    gifts = ("task", "list", "--customer", "李四", "--kind", "gift")
    (listed,) = customers.json(*gifts, by="wang")
    done = customers.json("task", "done", added["task_id"], "已送到", by="wang")

    assert added["state"] == "open"
    assert (listed["task_id"], listed["summary"]) == (added["task_id"], "送样品")
    assert (done["task_id"], done["state"]) == (added["task_id"], "done")
    assert customers.json(*gifts) == []


def test_a_task_is_dropped_by_its_id_with_a_reason(customers: CommandLine) -> None:
    added = customers.json("task", "add", "王五", "回电", "--due", "2099-01-01")
    customers.json("task", "add", "王五", "寄合同")

    assert customers("task", "drop", "王五", "--why", "x").told.startswith("Not clear which task")
    dropped = customers.json("task", "drop", added["task_id"], "--why", "客户不要了")
    history = customers("history", "王五", "--kind", "task", language="zh").lines

    assert (dropped["state"], dropped["due_on"]) == ("dropped", "2099-01-01")
    assert history[0].endswith("待办任务已取消（原因：客户不要了）")
    assert history[-1].endswith("待办任务（待办）：回电，跟单人 李强，2099-01-01 前完成")


def test_others_tasks_are_not_seen(customers: CommandLine) -> None:
    added = customers.json("task", "add", "张三", "寄合同", by="wang")

    answer = customers("task", "done", added["task_id"], by="li")

    assert answer.code == 1
    assert answer.told.startswith("No such task")


def test_people_read_a_table(customers: CommandLine) -> None:
    customers.json("task", "add", "张三", "送发票", by="wang")
    shown = customers("task", "list", "--customer", "张三", "--owner", "wang", language="zh")

    assert "上海麒麟商贸有限公司" in shown.shown
    assert "送发票" in shown.shown
    assert "王芳" in shown.shown


def test_a_return_visit_is_a_contact_that_does_its_task(customers: CommandLine) -> None:
    added = customers.json("task", "add", "张三", "满意度回访", "--kind", "return_visit")
    customers.json("contact", "张三", "问候", "--satisfaction", "5", "--suggestions", "送货早一点",
                   "--no-action", "--task", added["task_id"], by="wang")  # fmt: skip
    lines = customers("history", "张三", language="zh").lines

    assert lines[0].endswith("待办任务已完成")
    assert "电话联系：问候；建议：送货早一点，满意度 5" in lines[1]


def test_an_opinion_becomes_a_task_unless_told_otherwise(customers: CommandLine) -> None:
    for words in (("--feedback", "颜色偏深"), ("--feedback", "很好", "--no-action"),
                  ("--complaint", "送货晚了")):  # fmt: skip
        customers.json("contact", "李四", "问候", *words, by="wang")
    tasks = customers.json("task", "list", "--customer", "李四", "--kind", "feedback", by="wang")

    assert [task["summary"] for task in tasks] == ["颜色偏深"]
    assert len(customers.json("complaint", "list", "--customer", "李四")) == 1
