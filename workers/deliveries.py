"""Sends what stands in the outbox, at the pace that each sender may go (投递, D7)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from domain.application import CustomerCare
from domain.channel import BOTS, ENDPOINTS, Channel
from domain.delivery import Delivery
from domain.eventstore.database import AWAY
from projections.outbox.queries import MessageRow, OutboxQueries
from workers.channels.base import DEAD, Accepted, Outcome, Rejected, Retry, Unknown
from workers.channels.retry_ladder import next_attempt_after
from workers.clock import Clock
from workers.delivery_ends import DeliveryEnds
from workers.failures import told
from workers.lanes import Lane
from workers.manners import CAPPED, MANNERS
from workers.outlets import Batch, Outlets
from workers.pacing import Pacing
from workers.recipients import PAUSED, Recipient, Recipients
from workers.worklist import PART_OF_LEASE, Worklist

logger = logging.getLogger(__name__)

WHILE_PAUSED = timedelta(minutes=5)
"""How often is asked whether a paused campaign goes on."""

DEAD_AFTER = timedelta(days=3)
"""An endpoint that nothing got through to for so long is given up."""


class Delivering:
    """Sends messages through their channels; safe to share between threads.

    A message is marked as being sent before it is. After a crash in between, its kind decides: most
    are sent again under the same key, a greeting is recorded as unknown and left to a person.
    """

    name = "deliver"
    lanes: Mapping[str, Lane] = {kind: manner.lane for kind, manner in MANNERS.items()}

    def __init__(
        self,
        worklist: Worklist,
        outbox: OutboxQueries,
        care: CustomerCare,
        recipients: Recipients,
        outlets: Outlets,
        *,
        pacing: Pacing,
        clock: Clock,
        rng: Random,
        daily_cap: int = 5,
        at_once: int = 20,
    ) -> None:
        """Send messages of `outbox`, at most `at_once` over one connection.

        Of the kinds that are capped nobody gets more than `daily_cap` on one day of the company.
        """
        self.worklist = worklist
        self.at_once = at_once
        self.at_most = worklist.lease * PART_OF_LEASE
        self._outbox = outbox
        self._care = care
        self._ends = DeliveryEnds(care)
        self._recipients = recipients
        self._outlets = outlets
        self._pacing = pacing
        self._clock = clock
        self._rng = rng
        self._daily_cap = daily_cap

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
                is_doubtful = attempts is None
                if attempts is None:
                    attempts = self.worklist.take_suspect(key, now)
                if attempts is not None and key in messages:
                    self._attempt(messages[key], attempts, batch, is_doubtful=is_doubtful)
                elif attempts is not None:
                    self.worklist.finish([key], now)
        self.worklist.let_go(keys, now)

    def _attempt(
        self, message: MessageRow, attempts: int, batch: Batch, *, is_doubtful: bool
    ) -> None:
        """Send a message that was begun; `is_doubtful` says that it was before, and not ended."""
        now = self._clock.now()
        manner = MANNERS[message.kind]
        may_have_left = False
        try:
            if self._ends.is_recorded(message):
                self.worklist.finish([message.key], now)
                return
            if is_doubtful and not manner.repeats:
                reason = "it was begun, and the process died or failed"
                self._end(message, Delivery.Unknown, attempts - 1, reason=reason)
                return
            recipient = self._recipients.find(message)
            against = self._reason_against(message, recipient, batch, now)
            if against == PAUSED:
                again = now + WHILE_PAUSED
                self.worklist.postpone([message.key], again, PAUSED, is_attempt=False)
                return
            if against is not None or isinstance(recipient, str):
                self._end(message, Delivery.Skipped, attempts - 1, reason=against)
                return
            later = self._pacing.take(message.channel, recipient.address, manner.lane, now)
            if later is not None:
                self.worklist.postpone([message.key], later, "its sender is busy", is_attempt=False)
                return
            book = self._care.book()
            may_have_left = True
            outcome = batch.send(message, recipient, zone=book.calendar.tz, today=book.today(now))
            self._conclude(message, recipient, outcome, attempts)
        except AWAY:
            if manner.repeats or not may_have_left:
                with suppress(*AWAY):
                    self.worklist.give_back([message.key], now)
            raise
        except Exception as error:
            logger.exception("delivery-failed", extra={"key": str(message.key)})
            self.worklist.fail(message.key, now, told(error))

    def _reason_against(
        self, message: MessageRow, recipient: Recipient | str, batch: Batch, now: datetime
    ) -> str | None:
        """Return why a message is not to be sent any more, or not now; None if it is."""
        is_late = message.expires_at is not None and now >= message.expires_at
        if isinstance(recipient, str):
            return "expired" if is_late and recipient == PAUSED else str(recipient)
        if message.is_superseded:
            return "superseded"
        if is_late:
            return "expired"
        if not recipient.address or not batch.takes(message):
            return "no-channel"
        if message.channel in BOTS and self._is_posted_already(message, recipient):
            return "same-group"
        return "daily-cap" if self._has_enough(message, now) else None

    def _is_posted_already(self, message: MessageRow, recipient: Recipient) -> bool:
        """Tell whether a bot posts the same for somebody else into the same group."""
        others = self._outbox.told_before(message)
        return self._recipients.are_in_group(message.channel, recipient.address, others)

    def _has_enough(self, message: MessageRow, now: datetime) -> bool:
        """Tell whether the recipient got as many capped messages today as he may."""
        if message.kind not in CAPPED:
            return False
        tz = self._care.book().calendar.tz
        midnight = now.astimezone(tz).replace(hour=0, minute=0, second=0, microsecond=0)
        return self._outbox.count_sent(message, CAPPED, midnight) >= self._daily_cap

    def _conclude(
        self, message: MessageRow, recipient: Recipient, outcome: Outcome, attempts: int
    ) -> None:
        """Record the end, or put the next attempt off."""
        match outcome:
            case Accepted(provider_id):
                self._end(message, Delivery.Sent, attempts, provider_id=provider_id or "")
            case Rejected(code, reason):
                self._fail(message, recipient, attempts, code=code, reason=reason)
            case Retry(after, reason):
                if not self._put_off(message, attempts, after or 0.0, reason):
                    self._fail(message, recipient, attempts, code="gave-up", reason=reason)
            case Unknown(reason):
                may_repeat = MANNERS[message.kind].repeats
                if not may_repeat or not self._put_off(message, attempts, 0.0, reason):
                    self._end(message, Delivery.Unknown, attempts, reason=reason)
                    self._give_up(message, recipient)

    def _put_off(self, message: MessageRow, attempts: int, asked: float, reason: str) -> bool:
        """Try again after what the ladder says or the receiver asks; False when it is over."""
        pause = next_attempt_after(attempts, self._rng)
        if pause is None:
            return False
        at = self._clock.now() + timedelta(seconds=max(pause, asked))
        if message.expires_at is not None and at > message.expires_at:
            return False
        self.worklist.postpone([message.key], at, reason)
        return True

    def _fail(
        self, message: MessageRow, recipient: Recipient, attempts: int, *, code: str, reason: str
    ) -> None:
        self._end(message, Delivery.Failed, attempts, code=code, reason=reason)
        if code in DEAD and message.channel is not Channel.EMAIL:
            self._ends.disable(message, recipient, self._clock.now(), code)
        else:
            self._give_up(message, recipient)

    def _give_up(self, message: MessageRow, recipient: Recipient) -> None:
        """Switch an endpoint off to which nothing got through for days; its owner is told."""
        now = self._clock.now()
        if message.channel not in ENDPOINTS:
            return
        since = self._outbox.failing_since(message, recipient.since)
        if since is not None and since <= now - DEAD_AFTER:
            self._ends.disable(message, recipient, now, "failing")

    def _end(
        self, message: MessageRow, kind: type[Delivery.Ended], attempts: int, **facts: object
    ) -> None:
        now = self._clock.now()
        self._ends.record(message, now, kind, attempts, **facts)
        self.worklist.finish([message.key], now)
