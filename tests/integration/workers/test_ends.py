"""How messages end when nobody knows, when somebody has enough, and when an endpoint is dead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from domain import commands
from domain.channel import Channel
from domain.complaint import Complaint
from domain.delivery import Delivery
from domain.representative import Representative
from projections.intents import INTENTS
from tests.integration.channels.post_office import PostOffice, opened
from tests.integration.channels.raw_receiver import listening, read_request
from tests.support.care import Company
from tests.support.examples import a_webhook
from tests.support.shift import SECRET, Shift
from workers.channels.retry_ladder import LADDER
from workers.outlets import WEBHOOK_TYPES
from workers.settings import WorkSettings


@pytest.fixture
def post() -> Iterator[PostOffice]:
    """A mail server."""
    with opened() as office:
        yield office


@pytest.fixture
def greetings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Assignments are told as greetings are: by webhook, and under their kind."""
    told = INTENTS[Complaint.Assigned]
    monkeypatch.setitem(
        INTENTS,
        Complaint.Assigned,
        lambda event: replace(told(event), kind="greeting", channels=(Channel.WEBHOOK,)),
    )
    monkeypatch.setitem(WEBHOOK_TYPES, "greeting", "greeting.sent")


def hook(company: Company, url: str, *, wants_email: bool = False) -> None:
    """Have Chen's webhooks sent to `url`."""
    company.does(
        commands.ChooseNotifications(
            rep_id=company.chen, wants_email=wants_email, addresses=(a_webhook(url, SECRET),)
        )
    )
    company.wait(seconds=1)


def assign(company: Company, shift: Shift, number: int = 0) -> None:
    """Give Chen a complaint, which is told him at once; nothing of it escalates."""
    complaint = shift.complains(company.registers(company.li, f"客户{number}"), severity=None)
    company.does(commands.AssignComplaint(complaint_id=complaint, handler_id=company.chen))
    company.does(commands.AcknowledgeComplaint(complaint_id=complaint))
    company.does(commands.PauseComplaint(complaint_id=complaint), why="等客户")


def ends(shift: Shift) -> list[tuple[str, int]]:
    return [(type(e).__name__, e.attempts) for e in shift.events(Delivery.Ended)]


@pytest.mark.usefixtures("greetings")
def test_a_greeting_that_may_have_arrived_is_never_sent_again_by_itself(
    company: Company, shift: Shift
) -> None:
    received: list[bytes] = []
    with listening(lambda connection: received.append(read_request(connection))) as port:
        hook(company, f"http://127.0.0.1:{port}/")
        assign(company, shift)
        shift.works()
        for pause in LADDER:
            company.wait(seconds=pause * 1.2)
            shift.works()

    assert ends(shift) == [("Unknown", 1)]
    assert len(received) == 1


