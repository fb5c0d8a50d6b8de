from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from domain import commands, pool_commands, worker_commands
from domain.access import Principal
from domain.grade import Grade
from domain.ids import new_id
from domain.priority import ComplaintChannel
from domain.provenance import Provenance, signing
from domain.reminder import Reminder
from projections.inbox.projection import InboxProjection
from projections.inbox.queries import InboxQueries
from tests.support.care import Company


@pytest.fixture
def inbox(company: Company) -> InboxQueries:
    company.project(InboxProjection)
    return InboxQueries(company.database)


@pytest.fixture
def complaint_id(company: Company) -> UUID:
    customer_id = company.registers(company.chen, "王小明")
    command = commands.FileComplaint(
        customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="漏水"
    )
    return company.does(command).subject_id


def digest(company: Company, rep_id: UUID, *customer_ids: UUID) -> None:
    worker = Provenance(
        principal=Principal.system("worker"), at=company.now, through="worker", correlation=new_id()
    )
    with signing(worker):
        reminder = Reminder.digest(
            rep_id=rep_id,
            day=company.now.date(),
            due_at=company.now,
            due_count=3,
            overdue_count=1,
            customer_ids=list(customer_ids),
            task_due_count=2,
            task_overdue_count=1,
        )
    company.log.append(reminder.collect_events())


def assign(company: Company, complaint_id: UUID, handler_id: UUID) -> None:
    company.wait(minutes=1)
    company.does(commands.AssignComplaint(complaint_id=complaint_id, handler_id=handler_id))


def test_everybody_who_is_told_of_an_escalation_finds_it_in_his_inbox(
    company: Company, inbox: InboxQueries, complaint_id: UUID
) -> None:
    complaint = company.log.get(complaint_id)
    first = min(complaint.climbs, key=lambda climb: climb.at)
    company.wait(days=1)
    company.does(
        worker_commands.EscalateComplaint(
            complaint_id=complaint_id, key=first.key, to_ids=(company.chen, company.zhao)
        )
    )
    company.project(InboxProjection)
    (chens,), (zhaos,) = inbox.page(company.chen), inbox.page(company.zhao)

    assert (chens.kind, chens.complaint_id) == ("escalation", complaint_id)
    assert chens.customer_id == complaint.customer_id
    assert (chens.at, chens.read_at) == (company.now, None)
    assert (chens.facts["clock"], chens.facts["level"]) == (first.clock, first.level)
    assert chens.item_id != zhaos.item_id
    assert inbox.page(company.li) == []


def test_the_handler_is_told_of_his_complaint_and_a_rep_of_his_day(
    company: Company, inbox: InboxQueries, complaint_id: UUID
) -> None:
    customer_id = company.log.get(complaint_id).customer_id
    assign(company, complaint_id, company.chen)
    company.wait(hours=1)
    digest(company, company.chen, customer_id)
    company.project(InboxProjection)
    newest, older = inbox.page(company.chen)

    assert (newest.kind, older.kind) == ("digest", "assignment")
    assert newest.facts == {
        "day": company.now.date().isoformat(),
        "due_count": 3,
        "overdue_count": 1,
        "task_count": 3,
        "escalated_count": 0,
        "returning_count": 0,
        "customer_ids": [str(customer_id)],
    }


def test_an_item_that_was_seen_is_no_longer_unread(
    company: Company, inbox: InboxQueries, complaint_id: UUID
) -> None:
    assign(company, complaint_id, company.chen)
    company.project(InboxProjection)
    (item,) = inbox.page(company.chen)
    company.wait(minutes=5)
    read = commands.ReadInboxItems(rep_id=company.chen, item_ids=(item.item_id,))
    company.does(read, by=company.chen)
    seen_at = company.now
    company.wait(minutes=5)
    company.does(read, by=company.chen)
    company.project(InboxProjection)

    assert inbox.page(company.chen, unread=True) == []
    assert inbox.unread_count(company.chen) == 0
    assert [item.read_at for item in inbox.page(company.chen)] == [seen_at]


def test_nobody_reads_away_what_another_has_not_seen(
    company: Company, inbox: InboxQueries, complaint_id: UUID
) -> None:
    assign(company, complaint_id, company.chen)
    company.project(InboxProjection)
    (item,) = inbox.page(company.chen)
    company.does(
        commands.ReadInboxItems(rep_id=company.li, item_ids=(item.item_id,)), by=company.li
    )
    company.project(InboxProjection)

    assert inbox.unread_count(company.chen) == 1


