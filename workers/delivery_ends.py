"""Records how messages ended, and gives up addresses that take nothing any more (投递结果, D7)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from eventsourcing.persistence import IntegrityError

from domain.access import Principal
from domain.application import CustomerCare
from domain.delivery import Delivery
from domain.errors import CareError
from domain.provenance import Provenance, signing
from domain.worker_commands import DisableChannel
from projections.outbox.queries import MessageRow
from workers.recipients import Recipient

PRINCIPAL = Principal.system("deliveries")


class DeliveryEnds:
    """Writes the end of each message, once, into the event log."""

    def __init__(self, care: CustomerCare) -> None:
        """Write through `care`."""
        self._care = care

    def is_recorded(self, message: MessageRow) -> bool:
        """Tell whether the message has ended, even if the outbox does not show it yet."""
        return self._care.log.get(message.key) is not None

    def record(
        self,
        message: MessageRow,
        now: datetime,
        kind: type[Delivery.Ended],
        attempts: int,
        **facts: Any,
    ) -> None:
        """Record how a message ended; the end that was recorded first holds."""
        with signing(_signature(now, message)):
            delivery = Delivery.begin(
                kind,
                id=message.key,
                intent_id=message.intent_id,
                intent_version=message.intent_version,
                customer_id=message.customer_id,
                recipient_id=message.recipient_id,
                channel=message.channel.value,
                attempts=attempts,
                **facts,
            )
            with suppress(IntegrityError):
                self._care.log.append(delivery.collect_events())

    def disable(self, message: MessageRow, recipient: Recipient, now: datetime, code: str) -> None:
        """Give up the address that a message went to, unless its owner has changed it since."""
        command = DisableChannel(
            rep_id=message.recipient_id,
            channel=message.channel,
            address=recipient.address,
            code=code,
        )
        with suppress(CareError):
            self._care.execute(command, _signature(now, message))


def _signature(now: datetime, message: MessageRow) -> Provenance:
    return Provenance(principal=PRINCIPAL, at=now, through="worker", correlation=message.intent_id)
