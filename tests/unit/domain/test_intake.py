"""What comes in by itself: a customer's task or complaint, or a stranger's message (R68, R71)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.access import Principal, Role, Scope
from domain.aftercare_commands import (
    AssignMessage,
    DropMessage,
    OpenIntakeForm,
    ReceiveMessage,
    RevokeIntakeForm,
)
from domain.commands import Command
from domain.complaint import Complaint
from domain.errors import (
    AlreadyOverError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    ReasonRequiredError,
)
from domain.intake_form import IntakeForm
from domain.intake_item import IntakeItem
from domain.task import Cause, Task
from tests.support.examples import (
    a_customer,
    a_letter,
    an_intake_form,
    an_intake_item,
    an_outsider,
    claims_held_by,
    everybody,
)
from tests.support.moments import LI, QIAN, TOMORROW, WANG, ZHAO, an_id, signed
from tests.support.scenario import Scenario, an_event, given, refused

INTAKE = Principal.system("intake")
FORM = an_intake_form()
FORM_EVENTS = list(FORM.pending_events)


def a_company() -> Scenario:
    """Return Li's customer with the phone 138…, and an open form."""
    customer = a_customer()
    story = given(customer, *claims_held_by(customer), *everybody())
    story.log.append(FORM_EVENTS)
    return story


def writing(key: str = "1", customer_id: Any = None, **letter: Any) -> ReceiveMessage:
    return ReceiveMessage(
        form_id=FORM.id, key=key, letter=a_letter(**letter), customer_id=customer_id
    )


def receives(story: Scenario, **letter: Any) -> Any:
    return story.when(writing(**letter), by=INTAKE)


def with_a_message(**letter: Any) -> Scenario:
    story = a_company()
    story.log.append(an_intake_item(FORM.id, **letter).collect_events())
    return story


def assigning(**changes: Any) -> AssignMessage:
    fields = {"item_id": an_id("intake item"), "customer_id": an_id("customer"), **changes}
    return AssignMessage(**fields)


DROP = DropMessage(item_id=an_id("intake item"))


def test_what_a_customer_writes_becomes_a_task_of_his_owner() -> None:
    """R71; the phone says who he is, however he wrote it."""
    receives(a_company(), phone="+86 138-0013-8000", name="王小明").then(
        an_event(
            Task.Opened,
            customer_id=an_id("customer"),
            owner_id=LI.id,
            kind="feedback",
            due_on=TOMORROW,
            summary="地板颜色偏深",
            details="地板颜色偏深\n\n— 王小明 +86 138-0013-8000",
            actor="kezhi/intake",
        )
    )


def test_what_he_marks_as_a_complaint_is_taken_in() -> None:
    """R68."""
    receives(a_company(), is_complaint=True).then(
        an_event(
            Complaint.Filed,
            customer_id=an_id("customer"),
            owner_id=LI.id,
            channel="online",
            summary="地板颜色偏深",
        )
    )


def test_whoever_has_proved_who_he_is_needs_no_phone() -> None:
    receives(a_company(), customer_id=an_id("customer"), phone="").then(
        an_event(Task.Opened, details="地板颜色偏深")
    )


@pytest.mark.parametrize("phone", ["", "13900139000", "not a phone", "١٢٣"])
def test_a_strangers_message_is_laid_before_a_manager(phone: str) -> None:
    receives(a_company(), phone=phone, name="周先生").then(
        an_event(
            IntakeItem.Received,
            form_id=FORM.id,
            manager_id=ZHAO.id,
            channel="online",
            is_complaint=False,
            text="地板颜色偏深",
            name="周先生",
            phone=phone,
        )
    )


def test_a_customer_who_is_not_there_is_a_stranger() -> None:
    receives(a_company(), customer_id=an_outsider(), phone="").then(an_event(IntakeItem.Received))


@pytest.mark.parametrize(
    "letter", [{}, {"is_complaint": True}, {"phone": ""}], ids=["task", "complaint", "stranger"]
)
def test_a_message_is_taken_in_once_under_its_key(letter: dict[str, Any]) -> None:
    story = a_company()
    first = receives(story, **letter).subject
    again = receives(story, **letter)

    again.then_nothing()
    assert again.subject.id == first.id
    # Even if it would become something else by now.
    receives(story, phone="13900139000").then_nothing()
    assert receives(story, key="2", **letter).events


