"""What is decided once under its own key: reminders and the ends of deliveries (D7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.delivery import Delivery, delivery_key
from domain.reminder import LISTED_CUSTOMERS, Reminder, SkipReason, digest_key, item_key
from tests.support.moments import LI, NOW, TODAY, TOMORROW, WANG, an_id, signed

DIGEST = {"rep_id": LI.id, "day": TODAY, "due_at": NOW}


def test_a_digest_and_its_omission_are_one_decision() -> None:
    with signed():
        told = Reminder.digest(**DIGEST, due_count=1, overdue_count=0, customer_ids=[an_id("c")])
        skipped = Reminder.skip(**DIGEST, reason=SkipReason.DAY_OFF)

    assert told.id == skipped.id == digest_key(LI.id, TODAY)
    assert [type(event) for event in skipped.pending_events] == [Reminder.Skipped]


def test_a_digest_counts_all_and_names_the_first() -> None:
    many = [an_id(str(number)) for number in range(LISTED_CUSTOMERS + 1)]
    with signed():
        reminder = Reminder.digest(
            **DIGEST, due_count=len(many), overdue_count=3, customer_ids=many
        )
    (event,) = reminder.collect_events()

    assert (event.due_count, event.overdue_count) == (LISTED_CUSTOMERS + 1, 3)
    assert event.customer_ids == many[:LISTED_CUSTOMERS]


def test_each_day_person_and_customer_has_a_key_of_its_own() -> None:
    keys = {
        digest_key(LI.id, TODAY),
        digest_key(LI.id, TOMORROW),
        digest_key(WANG.id, TODAY),
        item_key(LI.id, an_id("c"), TODAY),
        item_key(LI.id, an_id("c"), date(2026, 1, 1)),
    }

    assert len(keys) == 5


def test_an_item_is_decided_once_per_customer_and_day() -> None:
    with signed():
        item = Reminder.item(rep_id=LI.id, customer_id=an_id("c"), due_on=TODAY, due_at=NOW)

    assert item.id == item_key(LI.id, an_id("c"), TODAY)


@pytest.mark.parametrize(
    ("end", "facts"),
    [
        (Delivery.Sent, {"provider_id": "250 ok"}),
        (Delivery.Failed, {"code": "550", "reason": "no such user"}),
        (Delivery.Unknown, {"reason": "connection lost"}),
        (Delivery.Skipped, {"reason": "closed meanwhile"}),
    ],
)
def test_a_message_ends_in_one_event_under_its_own_key(end: Any, facts: dict[str, str]) -> None:
    intent = {"intent_id": an_id("intent"), "intent_version": 1}
    key = delivery_key(an_id("intent"), 1, "email", LI.id)
    told = {"customer_id": None, "recipient_id": LI.id, "channel": "email", "attempts": 1}
    with signed():
        delivery = Delivery.begin(end, id=key, **intent, **told, **facts)

    assert delivery.id == key
    assert [type(event) for event in delivery.collect_events()] == [end]


def test_each_intent_channel_and_recipient_has_a_key_of_its_own() -> None:
    keys = {
        delivery_key(an_id(intent), version, channel, recipient)
        for intent in ("a", "b")
        for version in (1, 2)
        for channel in ("email", "webhook")
        for recipient in (LI.id, WANG.id)
    }

    assert len(keys) == 16
