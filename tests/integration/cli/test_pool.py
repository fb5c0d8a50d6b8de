from __future__ import annotations

from itertools import count

import pytest

from tests.integration.cli.conftest import CommandLine

NUMBERS = count(1)


@pytest.fixture
def pooled(line: CommandLine) -> str:
    """The id of a customer whom Zhao took from Wang."""
    sheet = line.folder / "pooled.csv"
    number = next(NUMBERS)
    sheet.write_text(
        "客户名称,公司名称,手机,等级,跟单人\n"
        f"赵六{number},北京恒信科技{number}号有限公司,1360013{number:04},B,wang\n",
        encoding="utf-8",
    )
    line.json("import", "customers", sheet)
    answer = line.json("pool", "return", f"赵六{number}", "--why", "客户要求换人", by="zhao")
    return str(answer["customer_id"])


def test_everybody_lists_the_pool_masked(line: CommandLine, pooled: str) -> None:
    rows = line.json("pool", "list", by="li")
    newest = rows[0]

    assert (newest["customer_id"], newest["reason"], newest["grade"]) == (pooled, "manager", "B")
    assert newest["name"] == "赵**"
    assert (
        line("pool", "list", "--former-owner", "li").shown == "Nobody like that is in the pool.\n"
    )
    chinese = line("pool", "list", by="li", language="zh")
    assert chinese.lines[0].split()[:2] == ["入池时间", "入池原因"]
    assert "经理退回" in chinese.shown
    assert "王芳" in chinese.shown


def test_a_claim_shows_the_customer_and_counts(line: CommandLine, pooled: str) -> None:
    before = line.json("pool", "caps", by="li")
    answer = line("pool", "claim", pooled, by="li")
    after = line.json("pool", "caps", by="li")

    assert answer.code == 0, answer.told
    assert "北京恒信科技" in answer.shown
    assert before["claims_left"] - after["claims_left"] == 1
    assert after["held"] - before["held"] == 1
    again = line("pool", "claim", pooled, by="zhao")
    assert (again.code, "Somebody else was quicker" in again.told) == (1, True)


def test_who_lost_a_customer_is_told_to_wait(line: CommandLine, pooled: str) -> None:
    answer = line("pool", "claim", pooled, by="wang", language="zh")

    assert answer.code == 1
    assert "14 天内不能领取" in answer.told


def test_a_manager_gives_a_customer_out(line: CommandLine, pooled: str) -> None:
    refused = line("pool", "assign", pooled, "wang", by="li")
    answer = line.json("pool", "assign", pooled, "wang", "--why", "老客户", by="zhao")

    assert refused.code == 1
    assert answer["customer_id"] == pooled
    assert "Taken from the pool, owner 王芳" in line("history", pooled).shown


def test_the_machines_operator_claims_nothing_for_himself(line: CommandLine, pooled: str) -> None:
    for words in (("claim", pooled), ("caps",)):
        answer = line("pool", *words)
        assert (answer.code, "--as" in answer.told) == (1, True)


def test_only_a_manager_puts_a_customer_in(line: CommandLine, pooled: str) -> None:
    line.json("pool", "claim", pooled, by="li")
    answer = line("pool", "return", pooled, "--why", "太忙", by="li")

    assert answer.code == 1
    assert line("pool", "return", pooled, by="zhao").code == 2


def test_why_a_customer_goes_to_the_pool_is_said_in_words(line: CommandLine, pooled: str) -> None:
    line.json("pool", "claim", pooled, by="li")
    told = line("pool", "why", pooled, by="li")
    document = line.json("pool", "why", pooled, by="li")

    assert "after 21 days without a contact" in told.shown
    assert document["pool"]["next_step"]["kind"] == "follow_up"
    assert document["pool"]["clocks"][0]["term_days"] == 21
    assert document["due"]["rule"] == "cadence"


def test_nobody_is_flagged_yet(line: CommandLine) -> None:
    assert line.json("due", "--flagged") == []
