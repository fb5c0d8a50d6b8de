from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest

from domain import commands
from domain.contact import Contact, ContactMethod
from domain.delivery import Delivery
from domain.grade import Grade
from domain.greeting import Greeting
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel
from projections.inbox.queries import InboxQueries
from projections.obligations.queries import ObligationQueries
from projections.occasions.projection import OccasionsProjection
from tests.integration.channels.post_office import CUT, opened
from tests.support.care import Company
from tests.support.shift import CaughtHints, Shift
from workers.decisions import deciding
from workers.settings import WorkSettings

BIRTHDAY = {"birthday": "1990-03-05", "email": "wang@example.com"}
"""Three days after the company's Monday."""


@pytest.fixture(autouse=True)
def only_birthdays(company: Company) -> None:
    company.does(
        commands.AmendPolicy(
            kind=PolicyKind.GREETINGS, content={"occasions": ["birthday"], "spread_minutes": 0}
        )
    )


def a_customer(company: Company, name: str = "王小明", **fields: Any) -> UUID:
    """Register a customer who says yes to mail."""
    customer = company.registers(company.chen, name, **{**BIRTHDAY, **fields})
    company.does(
        commands.ChooseCare(customer_id=customer, choices={"consents": {"email": True}}),
        why="form",
    )
    return customer


def decided(shift: Shift) -> list[Any]:
    return shift.events(Greeting.Decided)


def morning(company: Company, shift: Shift, on: date = date(2026, 3, 5)) -> None:
    """Let the morning of a day come, in Shanghai, and do what is due then."""
    shift.project()
    company.now = datetime(on.year, on.month, on.day, 1, 0, 1, tzinfo=UTC)
    shift.works()


def test_a_customer_is_greeted_on_his_birthday_and_next_year_again(
    company: Company, shift: Shift
) -> None:
    customer = a_customer(company)
    morning(company, shift)

    (issued,) = decided(shift)
    assert isinstance(issued, Greeting.Issued)
    assert (issued.customer_id, issued.occasion, issued.year) == (customer, "birthday", "2026")
    assert (issued.channel, issued.language) == ("email", "zh")
    (owed,) = ObligationQueries(company.database, "occasions").about(customer)
    assert owed.day == date(2027, 3, 5)
    morning(company, shift)
    assert len(decided(shift)) == 1


def test_his_morning_is_where_he_lives(company: Company, shift: Shift) -> None:
    customer = a_customer(company)
    company.does(commands.ChooseCare(customer_id=customer, choices={"zone": "Pacific/Honolulu"}))
    morning(company, shift)
    assert decided(shift) == []
    company.now = datetime(2026, 3, 5, 19, 0, tzinfo=UTC)
    shift.works()

    assert len(decided(shift)) == 1


def complain(company: Company, customer: UUID) -> None:
    company.does(
        commands.FileComplaint(customer_id=customer, channel=ComplaintChannel.PHONE, summary="货损")
    )


def contact(company: Company, customer: UUID) -> None:
    said = Contact(contacted_on=date(2026, 3, 2), method=ContactMethod.PHONE)
    company.does(commands.RecordContact(customer_id=customer, contact=said), company.chen)


def refuse(company: Company, customer: UUID) -> None:
    company.does(commands.ChooseCare(customer_id=customer, choices={"consents": {"email": False}}))


def opt_out(company: Company, customer: UUID) -> None:
    company.does(commands.ChooseCare(customer_id=customer, choices={"wants_greetings": False}))


def bury(company: Company, customer: UUID) -> None:
    company.does(commands.RegradeCustomer(customer_id=customer, grade=Grade.E), company.chen)


def lose_address(company: Company, customer: UUID) -> None:
    company.does(
        commands.CorrectCustomer(customer_id=customer, card={"email": ""}, classification={}),
        why="bounced",
    )


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (complain, "open-complaint"),
        (contact, "contacted-lately"),
        (refuse, "no-consent"),
        (opt_out, "opted-out"),
        (bury, "dead"),
        (lose_address, "no-address"),
    ],
)
def test_who_is_not_greeted_is_on_record_with_the_reason(
    company: Company, shift: Shift, happens: Any, reason: str
) -> None:
    customer = a_customer(company)
    if happens is contact:
        company.now += timedelta(hours=1)
        company.does(
            commands.AmendPolicy(kind=PolicyKind.GREETINGS, content={"quiet_days": 7}), why="often"
        )
    happens(company, customer)
    morning(company, shift)

    (skipped,) = decided(shift)
    assert isinstance(skipped, Greeting.Skipped)
    assert skipped.reason == reason


def test_a_dead_customer_who_opted_in_is_greeted(company: Company, shift: Shift) -> None:
    """X3."""
    customer = a_customer(company)
    bury(company, customer)
    company.does(commands.ChooseCare(customer_id=customer, choices={"wants_greetings": True}))
    morning(company, shift)

    assert isinstance(decided(shift)[0], Greeting.Issued)


