"""What strangers and customers write by themselves: page, mail, and what managers do with it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from api.intake_tickets import Ticket, Use
from domain import aftercare_commands
from domain.access import Role, Scope
from domain.complaint import Complaint
from domain.intake_item import IntakeItem
from domain.task import Task
from tests.support.http import Caller, Front
from tests.support.problems import problem_of

MAIL = {"message_id": "<1@example.com>", "sender": "zhou@example.com", "text": "请寄目录"}


class Visitor:
    """Somebody with a browser and no token."""

    def __init__(self, front: Front, form_id: UUID | str, address: str = "192.0.2.1") -> None:
        self.front = front
        self.path = f"/intake/{form_id}"
        self._client = front.app.test_client()
        self._from = {"REMOTE_ADDR": address}

    def opens(self, query: str = "", language: str = "en") -> TestResponse:
        headers = {"Accept-Language": language}
        return self._client.get(self.path + query, headers=headers, environ_overrides=self._from)

    def ticket(self, query: str = "") -> str:
        found = re.search(r'name="ticket" value="([^"]+)"', self.opens(query).text)
        assert found
        return found[1]

    def sends(self, text: str = "颜色偏深", query: str = "", **fields: str) -> TestResponse:
        data = {"ticket": self.ticket(query), "text": text, **fields}
        return self._client.post(self.path, data=data, environ_overrides=self._from)

    def mails(self, body: dict[str, Any], secret: str, **changes: Any) -> TestResponse:
        raw = json.dumps(body)
        at = datetime.now(UTC) + changes.pop("late_by", timedelta())
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign("msg_1", at, raw),
            **changes,
        }
        return self._client.post(
            f"{self.path}/mail", data=raw, content_type="application/json", headers=headers
        )


@pytest.fixture
def form_id(front: Front) -> UUID:
    company = front.company
    command = aftercare_commands.OpenIntakeForm(label="官网", manager_id=company.zhao)
    return company.does(command).subject_id


@pytest.fixture
def visitor(front: Front, form_id: UUID) -> Visitor:
    return Visitor(front, form_id)


@pytest.fixture
def qian(front: Front) -> Caller:
    """Qian, the administrator."""
    return front.caller(front.company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL))


def events(front: Front, *kinds: type[Any]) -> list[Any]:
    log = front.company.log
    found = log.mapper.to_domain_events(log.recorder.select_notifications(1, 10_000))
    return [event for event in found if isinstance(event, kinds)]


def a_customer(front: Front, **fields: Any) -> UUID:
    return front.company.registers(front.company.chen, "王小明", phones=("13800138000",), **fields)


# The page


def test_the_page_needs_no_token_no_script_and_nothing_from_elsewhere(visitor: Visitor) -> None:
    response = visitor.opens()

    assert response.status_code == 200
    assert response.mimetype == "text/html"
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self'")
    assert "<script" not in response.text
    assert "style=" not in response.text
    assert not re.search(r"https?://", response.text)
    assert "Set-Cookie" not in response.headers
    with visitor._client.get("/intake/style.css") as sheet:
        assert (sheet.status_code, sheet.mimetype) == (200, "text/css")


@pytest.mark.parametrize(
    ("query", "accepted", "title"),
    [("", "en", "Write to us"), ("", "zh-CN", "给我们留言"), ("?lang=zh", "en", "给我们留言"),
     ("?lang=en", "zh-CN", "Write to us"), ("?lang=fr", "en", "Write to us")],
)  # fmt: skip
def test_the_page_speaks_both_languages(
    visitor: Visitor, query: str, accepted: str, title: str
) -> None:
    assert f"<h1>{title}</h1>" in visitor.opens(query, accepted).text


def test_a_page_that_is_not_there_or_not_any_more_is_told_alike(
    front: Front, visitor: Visitor, form_id: UUID
) -> None:
    ticket = visitor.ticket()
    front.company.does(aftercare_commands.RevokeIntakeForm(form_id=form_id))
    revoked, absent = visitor.opens(), Visitor(front, uuid4()).opens()
    posted = visitor._client.post(visitor.path, data={"ticket": ticket, "text": "x"})

    assert (revoked.status_code, absent.status_code, posted.status_code) == (404, 404, 404)
    assert revoked.text == absent.text == posted.text


def test_a_known_person_and_a_stranger_get_the_same_answer(front: Front, visitor: Visitor) -> None:
    customer_id = a_customer(front)
    known = visitor.sends("颜色偏深", phone="138 0013 8000", name="王小明")
    stranger = visitor.sends("请寄目录", phone="139 0013 9000", name="周先生")

    assert known.status_code == stranger.status_code == 202
    assert known.text == stranger.text
    assert "Thank you" in known.text
    (task,) = events(front, Task.Opened)
    (item,) = events(front, IntakeItem.Received)
    assert (task.customer_id, task.owner_id, task.kind) == (
        customer_id, front.company.chen, "feedback",
    )  # fmt: skip
    assert (task.through, task.actor) == ("intake", "kezhi/intake")
    assert (item.text, item.name) == ("请寄目录", "周先生")


def test_the_owner_is_told_and_a_manager_of_strangers(
    front: Front, visitor: Visitor, chen: Caller, zhao: Caller
) -> None:
    a_customer(front)
    visitor.sends("颜色偏深", phone="13800138000")
    visitor.sends("三箱开裂", phone="13800138000", complaint="yes")
    visitor.sends("请寄目录")
    front.settle()

    chens = [item["kind"] for item in chen.get("/inbox").get_json()["items"]]
    assert sorted(chens) == ["complaint", "task"]
    assert [item["kind"] for item in zhao.get("/inbox").get_json()["items"]] == ["intake"]
    (filed,) = events(front, Complaint.Filed)
    assert (filed.channel, filed.summary) == ("online", "三箱开裂")


def test_sending_a_page_twice_takes_the_message_in_once(front: Front, visitor: Visitor) -> None:
    a_customer(front)
    ticket = visitor.ticket()
    for _ in range(2):
        assert visitor.sends("颜色偏深", phone="13800138000", ticket=ticket).status_code == 202

    assert len(events(front, Task.Opened)) == 1


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(
    front: Front, visitor: Visitor
) -> None:
    people = visitor.sends("请寄目录")
    before = front.head
    program = visitor.sends("buy", website="https://example.com")

    assert (program.status_code, program.text) == (202, people.text)
    assert front.head == before


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": " \n "}, "Please write a message."),
        ({"text": "x" * 4_001}, "This is too long; please shorten it."),
        ({"text": "a\0b"}, "This holds control characters we cannot take."),
        ({"text": "hi", "name": "x" * 101}, "This is too long; please shorten it."),
        ({"text": "hi", "ticket": "forged"}, "This page was open too long; please send it again."),
    ],
)
def test_what_cannot_be_taken_is_told_and_what_was_typed_is_kept(
    front: Front, visitor: Visitor, fields: dict[str, str], says: str
) -> None:
    before = front.head
    response = visitor.sends(**{"phone": "13800138000", **fields})

    assert response.status_code == 422
    assert f'role="alert">{says}' in response.text
    assert 'value="13800138000"' in response.text
    assert front.head == before


def test_what_somebody_typed_is_only_text(visitor: Visitor) -> None:
    response = visitor.sends("", name='"><script>alert(1)</script>')

    assert "<script>" not in response.text


def test_a_page_that_was_open_too_long_is_sent_again(front: Front, visitor: Visitor) -> None:
    ticket = visitor.ticket()
    front.company.wait(hours=13)
    late = visitor.sends("请寄目录", ticket=ticket)
    fresh = re.search(r'name="ticket" value="([^"]+)"', late.text)

    assert late.status_code == 422
    assert "请寄目录</textarea>" in late.text
    assert fresh
    assert visitor.sends("请寄目录", ticket=fresh[1]).status_code == 202


def test_a_customers_own_link_tells_who_he_is(front: Front, visitor: Visitor, chen: Caller) -> None:
    customer_id = a_customer(front)
    body = {"form_id": visitor.path.rpartition("/")[2], "days": 7}
    link = chen.post(f"/customers/{customer_id}/intake-links", body).get_json()
    query = "?" + link["page"].partition("?")[2]
    page = visitor.opens(query)

    assert link["expires_at"] == "2026-03-09T01:30:00Z"
    assert 'name="phone"' not in page.text
    assert "王小明" not in page.text
    assert visitor.sends("颜色偏深", query).status_code == 202
    (task,) = events(front, Task.Opened)
    assert (task.customer_id, task.details) == (customer_id, "颜色偏深")


def test_a_link_is_void_in_time_or_when_it_was_changed(
    front: Front, visitor: Visitor, form_id: UUID
) -> None:
    customer_id = a_customer(front)
    tickets = front.service.tickets
    ticket = Ticket.fresh(Use.LINK, customer_id, front.company.now + timedelta(days=1))
    sealed = tickets.seal(ticket, form_id)
    assert 'name="phone"' not in visitor.opens(f"?c={sealed}").text

    front.company.wait(days=1)
    # Whoever holds it may write all the same, as anybody may.
    for query in (f"?c={sealed}", "?c=forged", f"?c={sealed[::-1]}"):
        assert 'name="phone"' in visitor.opens(query).text


def test_from_one_address_and_for_one_form_only_so_many_come_in(
    front: Front, visitor: Visitor, form_id: UUID
) -> None:
    limits = front.service.intake_limits
    for _ in range(limits.per_address):
        assert visitor.sends().status_code == 202
    before = front.head
    refused = visitor.sends()

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert "please try again later" in refused.text
    assert front.head == before
    neighbour = Visitor(front, form_id, "2001:db8::1")
    assert neighbour.sends().status_code == 202
    front.company.wait(hours=1)
    assert visitor.sends().status_code == 202


def test_who_asks_for_forms_that_there_are_not_fills_no_counters(
    front: Front, visitor: Visitor
) -> None:
    def counted() -> Any:
        with front.company.database.connection() as connection:
            return connection.execute("SELECT count(*) FROM counters.hourly").fetchone()

    visitor.sends()
    before = counted()
    visitor._client.post(f"/intake/{uuid4()}", environ_overrides=visitor._from)

    assert counted() == before


# Mail


def test_mail_is_taken_in_once_when_it_is_signed(front: Front, visitor: Visitor) -> None:
    customer_id = a_customer(front, email="Wang@example.com")
    secret = front.service.tickets.mail_secret(UUID(visitor.path.rpartition("/")[2]))
    letter = {**MAIL, "sender": "wang@example.com", "subject": "颜色", "text": "偏深\n换一批"}
    front.settle()
    for _ in range(2):
        response = visitor.mails(letter, secret)
        assert (response.status_code, response.get_json()) == (202, {"accepted": True})
    stranger = visitor.mails({**MAIL, "message_id": "<2@example.com>"}, secret)

    assert stranger.get_json() == {"accepted": True}
    (task,) = events(front, Task.Opened)
    (item,) = events(front, IntakeItem.Received)
    assert (task.customer_id, task.summary) == (customer_id, "颜色")
    assert task.details == "颜色\n偏深\n换一批\n\n— wang@example.com"
    assert (item.channel, item.email, item.text) == ("email", "zhou@example.com", "请寄目录")


def test_a_long_mail_is_cut_and_not_lost(front: Front, visitor: Visitor) -> None:
    secret = front.service.tickets.mail_secret(UUID(visitor.path.rpartition("/")[2]))
    response = visitor.mails({**MAIL, "text": "长" * 15_000}, secret)
    (item,) = events(front, IntakeItem.Received)

    assert response.status_code == 202
    assert (len(item.text), item.text[-1]) == (10_000, "…")


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": "soon"},
        {"late_by": timedelta(minutes=-6)},
    ],
)
def test_mail_that_is_not_signed_right_is_refused(
    front: Front, visitor: Visitor, changes: dict[str, Any]
) -> None:
    secret = front.service.tickets.mail_secret(UUID(visitor.path.rpartition("/")[2]))
    before = front.head

    problem_of(visitor.mails(MAIL, secret, **changes), 401, "unauthenticated")
    assert front.head == before


def test_mail_to_a_form_that_was_revoked_is_refused_as_if_there_were_none(
    front: Front, visitor: Visitor, form_id: UUID
) -> None:
    secret = front.service.tickets.mail_secret(form_id)
    front.company.does(aftercare_commands.RevokeIntakeForm(form_id=form_id))

    problem_of(visitor.mails(MAIL, secret), 401, "unauthenticated")


# Those who work here


def test_a_form_is_opened_listed_and_revoked(front: Front, qian: Caller, chen: Caller) -> None:
    body = {"label": "官网留言", "manager_id": str(front.company.zhao)}
    form = qian.post("/intake-forms", body).get_json()
    front.settle()
    (row,) = qian.get("/intake-forms").get_json()["items"]
    revoked = qian.post(f"/intake-forms/{form['id']}/revocation", None, if_match=1)

    assert form["page"] == f"/intake/{form['id']}"
    assert form["mail_secret"].startswith("whsec_")
    assert (row["form_id"], row["label"]) == (form["id"], "官网留言")
    assert revoked.get_json()["is_open"] is False
    problem_of(chen.post("/intake-forms", body), 403, "forbidden")
    link = {"form_id": form["id"]}
    path = f"/customers/{a_customer(front)}/intake-links"
    told = problem_of(chen.post(path, link), 422, "invalid")
    assert told["errors"][0]["pointer"] == "/form_id"


def test_a_manager_says_whose_a_message_is_or_puts_it_aside(
    front: Front, visitor: Visitor, zhao: Caller, chen: Caller
) -> None:
    customer_id = a_customer(front)
    visitor.sends("颜色偏深", name="王太太")
    front.company.wait(minutes=1)
    visitor.sends("买我的产品")
    front.settle()
    problem_of(chen.get("/intake"), 403, "forbidden")
    page = zhao.get("/intake", limit=1).get_json()
    rest = zhao.get("/intake", limit=1, cursor=page["next_cursor"]).get_json()
    (mine,), (spam,) = page["items"], rest["items"]
    assert (mine["text"], mine["name"], spam["text"]) == ("颜色偏深", "王太太", "买我的产品")

    path = f"/intake/{mine['item_id']}/assignment"
    assigned = zhao.post(path, {"customer_id": str(customer_id)}, if_match=mine["version"])
    dropped = zhao.post(f"/intake/{spam['item_id']}/drop", {"reason": "广告"}, if_match=1)
    again = zhao.post(path, {"customer_id": str(customer_id)}, if_match=2)
    front.settle()

    assert assigned.get_json()["state"] == "assigned"
    assert dropped.get_json()["state"] == "dropped"
    problem_of(again, 409, "already-over")
    assert zhao.get("/intake").get_json()["items"] == []
    (done,) = zhao.get("/intake", state="assigned").get_json()["items"]
    assert done["customer_id"] == str(customer_id)
    (task,) = chen.get("/tasks").get_json()["items"]
    assert (task["task_id"], task["summary"]) == (done["task_id"], "颜色偏深")
    topics = [
        entry["topic"]
        for entry in chen.get(f"/customers/{customer_id}/history").get_json()["items"]
    ]
    assert "intake_item.assigned" in topics