def test_a_form_that_was_revoked_takes_nothing_and_is_revoked_once() -> None:
    story = a_company()
    revoking = RevokeIntakeForm(form_id=FORM.id)
    story.when(revoking, by=QIAN).then(an_event(IntakeForm.Revoked))

    receives(story).then_refused(NotFoundError)
    story.when(revoking, by=QIAN).then_refused(NotFoundError)


def test_a_form_is_opened_by_an_administrator_for_a_manager() -> None:
    story = given(*everybody())
    opening = OpenIntakeForm(label=" 官网留言 ", manager_id=ZHAO.id)
    story.when(opening, by=QIAN).then(
        an_event(IntakeForm.Opened, label="官网留言", manager_id=ZHAO.id)
    )

    for wrong, field in (
        (OpenIntakeForm(label=" ", manager_id=ZHAO.id), "label"),
        (OpenIntakeForm(label="x" * 101, manager_id=ZHAO.id), "label"),
        (OpenIntakeForm(label="x", manager_id=LI.id), "manager_id"),
        (OpenIntakeForm(label="x", manager_id=an_outsider()), "manager_id"),
    ):
        story.when(wrong, by=QIAN).then_refused(InvalidError, field=field)
    story.when(opening, by=ZHAO).then_refused(ForbiddenError)


@pytest.mark.parametrize(
    ("letter", "as_complaint", "made"),
    [
        ({}, None, Task.Opened),
        ({}, True, Complaint.Filed),
        ({"is_complaint": True}, None, Complaint.Filed),
        ({"is_complaint": True}, False, Task.Opened),
    ],
)
def test_a_manager_says_whose_it_is_and_it_becomes_his(
    letter: dict[str, Any], as_complaint: Any, made: Any
) -> None:
    outcome = with_a_message(**letter).when(assigning(as_complaint=as_complaint), by=ZHAO)
    item = outcome.subject
    outcome.then(
        an_event(IntakeItem.Assigned, customer_id=an_id("customer")),
        an_event(made, customer_id=an_id("customer")),
    )
    assigned, opened = outcome.events

    is_task = made is Task.Opened
    assert (assigned.task_id, assigned.complaint_id) == (
        (opened.originator_id, None) if is_task else (None, opened.originator_id)
    )
    assert opened.details == "地板颜色偏深\n\n— 周先生 13800138000 zhou@example.com"
    if is_task:
        assert opened.cause == Cause(item.id, 1)


def test_a_message_is_put_aside_for_a_reason() -> None:
    story = with_a_message()
    story.when(DROP, by=ZHAO).then_refused(ReasonRequiredError)

    story.when(DROP, by=ZHAO, why="广告").then(an_event(IntakeItem.Dropped, why="广告"))


@pytest.mark.parametrize("first", [assigning(), DROP])
@pytest.mark.parametrize("second", [assigning(), DROP])
def test_what_is_done_with_stays_so(first: Command, second: Command) -> None:
    story = with_a_message()
    story.when(first, by=ZHAO, why="x")

    story.when(second, by=ZHAO, why="x").then_refused(AlreadyOverError)


@pytest.mark.parametrize("command", [assigning(), DROP])
def test_only_managers_deal_with_strangers(command: Command) -> None:
    with_a_message().when(command, by=LI, why="x").then_refused(ForbiddenError)


def test_a_manager_gives_it_only_to_a_customer_he_sees() -> None:
    other = Principal.representative(WANG.id, role=Role.MANAGER, scope=Scope.OWN)

    with_a_message().when(assigning(), by=other).then_refused(NotFoundError, of="customer")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"text": " \n"}, "text"), ({"text": "x" * 10_001}, "text"), ({"phone": "1" * 51}, "phone")],
)
def test_a_letter_has_words_and_an_end(changes: dict[str, str], field: str) -> None:
    with refused(InvalidError, field=field):
        a_letter(**changes)


def test_what_a_stranger_wrote_is_his_own_secret() -> None:
    """D12: the first fact of a message begins a person."""
    item = an_intake_item(FORM.id)
    (received,) = item.collect_events()

    assert received.SUBJECT == "originator_id"
    assert {"text", "name", "phone", "email"} <= received.PERSONAL


def test_a_phone_that_is_nobodys_any_more_tells_nothing() -> None:
    customer = a_customer()
    claims = claims_held_by(customer)
    with signed():
        for claim in claims:
            claim.release(customer.id)
    story = given(customer, *claims)
    story.log.append(FORM_EVENTS)

    receives(story).then(an_event(IntakeItem.Received))
