"""Sends what stands in the outbox and records how each message ended (投递, D7)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from domain.access import Principal
from domain.application import CustomerCare
from domain.commands import ChooseNotifications
from domain.delivery import Delivery
from domain.errors import CareError
from domain.eventstore.database import AWAY
from domain.provenance import Provenance, signing
from projections.intents import SWITCHED_OFF_BY
from projections.outbox.queries import MessageRow, OutboxQueries
from projections.people.queries import PeopleQueries, PersonRow
from workers.channels.base import Accepted, Outcome, Rejected, Retry, Unknown
from workers.channels.retry_ladder import next_attempt_after
from workers.clock import Clock
from workers.failures import told
from workers.lanes import Lane
from workers.outlets import Batch, Outlets
from workers.worklist import Worklist

logger = logging.getLogger(__name__)

PRINCIPAL = Principal.system(SWITCHED_OFF_BY.removeprefix("kezhi/"))

LANES: dict[str, Lane] = {
    "escalation": Lane.URGENT,
    "assignment": Lane.URGENT,
    "item": Lane.NORMAL,
    "digest": Lane.NORMAL,
    "webhook_off": Lane.NORMAL,
}
"""In which lane messages of each kind go."""


class Delivering:
    """Sends messages through their channels; safe to share between threads.

    A message is marked as being sent before it is: a crash in between means that it is sent again
    under the same key, because a reminder that comes twice is better than one that never comes.
    """

    name = "deliver"
    lanes = LANES

    def __init__(
        self,
        worklist: Worklist,
        outbox: OutboxQueries,
        care: CustomerCare,
        people: PeopleQueries,
        outlets: Outlets,
        *,
        clock: Clock,
        rng: Random,
        at_once: int = 20,
    ) -> None:
        """Send messages of `outbox`, at most `at_once` over one connection."""
        self.worklist = worklist
        self.at_once = at_once
        self._outbox = outbox
        self._care = care
        self._people = people
        self._outlets = outlets
        self._clock = clock
        self._rng = rng

    def run(self, keys: Sequence[UUID]) -> None:
        """Send those of `keys` that are claimed, one after the other, each marked before.

        Stops when half of the lease is over, so that nobody else begins with what is left.
        """
        messages = {message.key: message for message in self._outbox.load(keys)}
        now = self._clock.now()
        enough = now + self.worklist.lease / 2
        with self._outlets.opened() as batch:
            for key in keys:
                if (now := self._clock.now()) >= enough:
                    break
                attempts = self.worklist.take([key], now).get(key)
                if attempts is None:
                    attempts = self.worklist.take_suspect(key, now)
                if attempts is not None and key in messages:
                    self._attempt(messages[key], attempts, batch)
                elif attempts is not None:
                    self.worklist.finish([key], now)
        self.worklist.let_go(keys, now)

    def _attempt(self, message: MessageRow, attempts: int, batch: Batch) -> None:
        now = self._clock.now()
        try:
            if self._care.log.get(message.key) is not None:
                # It ended before, and the outbox does not show it yet.
                self.worklist.finish([message.key], now)
                return
            person = self._people.get(message.recipient_id)
            reason = _reason_against(message, person, now)
            if reason is None and person is not None:
                zone = self._care.book().calendar.tz
                outcome = batch.send(message, person, zone=zone, today=self._care.book().today(now))
                self._conclude(message, outcome, attempts)
            else:
                self._end(message, Delivery.Skipped, attempts - 1, reason=reason)
        except AWAY:
            with suppress(*AWAY):
                self.worklist.give_back([message.key], now)
            raise
        except Exception as error:
            logger.exception("delivery-failed", extra={"key": str(message.key)})
            self.worklist.fail(message.key, now, told(error))

    def _conclude(self, message: MessageRow, outcome: Outcome | None, attempts: int) -> None:
        """Record the end, or put the next attempt off."""
        match outcome:
            case None:
                self._end(message, Delivery.Skipped, attempts - 1, reason="no-channel")
            case Accepted(provider_id):
                self._end(message, Delivery.Sent, attempts, provider_id=provider_id or "")
            case Rejected(code, reason):
                self._end(message, Delivery.Failed, attempts, code=code, reason=reason)
                if code == "gone":
                    self._switch_off(message)
            case Retry(after, reason):
                if not self._put_off(message, attempts, after or 0.0, reason):
                    self._end(message, Delivery.Failed, attempts, code="gave-up", reason=reason)
            case Unknown(reason):
                if not self._put_off(message, attempts, 0.0, reason):
                    self._end(message, Delivery.Unknown, attempts, reason=reason)

    def _put_off(self, message: MessageRow, attempts: int, asked: float, reason: str) -> bool:
        """Try again after what the ladder says or the receiver asks; False when it is over."""
        pause = next_attempt_after(attempts, self._rng)
        if pause is None:
            return False
        at = self._clock.now() + timedelta(seconds=max(pause, asked))
        if message.expires_at is not None and at > message.expires_at:
            return False
        self.worklist.postpone(message.key, at, reason)
        return True

    def _end(
        self, message: MessageRow, kind: type[Delivery.Ended], attempts: int, **facts: Any
    ) -> None:
        """Record how the message ended; the end that was recorded first holds."""
        now = self._clock.now()
        with signing(self._signature(now, message)):
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
        self.worklist.finish([message.key], now)

    def _switch_off(self, message: MessageRow) -> None:
        """Give up a webhook whose receiver wants no more; its owner is told by mail."""
        person = self._people.get(message.recipient_id)
        if person is None or not person.webhook_url:
            return
        command = ChooseNotifications(rep_id=person.rep_id, wants_email=person.wants_email)
        why = "the webhook's receiver answered 410"
        with suppress(CareError):
            self._care.execute(command, self._signature(self._clock.now(), message, why))

    def _signature(self, now: datetime, message: MessageRow, why: str = "") -> Provenance:
        return Provenance(
            principal=PRINCIPAL, at=now, through="worker", correlation=message.intent_id, why=why
        )


def _reason_against(message: MessageRow, person: PersonRow | None, now: datetime) -> str | None:
    """Return why a message is not to be sent any more, None if it is."""
    if person is None or person.left_on is not None:
        return "left"
    if message.is_superseded:
        return "superseded"
    if message.expires_at is not None and now >= message.expires_at:
        return "expired"
    return None