@pytest.mark.usefixtures("greetings")
def test_a_greeting_that_surely_did_not_arrive_is_sent_again(
    company: Company, shift: Shift, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request("/kezhi").respond_with_data("", status=503)
    httpserver.expect_ordered_request("/kezhi").respond_with_data("")
    hook(company, httpserver.url_for("/kezhi"))
    assign(company, shift)
    shift.works()
    company.wait(seconds=6)
    shift.works()

    assert ends(shift) == [("Sent", 2)]


@pytest.mark.usefixtures("greetings")
def test_a_greeting_whose_process_died_is_left_to_a_person(
    company: Company, shift: Shift, httpserver: HTTPServer
) -> None:
    hook(company, httpserver.url_for("/kezhi"))
    assign(company, shift)
    shift.project()
    worklist = shift.stage.delivering.worklist
    (claimed,) = worklist.claim(company.now, list(shift.stage.delivering.lanes), 10)
    worklist.take([claimed.key], company.now)  # the request left, or not, and the process died
    company.wait(seconds=61)
    shift.works()

    assert ends(shift) == [("Unknown", 1)]
    assert httpserver.log == []


@pytest.mark.usefixtures("greetings")
def test_a_greeting_whose_end_could_not_be_written_down_is_left_to_a_person(
    company: Company, shift: Shift, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psycopg import OperationalError  # noqa: PLC0415 - what a database says that is away

    httpserver.expect_request("/kezhi").respond_with_data("")
    hook(company, httpserver.url_for("/kezhi"))
    assign(company, shift)
    shift.project()

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as trouble:
        trouble.setattr(shift.stage.delivering._ends, "record", away)
        with pytest.raises(OperationalError):
            shift.tick(job=shift.stage.delivering)
    company.wait(seconds=61)
    shift.works()

    assert ends(shift) == [("Unknown", 1)]
    assert len(httpserver.log) == 1


@pytest.mark.usefixtures("greetings")
def test_nobody_is_greeted_more_often_in_a_day_than_he_may(
    begin: Callable[..., Shift], company: Company, httpserver: HTTPServer
) -> None:
    shift = begin(work=WorkSettings(customer_daily_cap=2))
    httpserver.expect_request("/kezhi").respond_with_data("")
    hook(company, httpserver.url_for("/kezhi"))
    for number in range(3):
        assign(company, shift, number)
        shift.works()
    assert sorted(ends(shift)) == [("Sent", 1), ("Sent", 1), ("Skipped", 0)]
    assert [e.reason for e in shift.events(Delivery.Skipped)] == ["daily-cap"]

    # Midnight in Shanghai is what makes a day.
    company.now = company.now.replace(hour=15, minute=59)
    assign(company, shift, 3)
    shift.works()
    assert len(shift.events(Delivery.Skipped)) == 2
    company.now += timedelta(minutes=2)
    assign(company, shift, 4)
    shift.works()
    assert len(shift.events(Delivery.Sent)) == 3


def test_nobody_has_enough_of_what_is_urgent(
    begin: Callable[..., Shift], company: Company, post: PostOffice
) -> None:
    shift = begin(mail_port=post.port, work=WorkSettings(customer_daily_cap=1))
    for number in range(4):
        assign(company, shift, number)
    shift.works()

    assert ends(shift) == [("Sent", 1)] * 4


def test_a_webhook_that_fails_for_days_is_given_up_and_its_owner_told(
    begin: Callable[..., Shift], company: Company, httpserver: HTTPServer, post: PostOffice
) -> None:
    shift = begin(mail_port=post.port)
    httpserver.expect_request("/kezhi").respond_with_data("", status=500)
    hook(company, httpserver.url_for("/kezhi"), wants_email=True)
    complaint = shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=23)
    shift.works()
    company.does(commands.AssignComplaint(complaint_id=complaint, handler_id=company.li))
    company.does(commands.AcknowledgeComplaint(complaint_id=complaint))
    company.does(commands.PauseComplaint(complaint_id=complaint), why="等客户")
    for pause in LADDER[:-1]:
        company.wait(seconds=pause * 1.2)
        shift.works()
    assert shift.events(Representative.ChannelDisabled) == []

    company.wait(seconds=LADDER[-1] * 1.2)
    shift.works()
    (disabled,) = shift.events(Representative.ChannelDisabled)
    assert (disabled.channel, disabled.code) == ("webhook", "failing")
    shift.works()
    assert "客志：您的网络回调已停用" in [
        message_from_bytes(mail.content, policy=policy.default)["Subject"] for mail in post.mail
    ]


@pytest.fixture
def moody(httpserver: HTTPServer) -> dict[str, Any]:
    """A receiver at /kezhi that answers with the status it is told."""
    mood: dict[str, Any] = {"status": 410}

    def serve(_: Request) -> Response:
        if action := mood.pop("meanwhile", None):
            action()
        return Response(status=mood["status"])

    httpserver.expect_request("/kezhi").respond_with_handler(serve)
    return mood


def test_an_address_that_was_changed_while_the_old_one_failed_stays(
    company: Company, shift: Shift, httpserver: HTTPServer, moody: dict[str, Any]
) -> None:
    hook(company, httpserver.url_for("/kezhi"))
    moody["meanwhile"] = lambda: hook(company, httpserver.url_for("/newer"))
    shift.complains(company.registers(company.chen, "王小明"))
    company.wait(minutes=23)
    shift.works()

    assert [e.code for e in shift.events(Delivery.Failed)] == ["gone"]
    assert shift.events(Representative.ChannelDisabled) == []
    assert company.log.get(company.chen).addresses == {
        Channel.WEBHOOK: httpserver.url_for("/newer")
    }


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Assignments live for a day, as lists of the day do."""
    told = INTENTS[Complaint.Assigned]
    monkeypatch.setitem(
        INTENTS,
        Complaint.Assigned,
        lambda event: replace(
            told(event),
            kind="item",
            channels=(Channel.WEBHOOK,),
            expires_at=event.timestamp + timedelta(hours=24),
        ),
    )


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize("recovers", [False, True])
def test_an_endpoint_is_dead_when_nothing_gets_through_for_days_however_short_messages_live(
    company: Company,
    shift: Shift,
    httpserver: HTTPServer,
    moody: dict[str, Any],
    *,
    recovers: bool,
) -> None:
    hook(company, httpserver.url_for("/kezhi"))
    moody["status"] = 500
    for day in range(4):
        if recovers:
            moody["status"] = 200 if day == 2 else 500
        assign(company, shift, day)
        assert shift.events(Representative.ChannelDisabled) == []
        for _ in range(8):
            shift.works()
            company.wait(hours=3)

    disabled = [(e.channel, e.code) for e in shift.events(Representative.ChannelDisabled)]
    assert disabled == ([] if recovers else [("webhook", "failing")])


def test_a_mail_address_is_not_given_up(begin: Callable[..., Shift], company: Company) -> None:
    with opened() as office:
        shift = begin(mail_port=office.port)
        no_address = company.joins("sun", email="nobody at all")
        complaint = shift.complains(company.registers(company.li, "王小明"), severity=None)
        company.does(commands.AssignComplaint(complaint_id=complaint, handler_id=no_address))
        shift.works()

    assert [e.code for e in shift.events(Delivery.Failed)] == ["bad-address"]
    assert shift.events(Representative.ChannelDisabled) == []
