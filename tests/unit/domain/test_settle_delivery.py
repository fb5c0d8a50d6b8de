from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.access import Principal
from domain.delivery import Delivery, End
from domain.errors import AlreadyEndedError, ReasonRequiredError
from tests.support.moments import NOW, QIAN, an_id, signed

DELIVERER = Principal.system("deliveries")
FACTS: dict[type[Any], dict[str, str]] = {
    Delivery.Sent: {"provider_id": "4711"},
    Delivery.Failed: {"code": "550", "reason": "no such user"},
    Delivery.Unknown: {"reason": "cut"},
    Delivery.Skipped: {"reason": "expired"},
}


def ended(kind: type[Any]) -> Delivery:
    with signed(by=DELIVERER):
        delivery = Delivery.begin(
            kind,
            intent_id=an_id("intent"),
            intent_version=1,
            customer_id=an_id("customer"),
            recipient_id=an_id("rep"),
            channel="email",
            attempts=1,
            **FACTS[kind],
        )
    delivery.collect_events()
    return delivery


def test_a_person_says_how_an_unknown_message_ended() -> None:
    delivery = ended(Delivery.Unknown)
    with signed(NOW + timedelta(hours=1), QIAN, "he has it"):
        delivery.settle(End.SENT)

    (settled,) = delivery.collect_events()
    assert (settled.end, settled.why, settled.actor) == ("sent", "he has it", QIAN.name)
    assert delivery.end is End.SENT


@pytest.mark.parametrize("kind", [Delivery.Sent, Delivery.Failed, Delivery.Skipped])
def test_what_is_known_is_not_settled(kind: type[Any]) -> None:
    with signed(by=QIAN, why="x"), pytest.raises(AlreadyEndedError):
        ended(kind).settle(End.SENT)


@pytest.mark.parametrize("kind", [Delivery.Failed, Delivery.Unknown, Delivery.Skipped])
def test_what_did_not_arrive_is_sent_again_once(kind: type[Any]) -> None:
    delivery = ended(kind)
    with signed(by=QIAN, why="his mailbox works again"):
        delivery.resend()
        with pytest.raises(AlreadyEndedError):
            delivery.resend()

    (resent,) = delivery.collect_events()
    assert resent.key == delivery.again_as != delivery.id


def test_what_arrived_is_not_sent_again() -> None:
    delivery = ended(Delivery.Unknown)
    with signed(by=QIAN, why="he has it"):
        delivery.settle(End.SENT)
        with pytest.raises(AlreadyEndedError):
            delivery.resend()


def test_both_need_a_reason() -> None:
    delivery = ended(Delivery.Unknown)
    with signed(by=QIAN):
        with pytest.raises(ReasonRequiredError):
            delivery.settle(End.SENT)
        with pytest.raises(ReasonRequiredError):
            delivery.resend()

    assert delivery.collect_events() == []
