from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from domain import commands
from domain.access import Principal
from domain.contact import Contact, ContactMethod
from domain.delivery import Delivery, delivery_key
from domain.grade import Grade
from domain.ids import new_id
from domain.priority import ComplaintChannel
from domain.provenance import Provenance, signing
from domain.reminder import Reminder
from projections.journal.history import HistoryReader
from projections.journal.projection import JournalProjection
from tests.support.care import Company


@pytest.fixture
def history(company: Company) -> HistoryReader:
    company.project(JournalProjection)
    return HistoryReader(company.log, company.database)


@pytest.fixture
def customer_id(company: Company) -> UUID:
    """A customer with something in every kind of stream that can be about him."""
    customer_id = company.registers(company.chen, "王小明", phones=("13800138000",))
    company.wait(hours=1)
    contact = Contact(
        contacted_on=company.now.date(),
        method=ContactMethod.VISIT,
        text="看了样品",
        grade=Grade.B,
        promised_on=company.now.date() + timedelta(days=3),
    )
    company.does(commands.RecordContact(customer_id=customer_id, contact=contact), company.chen)
    company.does(
        commands.FileComplaint(
            customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="漏水"
        ),
        company.chen,
    )
    worker = Provenance(
        principal=Principal.system("worker"), at=company.now, through="worker", correlation=new_id()
    )
    with signing(worker):
        reminder = Reminder.item(
            rep_id=company.chen,
            customer_id=customer_id,
            due_on=company.now.date(),
            due_at=company.now,
        )
        sent = Delivery.begin(
            Delivery.Sent,
            id=delivery_key(reminder.id, 1, "webhook", company.chen),
            intent_id=reminder.id,
            intent_version=1,
            customer_id=customer_id,
            recipient_id=company.chen,
            channel="webhook",
            attempts=1,
            provider_id="r-1",
        )
    company.log.append([*reminder.collect_events(), *sent.collect_events()])
    company.registers(company.li, "李雷", phones=("13900139000",))
    company.project(JournalProjection)
    return customer_id


def test_every_stream_about_a_customer_is_in_his_history_in_log_order(
    history: HistoryReader, customer_id: UUID
) -> None:
    entries = history.page(customer_id, newest_first=False)

    assert [entry.topic for entry in entries] == [
        "customer.created",
        "identity.claimed",
        "customer.contacted",
        "complaint.filed",
        "reminder.item_issued",
        "delivery.sent",
    ]
    assert [entry.position for entry in entries] == sorted(entry.position for entry in entries)
    assert [entry.is_system for entry in entries] == [False] * 4 + [True] * 2


def test_an_entry_says_who_did_what_when_through_what_and_why(
    company: Company, history: HistoryReader, customer_id: UUID
) -> None:
    company.does(
        commands.CorrectCustomer(customer_id=customer_id, card={"wechat": "wxm"}),
        company.chen,
        why="名片上写着",
    )
    company.project(JournalProjection)
    (entry,) = history.page(customer_id, limit=1)

    assert (entry.stream_id, entry.version) == (customer_id, 3)
    assert (entry.topic, entry.recorded_at) == ("customer.card_corrected", company.now)
    assert (entry.actor, entry.through, entry.why) == (str(company.chen), "test", "名片上写着")
    assert isinstance(entry.correlation, UUID)
    assert entry.facts is not None
    assert (entry.facts["changed"], entry.facts["after"]) == (["wechat"], {"wechat": "wxm"})


def test_facts_are_plain_values_and_decrypted(history: HistoryReader, customer_id: UUID) -> None:
    contacted = next(e for e in history.page(customer_id) if e.topic == "customer.contacted")

    assert contacted.facts is not None
    assert contacted.facts["text"] == "看了样品"
    assert contacted.facts["contacted_on"] == "2026-03-02"
    assert contacted.facts["due"]["on"] == "2026-03-05"
    assert contacted.facts["due"]["rule"] == "promise"
    assert "timestamp" not in contacted.facts


def test_a_history_is_paged_in_both_directions(history: HistoryReader, customer_id: UUID) -> None:
    whole = history.page(customer_id)
    newer = history.page(customer_id, limit=4)
    older = history.page(customer_id, after_position=newer[-1].position, limit=4)

    assert newer + older == whole
    assert history.page(customer_id, newest_first=False) == whole[::-1]
    begin = history.page(customer_id, limit=4, newest_first=False)
    rest = history.page(customer_id, after_position=begin[-1].position, limit=4, newest_first=False)
    assert begin + rest == whole[::-1]
    assert history.page(new_id()) == []


def test_one_kind_of_stream_can_be_asked_for(history: HistoryReader, customer_id: UUID) -> None:
    assert [e.topic for e in history.page(customer_id, kind="complaint")] == ["complaint.filed"]
    assert [e.topic for e in history.page(customer_id, kind="delivery")] == ["delivery.sent"]
    assert history.page(customer_id, kind="compl") == []


def test_a_login_is_in_no_history(company: Company, history: HistoryReader) -> None:
    assert history.page(company.chen) == []


def test_a_damaged_event_is_shown_as_one_and_hides_no_other(
    history: HistoryReader, customer_id: UUID, spoil: Callable[[int], None]
) -> None:
    whole = history.page(customer_id)
    spoil(whole[2].position)
    damaged = history.page(customer_id)

    assert [entry.is_damaged for entry in damaged] == [False, False, True, False, False, False]
    assert (damaged[2].topic, damaged[2].recorded_at) == (whole[2].topic, whole[2].recorded_at)
    assert [e for e in damaged if not e.is_damaged] == [e for e in whole if e != whole[2]]


def test_an_anew_built_history_equals_the_one_that_followed(
    company: Company, history: HistoryReader, customer_id: UUID
) -> None:
    followed = history.page(customer_id)
    company.rebuild(JournalProjection)

    assert history.page(customer_id) == followed
