from __future__ import annotations

from tests.integration.cli.conftest import CommandLine


def test_a_contract_is_signed_paid_and_closed(customers: CommandLine) -> None:
    signed = customers.json(
        "contract", "sign", "李四", "HT-1", "--due", "2099-01-01=1000.00", "--due",
        "2099-02-01=500.50", "--title", "地板", by="wang",
    )  # fmt: skip
    assert (signed["outstanding"], signed["state"]) == ("1500.50", "in_force")

    paid = customers.json("contract", "pay", "ht-1", "1200", "--note", "回单 1", by="wang")
    refused = customers("contract", "pay", "HT-1", "-200", by="wang")
    back = customers.json("contract", "pay", "HT-1", "-200", "--why", "支票退回", by="wang")
    closed = customers.json("contract", "close", "HT-1", "--why", "协商减免", by="wang")
    history = customers("history", "李四", "--kind", "contract", language="zh").lines

    assert paid["paid"] == "1200.00"
    assert refused.told.startswith("Reason required")
    assert back["paid"] == "1000.00"
    assert closed["state"] == "closed"
    assert history[0].endswith("合同结清，核销 500.50（原因：协商减免）")
    assert history[-1].endswith(
        f"签订合同 HT-1（地板），金额 CNY 1,500.50，{signed_on(customers)}，责任人 王芳"
    )


def signed_on(customers: CommandLine) -> str:
    (row,) = customers.json("contract", "list", "--customer", "李四", "--state", "closed")
    return str(row["signed_on"])


def test_what_is_owed_is_listed_and_summed_up(customers: CommandLine) -> None:
    customers.json("contract", "sign", "王五", "HT-2", "--due", "2099-01-01=1000.00",
                   "--responsible", "wang")  # fmt: skip
    (row,) = customers.json("contract", "owed", "--responsible", "wang", "--before", "2099-01-02")
    (total,) = customers.json("contract", "owed", "--totals", "--responsible", "wang")
    shown = customers("contract", "owed", language="zh").shown

    assert (row["number"], row["outstanding"]) == ("HT-2", "1000.00")
    assert (total["count"], total["overdue"]) == (1, "0")
    assert customers.json("contract", "owed", "--overdue") == []
    assert "上海华信机械有限公司" in shown
    assert "王芳" in shown


def test_another_sees_to_it_and_a_wrong_contract_is_cancelled(customers: CommandLine) -> None:
    customers.json("contract", "sign", "张三", "HT-3", "--due", "2099-01-01=1.00", by="wang")
    customers.json("contract", "hand", "HT-3", "li", "--why", "休假", by="wang")
    cancelled = customers.json("contract", "cancel", "HT-3", "--why", "金额写错了", by="li")

    assert cancelled["state"] == "cancelled"
    assert "已作废" in customers("contract", "list", "--customer", "张三", language="zh").shown


def test_what_is_no_contract_or_no_amount_is_told(customers: CommandLine) -> None:
    assert customers("contract", "pay", "HT-9", "1").told.startswith("No such contract")
    assert customers("contract", "pay", "HT-9", "x").code == 2
    assert customers("contract", "sign", "张三", "HT-9", "--due", "soon").code == 2
