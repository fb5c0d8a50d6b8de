from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook

from domain import commands
from domain.complaint import Complaint
from domain.delivery import Delivery
from domain.representative import Representative
from projections.outbox.queries import OutboxQueries
from tests.integration.channels.post_office import CUT, PostOffice, opened
from tests.support.care import Company
from tests.support.examples import a_webhook
from tests.support.shift import SECRET, CaughtHints, Shift
from workers.channels.retry_ladder import LADDER


@pytest.fixture
def post() -> Iterator[PostOffice]:
    """A mail server."""
    with opened() as office:
        yield office


@pytest.fixture
def shift(begin: Callable[..., Shift], post: PostOffice) -> Shift:
    """The background work of the company, with mail."""
    return begin(mail_port=post.port)


@pytest.fixture
def receiver(company: Company, httpserver: HTTPServer) -> HTTPServer:
    """Where Chen has his webhooks sent; he wants no mail."""
    httpserver.expect_request("/kezhi").respond_with_data("")
    company.does(
        commands.ChooseNotifications(
            rep_id=company.chen,
            wants_email=False,
            addresses=(a_webhook(httpserver.url_for("/kezhi"), SECRET),),
        )
    )
    return httpserver


def warn_chen(company: Company, shift: Shift) -> UUID:
    """Let a complaint of Chen's reach its first rung; return its id."""
    complaint = shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=23)
    return complaint


def mails(post: PostOffice) -> list[Any]:
    return [message_from_bytes(m.content, policy=policy.default) for m in post.mail]


def ends(shift: Shift) -> list[tuple[str, str, int]]:
    return [(type(e).__name__, e.channel, e.attempts) for e in shift.events(Delivery.Ended)]


def keys(receiver: HTTPServer) -> list[str]:
    return [request.headers["webhook-id"] for request, _ in receiver.log]


def test_the_handler_is_warned_by_mail(company: Company, shift: Shift, post: PostOffice) -> None:
    complaint = warn_chen(company, shift)
    shift.works()

    (mail,) = mails(post)
    assert mail["To"] == "chen@example.com"
    assert mail["Subject"] == "客志：投诉预警，受理时限已用 75%"
    assert str(complaint) in mail.get_content()
    assert "2026-03-02 09:52" in mail.get_content()
    (sent,) = shift.events(Delivery.Sent)
    assert mail["Message-ID"] == f"<{sent.originator_id}@example.com>"
    assert (sent.recipient_id, sent.attempts) == (company.chen, 1)
    assert OutboxQueries(company.database).counts() == {"sent": 1}


def test_a_webhook_carries_ids_and_can_be_verified(
    company: Company, shift: Shift, receiver: HTTPServer, post: PostOffice
) -> None:
    complaint = warn_chen(company, shift)
    shift.works()

    ((request, _),) = receiver.log
    (sent,) = shift.events(Delivery.Sent)
    assert request.headers["webhook-id"] == str(sent.originator_id)
    told = Webhook(SECRET).verify(request.get_data(), dict(request.headers))
    assert told["type"] == "complaint.escalated"
    assert told["data"]["complaint_id"] == str(complaint)
    assert "王小明" not in request.get_data(as_text=True)
    assert post.mail == []


def test_the_new_handler_is_told_by_mail(company: Company, shift: Shift, post: PostOffice) -> None:
    complaint = shift.complains(company.registers(company.chen, "王小明"))
    company.does(commands.AssignComplaint(complaint_id=complaint, handler_id=company.li))
    shift.works()

    assert [(mail["To"], mail["Subject"]) for mail in mails(post)] == [
        ("li@example.com", "客志：有一件投诉由您负责")
    ]


def test_the_list_comes_by_mail_and_says_when_it_is_late(
    company: Company, shift: Shift, post: PostOffice
) -> None:
    company.registers(company.chen, "王小明", promised_on=company.now.date() + timedelta(days=1))
    shift.project()
    company.wait(days=3)
    shift.works()

    (mail,) = mails(post)
    assert mail["Subject"] == "客志：今天需联系 1 位客户"
    assert "原定于 2026-03-03" in mail.get_content()


def test_of_rungs_climbed_together_only_the_highest_is_told(
    company: Company, shift: Shift, post: PostOffice
) -> None:
    shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=35)
    shift.works()

    assert [(e.level, e.to_ids) for e in shift.events(Complaint.Escalated)] == [
        (0, [company.chen]),
        (1, [company.chen, company.zhao]),
    ]
    assert sorted(mail["To"] for mail in mails(post)) == ["chen@example.com", "zhao@example.com"]
    assert sorted(ends(shift)) == [
        ("Sent", "email", 1),
        ("Sent", "email", 1),
        ("Skipped", "email", 0),
    ]


def test_what_is_refused_for_now_is_sent_later_under_the_same_key(
    company: Company, shift: Shift, post: PostOffice
) -> None:
    post.answers["DATA"] = "451 later"
    warn_chen(company, shift)
    shift.works()
    assert ends(shift) == []
    assert OutboxQueries(company.database).counts() == {"open": 1}

    del post.answers["DATA"]
    shift.works()
    assert len(post.mail) == 1
    company.wait(seconds=6)
    shift.works()
    assert ends(shift) == [("Sent", "email", 2)]
    assert len({mail["Message-ID"] for mail in mails(post)}) == 1


def test_a_receiver_that_asks_to_wait_is_left_alone_as_long_as_it_asks(
    company: Company, shift: Shift, receiver: HTTPServer
) -> None:
    receiver.clear()
    receiver.expect_request("/kezhi").respond_with_data(
        "", status=503, headers={"Retry-After": "300"}
    )
    warn_chen(company, shift)
    shift.works()
    (key,) = keys(receiver)
    company.wait(seconds=299)
    shift.works()
    assert keys(receiver).count(key) == 1

    company.wait(seconds=2)
    shift.works()
    assert keys(receiver).count(key) == 2


