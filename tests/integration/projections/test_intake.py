"""What came in: forms, messages of strangers, and who writes from which address."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain import aftercare_commands, commands
from domain.intake_item import IntakeState
from domain.priority import ComplaintChannel
from projections.intake.projection import IntakeProjection
from projections.intake.queries import FormRow, IntakeQueries, IntakeRow
from tests.support.care import MONDAY, Company


@pytest.fixture
def intake(company: Company) -> IntakeQueries:
    company.project(IntakeProjection)
    return IntakeQueries(company.database)


def heard(company: Company) -> tuple[UUID, UUID]:
    ids = company.hears_from_a_stranger()
    company.project(IntakeProjection)
    return UUID(ids["form_id"]), UUID(ids["message_id"])


def test_a_message_is_shown_as_it_was_written(company: Company, intake: IntakeQueries) -> None:
    form_id, item_id = heard(company)
    (row,) = intake.page()

    assert row == IntakeRow(
        item_id=item_id,
        version=1,
        form_id=form_id,
        received_at=MONDAY,
        channel=ComplaintChannel.ONLINE,
        is_complaint=False,
        state=IntakeState.OPEN,
        name="",
        phone="",
        email="",
        text="请寄目录",
        customer_id=None,
        task_id=None,
        complaint_id=None,
        why="",
    )
    assert intake.get(item_id) == row
    assert intake.forms() == [FormRow(form_id, 1, "官网", company.zhao, MONDAY, None)]


def test_what_became_of_it_stays(company: Company, intake: IntakeQueries) -> None:
    form_id, item_id = heard(company)
    customer_id = company.registers(company.chen, "王小明")
    assigning = aftercare_commands.AssignMessage(item_id=item_id, customer_id=customer_id)
    company.does(assigning, why="他打过电话")
    company.does(aftercare_commands.RevokeIntakeForm(form_id=form_id))
    company.project(IntakeProjection)
    (row,) = intake.page(IntakeState.ASSIGNED)
    (form,) = intake.forms()

    assert intake.page() == []
    assert (row.customer_id, row.why, row.version) == (customer_id, "他打过电话", 2)
    assert row.task_id is not None
    assert form.revoked_at == company.now
    company.rebuild(IntakeProjection)
    assert (intake.get(item_id), intake.forms()) == (row, [form])


def test_a_mail_address_tells_who_writes_if_one_customer_has_it(
    company: Company, intake: IntakeQueries
) -> None:
    first = company.registers(company.chen, "王小明", email="Wang@example.com")
    second = company.registers(company.li, "李小红")
    company.project(IntakeProjection)
    assert intake.writes_from("wang@EXAMPLE.com") == first
    assert intake.writes_from("") is None

    for customer_id, email in ((second, "wang@example.com"), (first, "")):
        correcting = commands.CorrectCustomer(customer_id=customer_id, card={"email": email})
        company.does(correcting, why="写错了")
        company.project(IntakeProjection)
        if email:
            assert intake.writes_from("wang@example.com") is None
    assert intake.writes_from("wang@example.com") == second
