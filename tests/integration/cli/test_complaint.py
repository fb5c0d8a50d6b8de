from __future__ import annotations

from tests.integration.cli.conftest import CommandLine


def test_a_complaint_goes_its_way_from_filed_to_closed(customers: CommandLine) -> None:
    filed = customers.json(
        "complaint", "file", "李四", "两箱破损", "--channel", "wechat", by="wang"
    )
    number = filed["complaint_id"]
    assert (filed["stage"], filed["priority"]) == ("filed", "P2")

    stages = [
        customers.json("complaint", *words, by="wang")["stage"]
        for words in (
            ("triage", number, "major", "high"),
            ("assign", number, "wang"),
            ("acknowledge", "李四"),
            ("investigate", "李四", "装车漏检"),
            ("resolve", "李四", "补发"),
            ("report", "李四", "客户认可", "--channel", "wechat"),
            ("close", "李四", "--satisfaction", "4"),
        )
    ]

    assert stages == ["triaged", "assigned", "acknowledged", "investigated", "resolved",
                      "reported", "closed"]  # fmt: skip
    (shown,) = customers.json("complaint", "list", "--all", "--customer", "李四")
    assert shown["satisfaction"] == 4
    assert customers.json("complaint", "list", "--customer", "李四") == []

    again = customers.json("complaint", "reopen", number, "--why", "又破损")
    assert again["stage"] == "acknowledged"


def test_the_clock_stands_while_the_customer_is_waited_for(customers: CommandLine) -> None:
    number = customers.json("complaint", "file", "王五", "安装不平")["complaint_id"]

    paused = customers.json("complaint", "pause", number, "--why", "等客户寄回样品")
    resumed = customers.json("complaint", "resume", number)

    assert "resolve_due_at" not in paused
    assert resumed["resolve_due_at"]


def test_a_step_at_the_wrong_time_is_refused_in_words(customers: CommandLine) -> None:
    number = customers.json("complaint", "file", "张三", "发票开错")["complaint_id"]

    answer = customers("complaint", "resolve", number, "重开发票", language="zh")

    assert answer.code == 1
    assert answer.told == "投诉不在此阶段。目前阶段为 已受理，不能执行这一步，未保存任何内容。\n"


def test_whoever_handles_a_complaint_finds_it_by_a_customer_he_does_not_see(
    customers: CommandLine,
) -> None:
    customers.json("complaint", "file", "王五", "门板有划痕", by="li")
    customers.json("complaint", "list", by="wang")
    number = customers.json("complaint", "list", "--customer", "王五")[-1]["complaint_id"]
    assert customers("complaint", "acknowledge", "华信", by="wang").code == 1

    customers.json("complaint", "assign", number, "wang", by="zhao")

    assert customers.json("complaint", "acknowledge", number, by="wang")["stage"] == "acknowledged"
    assert customers("history", "王五", by="wang").code == 1


def test_two_open_complaints_have_to_be_told_apart(customers: CommandLine) -> None:
    for summary in ("送错颜色", "少送一箱"):
        customers.json("complaint", "file", "麒麟", summary)

    answer = customers("complaint", "acknowledge", "麒麟")

    assert answer.code == 1
    assert "give the id of one" in answer.told


def test_the_list_is_a_table_by_the_next_deadline(customers: CommandLine) -> None:
    head, *rows = customers("complaint", "list", language="zh").lines

    assert head.split()[:4] == ["下一时限", "优先级", "阶段", "级别"]
    deadlines = [row.split("  ")[0] for row in rows]
    assert deadlines == sorted(deadlines)


def test_an_unknown_complaint_is_told(customers: CommandLine) -> None:
    answer = customers("complaint", "acknowledge", "01a2035e-f6c0-7bfc-a955-245586706395")

    assert answer.code == 1
    assert "There is none with the id 01a2035e" in answer.told


def test_a_complaint_explains_its_deadlines(customers: CommandLine) -> None:
    number = customers.json("complaint", "file", "王五", "安装不平")["complaint_id"]

    (deadline,) = customers.json("complaint", "why", number)

    assert (deadline["decision"], deadline["rules"]) == ("deadline", ["R69", "X13"])
    assert {"kind": "sla", "version": 1} in deadline["policies"]
    assert "时限" in customers("complaint", "why", number, language="zh").shown
