from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.integration.cli.conftest import CommandLine


def test_a_contact_with_a_new_grade_sets_the_next_date(customers: CommandLine) -> None:
    told = customers.json("contact", "李四", "约好看样", "--grade", "C", by="wang")

    assert (told["grade_before"], told["grade"]) == ("B", "C")
    assert told["due"]["interval_days"] == 15


def test_one_key_records_a_contact(customers: CommandLine) -> None:
    told = customers.json("contact", "13800138000", "--note", "3", by="wang")

    assert told["due"]["rule"] == "quick_note"
    assert told["due"]["interval_days"] == 3


def test_people_read_why_the_next_date_is_that_one(customers: CommandLine) -> None:
    answer = customers("contact", "麒麟", "报价已发", by="wang", language="zh")

    assert re.search(
        r"^原因: 等级 A 每 1 天联系一次，自 \d{4}-\d\d-\d\d 起算。", answer.shown, re.MULTILINE
    )


@pytest.mark.parametrize("piece", ["qilin", "qlsm", "138 0013 8000", "麒麟商贸"])
def test_any_piece_of_a_card_finds_the_customer(customers: CommandLine, piece: str) -> None:
    assert customers.json("contact", piece, "问候")["customer_name"] == "上海麒麟商贸有限公司"


def test_a_piece_that_fits_several_is_refused_with_their_names(customers: CommandLine) -> None:
    answer = customers("contact", "上海", "问候")

    assert answer.code == 1
    assert "上海麒麟商贸有限公司 (" in answer.told
    assert "上海华信机械有限公司 (" in answer.told


@pytest.mark.parametrize("customer", ["王五", uuid4(), "没有这个人"])
def test_who_is_out_of_scope_is_as_if_he_were_not_there(
    customers: CommandLine, customer: object
) -> None:
    answer = customers("contact", customer, "问候", by="wang")

    assert answer.code == 1
    assert answer.told.endswith(f"or address you may see holds {customer}.\n")


def test_a_refusal_is_one_document_for_programs(customers: CommandLine) -> None:
    answer = customers("--json", "contact", "李四", "--promised", "2001-01-01", by="wang")

    assert answer.code == 1
    assert answer.json["code"] == "past-date"
    assert (
        answer.told == "Date in the past. The next contact cannot be before the day of this one.\n"
    )


def test_a_deferral_needs_its_reason(customers: CommandLine) -> None:
    late = ("contact", "麒麟", "出差", "--promised", "2099-01-01")

    assert customers(*late).code == 1
    assert customers.json(*late, "--defer-reason", "客户出国")["due_on"] == "2099-01-01"
