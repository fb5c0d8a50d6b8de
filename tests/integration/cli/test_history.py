from __future__ import annotations

from tests.integration.cli.conftest import CommandLine


def test_a_history_reads_like_a_journal_in_both_languages(customers: CommandLine) -> None:
    customers.json("contact", "张三", "约好看样", "--method", "visit", "--grade", "B", by="wang")
    customers.json("complaint", "file", "张三", "送货晚了", "--severity", "major", "--pressure",
                   "high", by="wang")  # fmt: skip

    chinese = customers("history", "张三", language="zh").lines
    english = customers("history", "张三").lines

    assert chinese[0].endswith("王芳  投诉定级：严重程度较重，紧急程度高，优先级 P1")
    assert "王芳  投诉受理（电话，P2）：送货晚了" in chinese[1]
    assert "王芳  上门拜访联系：约好看样，等级 A → B，下次联系 " in chinese[2]
    assert "王芳  Contact by visit: 约好看样; grade A → B; next contact " in english[2]
    assert "建档：上海麒麟商贸有限公司，等级 A，跟单人 王芳" in chinese[-1]


def test_programs_get_every_entry_with_its_facts(customers: CommandLine) -> None:
    entries = customers.json("history", "张三", "--oldest-first", "--kind", "customer")

    assert entries[0]["topic"] == "customer.created"
    assert entries[0]["facts"]["card"]["company"] == "上海麒麟商贸有限公司"
    assert [entry["version"] for entry in entries] == list(range(1, len(entries) + 1))


def test_the_history_of_a_customer_out_of_scope_is_not_told(customers: CommandLine) -> None:
    assert customers("history", "张三", by="li").code == 1


def test_what_had_happened_by_a_day_can_be_asked_for(customers: CommandLine) -> None:
    everything = customers.json("history", "张三", "--happened-by", "2999-12-31")

    assert everything == customers.json("history", "张三") != []
    assert customers.json("history", "张三", "--happened-by", "2020-01-01") == []