def test_what_nobody_ever_takes_has_failed_in_the_end(
    company: Company, shift: Shift, receiver: HTTPServer
) -> None:
    receiver.clear()
    receiver.expect_request("/kezhi").respond_with_data("", status=500)
    complaint = warn_chen(company, shift)
    shift.works()
    company.does(commands.AssignComplaint(complaint_id=complaint, handler_id=company.li))
    company.does(commands.AcknowledgeComplaint(complaint_id=complaint))
    company.does(commands.PauseComplaint(complaint_id=complaint), why="等客户")
    for pause in LADDER:
        company.wait(seconds=pause * 1.2)
        shift.works()

    (failed,) = shift.events(Delivery.Failed)
    assert (failed.code, failed.attempts) == ("gave-up", len(LADDER))
    assert keys(receiver).count(str(failed.originator_id)) == len(LADDER)


def test_mail_whose_fate_nobody_knows_is_sent_again_and_said_to_be_unknown_in_the_end(
    company: Company, shift: Shift, post: PostOffice
) -> None:
    company.registers(company.chen, "王小明", promised_on=company.now.date() + timedelta(days=1))
    post.answers["DATA"] = CUT
    shift.project()
    company.wait(days=1)
    for _ in range(7):
        shift.works()
        company.wait(hours=3)

    (unknown,) = shift.events(Delivery.Unknown)
    assert unknown.recipient_id == company.chen
    assert unknown.attempts > 1
    assert len({mail["Message-ID"] for mail in mails(post)}) == 1


def test_an_address_that_is_refused_for_good_has_failed_at_once(
    company: Company, shift: Shift, post: PostOffice
) -> None:
    post.answers["RCPT"] = "550 no such user"
    warn_chen(company, shift)
    shift.works()

    (failed,) = shift.events(Delivery.Failed)
    assert (failed.code, failed.attempts) == ("recipient-refused", 1)


def test_a_webhook_that_is_gone_is_switched_off_and_its_owner_told(
    company: Company, shift: Shift, receiver: HTTPServer, post: PostOffice
) -> None:
    company.does(
        commands.ChooseNotifications(
            rep_id=company.chen, addresses=(a_webhook(receiver.url_for("/gone"), SECRET),)
        )
    )
    receiver.expect_request("/gone").respond_with_data("", status=410)
    warn_chen(company, shift)
    shift.works()
    shift.works()

    assert [e.code for e in shift.events(Delivery.Failed)] == ["gone"]
    (disabled,) = shift.events(Representative.ChannelDisabled)
    assert (disabled.channel, disabled.code) == ("webhook", "gone")
    assert disabled.actor == "kezhi/deliveries"
    assert "客志：您的网络回调已停用" in [mail["Subject"] for mail in mails(post)]


def test_nothing_is_sent_to_somebody_who_left(
    company: Company, shift: Shift, post: PostOffice
) -> None:
    warn_chen(company, shift)
    shift.project()
    shift.tick(job=shift.stage.deciding)
    company.does(
        commands.ChangeOwner(
            customer_id=shift.events(Complaint.Filed)[0].customer_id, owner_id=company.li
        ),
        why="离职",
    )
    company.does(commands.RemoveRepresentative(rep_id=company.chen))
    shift.works()

    (skipped,) = shift.events(Delivery.Skipped)
    assert skipped.reason == "left"
    assert post.mail == []


def test_without_a_mail_server_mail_is_skipped_and_not_kept_for_later(
    begin: Callable[..., Shift], company: Company
) -> None:
    shift = begin()
    warn_chen(company, shift)
    shift.works()

    assert [e.reason for e in shift.events(Delivery.Skipped)] == ["no-channel"]


def test_a_process_that_dies_while_sending_sends_again_under_the_same_key(
    company: Company, shift: Shift, receiver: HTTPServer
) -> None:
    warn_chen(company, shift)
    shift.project()
    shift.tick(job=shift.stage.deciding)
    shift.project()
    worklist = shift.stage.delivering.worklist
    (claimed,) = worklist.claim(company.now, list(shift.stage.delivering.lanes), 10)
    worklist.take([claimed.key], company.now)  # the request left, and then the process died
    shift.works()
    assert receiver.log == []

    company.wait(seconds=61)
    shift.works()
    ((request, _),) = receiver.log
    assert request.headers["webhook-id"] == str(claimed.key)
    assert ends(shift) == [("Sent", "webhook", 2)]


def test_doubled_hints_send_once(company: Company, shift: Shift, receiver: HTTPServer) -> None:
    warn_chen(company, shift)
    shift.project()
    shift.tick(job=shift.stage.deciding)
    shift.project()
    hints = CaughtHints()
    shift.tick(hints, job=shift.stage.delivering)
    hints.sent *= 3
    hints.heeded()

    assert len(receiver.log) == 1
    assert ends(shift) == [("Sent", "webhook", 1)]


def test_what_was_sent_is_not_sent_again_while_the_lists_are_behind(
    company: Company, shift: Shift, receiver: HTTPServer
) -> None:
    warn_chen(company, shift)
    shift.project()
    shift.tick(job=shift.stage.deciding)
    shift.project()
    for _ in range(3):
        shift.tick(job=shift.stage.delivering)
        company.wait(minutes=2)

    assert len(receiver.log) == 1
    assert ends(shift) == [("Sent", "webhook", 1)]