def test_an_inbox_is_paged_from_the_newest_on(
    company: Company, inbox: InboxQueries, complaint_id: UUID
) -> None:
    for number in range(6):
        assign(company, complaint_id, (company.chen, company.li)[number % 2])
    company.wait(hours=1)
    digest(company, company.chen)
    company.project(InboxProjection)
    whole = inbox.page(company.chen)
    first = inbox.page(company.chen, limit=3)
    rest = inbox.page(company.chen, after=(first[-1].at, first[-1].item_id), limit=3)

    assert len(whole) == 4
    assert first + rest == whole
    assert whole[0].at - whole[-1].at == timedelta(hours=1, minutes=5)
    assert inbox.unread_count(company.chen) == 4


def climbs(company: Company, *customer_ids: UUID) -> None:
    for customer_id in customer_ids:
        command = pool_commands.EscalateFollowUp(
            customer_id=customer_id, expected_owner_id=company.chen, manager_id=company.zhao
        )
        assert company.does(command).position


def test_neglected_customers_of_a_day_are_told_of_in_one_list_for_each_recipient(
    company: Company, inbox: InboxQueries
) -> None:
    crowd = [company.registers(company.chen, f"客户{n}", grade=Grade.A) for n in range(23)]
    company.wait(days=4)
    climbs(company, *crowd[:5])
    company.project(InboxProjection)
    climbs(company, *crowd[5:])
    company.project(InboxProjection)
    first = [str(customer_id) for customer_id in crowd[:20]]

    (told,) = inbox.page(company.chen)
    day = company.now.date().isoformat()
    assert told.facts == {"day": day, "count": 23, "flagged_count": 0, "customer_ids": first}
    assert (told.kind, told.customer_id, told.at) == ("follow_up", None, company.now)
    assert inbox.page(company.zhao) == []

    company.wait(days=4)
    climbs(company, crowd[0])
    company.project(InboxProjection)
    assert len(inbox.page(company.chen)) == 2
    assert [item.facts["count"] for item in inbox.page(company.zhao)] == [1]


def test_a_list_that_grows_after_it_was_seen_is_unread_again(
    company: Company, inbox: InboxQueries
) -> None:
    first, second = (company.registers(company.chen, name, grade=Grade.A) for name in "甲乙")
    company.wait(days=4)
    climbs(company, first)
    company.project(InboxProjection)
    (item,) = inbox.page(company.chen)
    company.does(
        commands.ReadInboxItems(rep_id=company.chen, item_ids=(item.item_id,)), by=company.chen
    )
    climbs(company, second)
    company.project(InboxProjection)
    assert inbox.unread_count(company.chen) == 1
    followed = inbox.page(company.chen)

    company.rebuild(InboxProjection)
    assert inbox.page(company.chen) == followed


def test_who_is_given_a_customer_of_the_pool_is_told_and_who_claims_one_is_not(
    company: Company, inbox: InboxQueries
) -> None:
    given, claimed = (company.registers(company.chen, name) for name in "甲乙")
    for customer_id in (given, claimed):
        company.does(pool_commands.PutIntoPool(customer_id=customer_id), why="换人")
    company.does(pool_commands.AssignFromPool(customer_id=given, owner_id=company.li))
    company.does(pool_commands.ClaimCustomer(customer_id=claimed, held=0), by=company.wang)
    company.project(InboxProjection)

    (told,) = inbox.page(company.li)
    assert (told.kind, told.facts["customer_ids"]) == ("pool_assignment", [str(given)])
    assert inbox.page(company.wang) == []
    (lost,) = inbox.page(company.chen)
    assert (lost.kind, lost.facts["count"]) == ("pool_return", 2)


def test_an_anew_built_inbox_equals_the_one_that_followed(
    company: Company, inbox: InboxQueries, complaint_id: UUID
) -> None:
    assign(company, complaint_id, company.chen)
    digest(company, company.chen)
    company.project(InboxProjection)
    (item, _) = inbox.page(company.chen)
    company.does(
        commands.ReadInboxItems(rep_id=company.chen, item_ids=(item.item_id,)), by=company.chen
    )
    company.project(InboxProjection)
    followed = inbox.page(company.chen)
    company.rebuild(InboxProjection)

    assert inbox.page(company.chen) == followed