def test_what_was_missed_while_we_were_down_is_skipped_and_never_sent_later(
    company: Company, shift: Shift
) -> None:
    a_customer(company)
    shift.project()
    company.now = datetime(2026, 3, 8, 1, 0, tzinfo=UTC)
    shift.works()

    (skipped,) = decided(shift)
    assert (skipped.reason, skipped.on) == ("missed-window", date(2026, 3, 5))
    assert skipped.due_at == datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


def test_later_the_same_day_he_is_still_greeted(company: Company, shift: Shift) -> None:
    a_customer(company)
    shift.project()
    company.now = datetime(2026, 3, 5, 11, 59, tzinfo=UTC)
    shift.works()

    assert isinstance(decided(shift)[0], Greeting.Issued)


def test_hints_that_come_twice_and_workers_that_race_greet_once(
    company: Company, shift: Shift
) -> None:
    for number in range(5):
        a_customer(company, f"王小明{number}")
    shift.project()
    company.now = datetime(2026, 3, 5, 1, 0, 1, tzinfo=UTC)
    hints = CaughtHints()
    shift.tick(hints, job=shift.stage.greeting)
    for job, _, keys in [*hints.sent, *hints.sent]:
        job.run(keys)

    assert len(decided(shift)) == len({each.originator_id for each in decided(shift)}) == 5


def test_greetings_leave_the_machine_to_others_for_a_part_of_each_second(
    begin: Callable[..., Shift], company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    monkeypatch.setattr(deciding, "sleep", rests.append)
    shift = begin(work=WorkSettings(bulk_decisions_a_second=1))
    for number in range(50):
        a_customer(company, f"客户{number}")

    morning(company, shift)

    # Fifty of them may take fifty seconds, less what it took to decide them; nothing else rests.
    assert 30 < max(rests) < 50
    assert [rest for rest in rests if rest] == [max(rests)]
    assert len(decided(shift)) == 50


def test_he_reads_it_in_his_language_and_nobody_else_does(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        shift = begin(mail_port=post.port)
        customer = a_customer(company)
        company.does(commands.ChooseCare(customer_id=customer, choices={"language": "en"}))
        morning(company, shift)
        mail = [message_from_bytes(m.content, policy=policy.default) for m in post.mail]

    greetings = [each for each in mail if each["To"] == "wang@example.com"]
    assert [each["Subject"] for each in greetings] == ["Happy birthday, 王小明"]
    assert greetings[0].get_content().rstrip().endswith("Chen")
    (sent,) = [each for each in shift.events(Delivery.Sent) if each.recipient_id == customer]
    assert sent.channel == "email"
    assert InboxQueries(company.database).unread_count(customer) == 0


def test_nothing_leaves_after_he_took_his_consent_back(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        shift = begin(mail_port=post.port)
        customer = a_customer(company)
        shift.project()
        company.now = datetime(2026, 3, 5, 1, 0, 1, tzinfo=UTC)
        shift.tick(job=shift.stage.greeting)
        refuse(company, customer)
        shift.works()

        assert "wang@example.com" not in str([m.rcpt_tos for m in post.mail])
    (skipped,) = [e for e in shift.events(Delivery.Skipped) if e.recipient_id == customer]
    assert skipped.reason == "no-consent"


def test_a_greeting_that_may_have_arrived_is_never_sent_again(
    begin: Callable[..., Shift], company: Company
) -> None:
    with opened() as post:
        post.answers["DATA"] = CUT
        shift = begin(mail_port=post.port)
        customer = a_customer(company)
        morning(company, shift)
        post.answers.clear()
        for _ in range(3):
            company.wait(hours=1)
            shift.works()

        sent = [m for m in post.mail if "wang@example.com" in m.rcpt_tos]
    (unknown,) = [e for e in shift.events(Delivery.Ended) if e.recipient_id == customer]
    assert isinstance(unknown, Delivery.Unknown)
    assert len(sent) == 1


def test_rebuilt_the_occasions_are_the_same(company: Company, shift: Shift) -> None:
    a_customer(company)
    customer = a_customer(company, "李小红", birthday="1991-07-01")
    company.does(
        commands.CorrectCustomer(
            customer_id=customer, card={"birthday": "1991-08-01"}, classification={}
        ),
        why="asked him",
    )
    company.does(commands.ChooseCare(customer_id=customer, choices={"zone": "Europe/Berlin"}))
    morning(company, shift)
    before = rows(company)
    company.rebuild(OccasionsProjection)

    assert rows(company) == before
    assert len(before) == 2


def rows(company: Company) -> list[Any]:
    with company.database.connection() as connection:
        return connection.execute(
            "SELECT key, customer_id, day, due_at, payload FROM occasions.obligation ORDER BY key"
        ).fetchall()
