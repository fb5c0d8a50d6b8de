"""Tasks in the morning's list, and told to whoever has a new one (R71)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from domain import aftercare_commands
from domain.reminder import Reminder
from domain.task import TaskKind
from tests.support.care import Company
from tests.support.shift import Shift

TUESDAY = date(2026, 3, 3)
TUESDAY_OPENING = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


def opens(company: Company, customer_id: UUID, by: UUID | None, on: date = TUESDAY) -> UUID:
    command = aftercare_commands.OpenTask(
        customer_id=customer_id, summary="送样品", due_on=on, kind=TaskKind.TODO
    )
    return company.does(command, by).subject_id


def digest(shift: Shift, rep_id: UUID) -> Reminder.DigestIssued:
    (issued,) = [e for e in shift.events(Reminder.DigestIssued) if e.rep_id == rep_id]
    return issued


def test_the_morning_list_counts_tasks_even_if_nobody_is_to_be_contacted(
    company: Company, shift: Shift
) -> None:
    customer_id = company.registers(company.chen, "王小明")
    opens(company, customer_id, company.chen)
    opens(company, customer_id, company.chen, date(2026, 3, 2))
    shift.works_until(TUESDAY_OPENING)

    issued = digest(shift, company.chen)
    assert (issued.due_count, issued.overdue_count) == (0, 0)
    assert (issued.task_due_count, issued.task_overdue_count) == (1, 1)


def test_a_task_of_somebody_elses_is_told_to_the_owner_and_ones_own_is_not(
    company: Company, shift: Shift
) -> None:
    customer_id = company.registers(company.chen, "王小明")
    opens(company, customer_id, company.chen)
    given = opens(company, customer_id, company.zhao)
    shift.project()
    told = [item for item in shift.read.inbox.page(company.chen) if item.kind == "task"]

    assert [item.facts["task_id"] for item in told] == [str(given)]
    assert told[0].facts["due_on"] == "2026-03-03"
    assert (told[0].customer_id, told[0].complaint_id) == (customer_id, None)
