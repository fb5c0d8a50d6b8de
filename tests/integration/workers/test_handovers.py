"""Whoever leaves takes no customer with him, and none is lost (R58, R59)."""

from __future__ import annotations

from decimal import Decimal

from domain import aftercare_commands, commands
from domain.access import Visibility
from domain.contract import Instalment
from domain.priority import ComplaintChannel
from projections.bootstrap import ReadSide
from projections.registry import READ_MODELS
from tests.support.care import Company
from workers.handovers import hand_over, looks_after_anybody


def test_customers_open_complaints_and_contracts_go_to_the_successor(company: Company) -> None:
    own = [company.registers(company.chen, f"客户{number}") for number in range(3)]
    shared = company.registers(company.li, "共管客户", second_owner_id=company.chen)
    filed = company.does(
        commands.FileComplaint(
            customer_id=own[0], channel=ComplaintChannel.PHONE, summary="送货晚了"
        ),
        company.chen,
    )
    company.does(
        commands.AssignComplaint(complaint_id=filed.subject_id, handler_id=company.chen),
        company.chen,
    )
    contract = company.does(
        aftercare_commands.SignContract(
            customer_id=shared,
            number="HT-1",
            amount=Decimal(100),
            signed_on=company.now.date(),
            responsible_id=company.chen,
            instalments=(Instalment(number=1, due_on=company.now.date(), amount=Decimal(100)),),
        )
    )
    company.project(*READ_MODELS)
    read = ReadSide.over(company.log)

    handover = hand_over(
        read,
        lambda: company.signature(company.zhao, "离职"),
        from_id=company.chen,
        to_id=company.wang,
    )
    company.project(*READ_MODELS)

    assert (handover.customers, handover.complaints, handover.contracts) == (4, 1, 1)
    assert handover.refused == 0
    assert company.log.get(contract.subject_id).responsible_id == company.wang
    wangs = read.roster.page(Visibility(frozenset({company.wang})), limit=10)
    assert sorted(row.name for row in wangs) == ["客户0", "客户1", "客户2"]
    assert company.log.get(shared).second_owner_id is None
    assert company.log.get(filed.subject_id).handler_id == company.wang
    assert not looks_after_anybody(read, company.chen)
    read.watch.close()


def test_a_handover_that_was_interrupted_is_simply_started_again(company: Company) -> None:
    first, second = (company.registers(company.chen, name) for name in ("甲", "乙"))
    company.project(*READ_MODELS)
    company.does(
        commands.ChangeOwner(customer_id=first, owner_id=company.wang), company.zhao, "离职"
    )
    read = ReadSide.over(company.log)

    handover = hand_over(
        read,
        lambda: company.signature(company.zhao, "离职"),
        from_id=company.chen,
        to_id=company.wang,
    )

    assert (handover.customers, handover.refused) == (1, 1)
    assert company.log.get(second).owner_id == company.wang
    read.watch.close()
