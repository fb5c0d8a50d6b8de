"""Whoever leaves takes no customer with him, and none is lost (R58, R59)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest

from domain import aftercare_commands, commands, pool_commands
from domain.access import Visibility
from domain.contract import Instalment
from domain.errors import RepresentativeLeftError
from domain.priority import ComplaintChannel
from domain.provenance import Provenance
from projections.bootstrap import ReadSide
from projections.registry import READ_MODELS
from tests.support.care import Company
from workers.handovers import Counts, hand_over, looks_after_anybody, undo


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
    contract = _signs_a_contract(company, shared)
    company.project(*READ_MODELS)
    read = ReadSide.over(company.log)

    handover = hand_over(
        read,
        _signing(company, "离职"),
        from_id=company.chen,
        to_id=company.wang,
    )
    company.project(*READ_MODELS)

    assert handover.counts == Counts(customers=4, complaints=1, contracts=1)
    assert company.log.get(contract).responsible_id == company.wang
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
        _signing(company, "离职"),
        from_id=company.chen,
        to_id=company.wang,
    )

    assert (handover.counts.customers, handover.counts.refused) == (1, 1)
    assert company.log.get(second).owner_id == company.wang
    read.watch.close()


def test_undoing_gives_back_what_nobody_has_moved_since(company: Company) -> None:
    kept, moved = (company.registers(company.chen, name) for name in ("甲", "乙"))
    shared = company.registers(company.li, "共管客户", second_owner_id=company.chen)
    both = company.registers(company.chen, "接手人共管", second_owner_id=company.wang)
    complaint = company.does(
        commands.FileComplaint(customer_id=kept, channel=ComplaintChannel.PHONE, summary="晚了"),
        company.chen,
    ).subject_id
    company.does(
        commands.AssignComplaint(complaint_id=complaint, handler_id=company.chen), company.chen
    )
    company.project(*READ_MODELS)
    read = ReadSide.over(company.log)
    given = hand_over(read, _signing(company, "病假"), from_id=company.chen, to_id=company.wang)
    company.project(*READ_MODELS)
    company.does(
        commands.ChangeOwner(customer_id=moved, owner_id=company.li), company.zhao, "另有安排"
    )
    company.project(*READ_MODELS)
    assert given.handover_id is not None

    trial = undo(read, _signing(company, "回来上班"), handover_id=given.handover_id, dry_run=True)
    assert trial.counts == Counts(customers=3, complaints=1, contracts=0)
    assert company.log.get(kept).owner_id == company.wang

    undone = undo(read, _signing(company, "回来上班"), handover_id=given.handover_id)
    company.project(*READ_MODELS)

    assert undone.counts == trial.counts
    assert company.log.get(kept).owner_id == company.chen
    assert company.log.get(moved).owner_id == company.li
    assert company.log.get(shared).second_owner_id == company.chen
    assert company.log.get(both).owner_id == company.chen
    assert company.log.get(both).second_owner_id == company.wang
    assert company.log.get(complaint).handler_id == company.chen
    undoing, former = read.handovers.page(rep_id=company.chen)
    assert (former.customers, former.customers_left, former.can_be_undone) == (4, 0, False)
    assert (undoing.undoes, undoing.customers_left) == (former.handover_id, 3)
    assert former.completed_at is not None
    read.watch.close()


def test_an_undoing_is_undone_as_well_also_where_the_successor_was_second_owner(
    company: Company,
) -> None:
    customer = company.registers(company.chen, "甲", second_owner_id=company.wang)
    company.project(*READ_MODELS)
    read = ReadSide.over(company.log)
    before, after = (company.chen, company.wang), (company.wang, None)
    done = hand_over(read, _signing(company, "病假"), from_id=company.chen, to_id=company.wang)

    for owners in (before, after, before):
        company.project(*READ_MODELS)
        assert done.handover_id is not None
        done = undo(read, _signing(company, "误交"), handover_id=done.handover_id)
        assert done.counts == Counts(customers=1, complaints=0, contracts=0, refused=0)
        now = company.log.get(customer)
        assert (now.owner_id, now.second_owner_id) == owners
    read.watch.close()


def test_what_ended_since_or_went_to_the_pool_is_not_given_back(company: Company) -> None:
    customer = company.registers(company.chen, "甲")
    contract = _signs_a_contract(company, customer)
    company.project(*READ_MODELS)
    read = ReadSide.over(company.log)
    given = hand_over(read, _signing(company, "病假"), from_id=company.chen, to_id=company.wang)
    company.does(aftercare_commands.CancelContract(contract_id=contract), company.wang, "重签")
    company.does(pool_commands.PutIntoPool(customer_id=customer), company.zhao, "无人跟进")
    company.project(*READ_MODELS)
    assert given.handover_id is not None

    undone = undo(read, _signing(company, "回来上班"), handover_id=given.handover_id)

    assert undone.counts == Counts(customers=0, complaints=0, contracts=0)
    assert company.log.get(customer).owner_id is None
    read.watch.close()


def test_nothing_is_given_to_somebody_who_left(company: Company) -> None:
    customer = company.registers(company.chen, "甲")
    company.project(*READ_MODELS)
    read = ReadSide.over(company.log)
    given = hand_over(read, _signing(company, "离职"), from_id=company.chen, to_id=company.wang)
    company.does(commands.RemoveRepresentative(rep_id=company.chen))
    company.project(*READ_MODELS)
    assert given.handover_id is not None

    for dry_run in (True, False):
        with pytest.raises(RepresentativeLeftError):
            undo(read, _signing(company, "误交"), handover_id=given.handover_id, dry_run=dry_run)

    assert company.log.get(customer).owner_id == company.wang
    (only,) = read.handovers.page()
    assert (only.handover_id, only.customers_left) == (given.handover_id, 1)
    read.watch.close()


def test_a_dry_run_counts_and_stores_nothing(company: Company) -> None:
    customer = company.registers(company.chen, "甲")
    company.project(*READ_MODELS)
    read = ReadSide.over(company.log)
    head = company.log.head

    trial = hand_over(
        read, _signing(company, "离职"), from_id=company.chen, to_id=company.wang, dry_run=True
    )

    assert (trial.handover_id, trial.counts.customers) == (None, 1)
    assert company.log.head == head
    assert company.log.get(customer).owner_id == company.chen
    read.watch.close()


def _signing(company: Company, why: str) -> Callable[[], Provenance]:
    return lambda: company.signature(company.zhao, why)


def _signs_a_contract(company: Company, customer: UUID) -> UUID:
    """Have somebody sign one for which 陈 is responsible."""
    return company.does(
        aftercare_commands.SignContract(
            customer_id=customer,
            number="HT-1",
            amount=Decimal(100),
            signed_on=company.now.date(),
            responsible_id=company.chen,
            instalments=(Instalment(number=1, due_on=company.now.date(), amount=Decimal(100)),),
        )
    ).subject_id
