from __future__ import annotations

import pytest

from workers.channels.redaction import redacted


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("550 5.1.1 <li@example.com>: unknown", "550 5.1.1 <…>: unknown"),
        ("forward to 李雷@例子.中国 failed", "forward to … failed"),
        ("from=<a.b+c@mail.example.com>, to=<d@e.cn>", "from=<…>, to=<…>"),
        ("13800138000invalid mobile number", "…invalid mobile number"),
        ("号码 +86 138-0013-8000 在黑名单中", "号码 … 在黑名单中"),
        ("+8613800138000", "…"),
        ("call 010 6552 9988 ext 12", "call … ext 12"),
        ("twice:\r\n  one\tline", "twice: one line"),
    ],
)
def test_mail_addresses_and_phone_numbers_are_taken_out(words: str, told: str) -> None:
    assert redacted(words) == told


@pytest.mark.parametrize(
    "words",
    [
        "451 4.3.0 try later",
        "250 2.0.0 queued as 4Bx7",
        "554 5.7.1 Client host [203.0.113.5] blocked",
        "errcode 93000",
        "hint: [1755605200056773468916791]",
        "触发分钟级流控Permits:1",
        "isv.BUSINESS_LIMIT_CONTROL",
    ],
)
def test_what_helps_an_operator_stays(words: str) -> None:
    assert redacted(words) == words


def test_what_is_known_of_the_recipient_is_taken_out_in_any_case_of_letters() -> None:
    assert redacted("user ZhangSan is not here", "zhangsan") == "user … is not here"
    assert redacted("WANG: no such mailbox", "wang@example.com") == "…: no such mailbox"
    assert redacted("wangjing stays", "wang@example.com") == "wangjing stays"
    assert redacted("a of the alphabet", "a@example.com") == "a of the alphabet"


def test_a_receipt_keeps_its_numbers_and_loses_its_addresses() -> None:
    receipt = "250 OK id=1718000000-42 for li@example.com"

    assert redacted(receipt, numbers=False) == "250 OK id=1718000000-42 for …"


def test_nobody_fills_the_log_with_a_long_answer() -> None:
    assert len(redacted("no " * 1000)) == 200
