from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from domain import commands
from domain.delivery import Delivery, End
from projections.outbox.projection import OutboxProjection
from tests.integration.channels.post_office import CUT, PostOffice, opened
from tests.support.care import Company
from tests.support.shift import Shift
from workers.backlog import Backlog, MessageState, ObligationState


@pytest.fixture
def post() -> Iterator[PostOffice]:
    """A mail server."""
    with opened() as office:
        yield office


@pytest.fixture
def shift(begin: Callable[..., Shift], post: PostOffice) -> Shift:
    """The background work of the company, with mail."""
    return begin(mail_port=post.port)


def a_failed_mail(company: Company, shift: Shift, post: PostOffice) -> Delivery.Failed:
    """Let a warning to Chen be refused for good."""
    post.answers["RCPT"] = "550 no such user"
    shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=23)
    shift.works()
    (failed,) = shift.events(Delivery.Failed)
    return failed


def test_what_is_owed_is_planned_until_its_moment_and_late_after(
    company: Company, shift: Shift
) -> None:
    backlog = Backlog(company.database)
    shift.complains(company.registers(company.chen, "王小明"))
    shift.project()
    planned = backlog.obligations(ObligationState.PLANNED, company.now)

    assert backlog.obligations(ObligationState.LATE, company.now) == []
    first = min(row.due_at for row in planned)
    later = first + timedelta(seconds=1)
    assert [row.due_at for row in backlog.obligations(ObligationState.LATE, later)] == [first]
    second = backlog.obligations(
        ObligationState.PLANNED, company.now, after=(planned[0].due_at, planned[0].key), limit=2
    )
    assert second == planned[1:3]


def test_a_failed_message_is_listed_with_what_happened(
    company: Company, shift: Shift, post: PostOffice
) -> None:
    failed = a_failed_mail(company, shift, post)

    (row,) = Backlog(company.database).messages(MessageState.FAILED, company.now)
    assert (row.key, row.kind, row.channel) == (failed.originator_id, "escalation", "email")
    assert row.recipient_id == company.chen


def test_sent_again_it_arrives_under_a_key_of_its_own(
    company: Company, shift: Shift, post: PostOffice
) -> None:
    failed = a_failed_mail(company, shift, post)
    post.answers.clear()
    company.wait(minutes=1)
    company.does(commands.ResendDelivery(delivery_id=failed.originator_id), why="has moved")
    shift.works()
    shift.works()

    (sent,) = shift.events(Delivery.Sent)
    (resent,) = shift.events(Delivery.Resent)
    assert len(post.mail) == 1
    assert sent.originator_id == resent.key
    backlog = Backlog(company.database)
    assert [row.key for row in backlog.messages(MessageState.SENT, company.now)] == [resent.key]
    company.rebuild(OutboxProjection)
    assert [row.key for row in backlog.messages(MessageState.SENT, company.now)] == [resent.key]


def test_a_message_of_unknown_end_is_settled_by_hand(
    company: Company, shift: Shift, post: PostOffice
) -> None:
    post.answers["DATA"] = CUT
    shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=23)
    shift.works()
    backlog = Backlog(company.database)
    while waiting := backlog.messages(MessageState.OPEN, company.now):
        company.now = max(row.next_attempt_at or company.now for row in waiting)
        shift.works()

    unknown = backlog.messages(MessageState.UNKNOWN, company.now)
    assert len(unknown) == len(shift.events(Delivery.Unknown)) > 0
    key = unknown[0].key
    company.does(commands.SettleDelivery(delivery_id=key, end=End.SENT), why="he has it")
    shift.project()

    assert backlog.messages(MessageState.UNKNOWN, company.now) == unknown[1:]
    assert [row.key for row in backlog.messages(MessageState.SENT, company.now)] == [key]
