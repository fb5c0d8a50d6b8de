"""Says from the raw events alone whom campaigns had to tell, and what activities ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.activity import Activity
from domain.campaign import Campaign
from domain.campaign_message import CampaignMessage
from domain.customer import Customer
from domain.delivery import Delivery, delivery_key
from domain.task import Task

Pair = tuple[UUID, UUID]
"""A campaign, its message or an activity, and a customer."""

Order = Callable[[Any, list[UUID], tuple[str, ...]], None]

LEEWAY = timedelta(seconds=60)
"""Whoever asks right before may send right after; clocks are stepped, and servers away."""


class MarketingOracle:
    """Follows campaigns and activities through the log; `faults` lists what must not be."""

    def __init__(self, order: Order) -> None:
        """Begin; `order` takes down what representatives are to be told."""
        self.faults: list[str] = []
        self.messages: dict[UUID, UUID] = {}
        self.outcomes: Counter[str] = Counter()
        self.followed: Counter[Pair] = Counter()
        self.noticed: Counter[Pair] = Counter()
        self.forgotten: frozenset[UUID] = frozenset()
        self.erased: set[UUID] = set()
        self._purged: set[UUID] = set()
        self._order = order
        self._decided: Counter[Pair] = Counter()
        self._owed: set[Pair] = set()
        self._must_skip: set[Pair] = set()
        self._consented: set[UUID] = set()
        self._refused: dict[UUID, datetime] = {}
        self._to_follow: set[Pair] = set()
        self._to_notice: Counter[Pair] = Counter()
        self._places: dict[UUID, int] = {}
        self._coming: dict[UUID, set[UUID]] = {}
        self._waiting: dict[UUID, set[UUID]] = {}

    def forget(self, customer_ids: Iterable[UUID]) -> None:
        """Know who is erased in the end: what he wanted can be read no more, from the start."""
        self.forgotten = frozenset(customer_ids)

    def take(self, event: Any) -> None:
        """Take one event in."""
        match event:
            case Campaign.AudienceNamed():
                whom = set(event.customer_ids)
                self._owed |= {(event.originator_id, each) for each in whom}
                refuse = whom & self._refused.keys()
                self._must_skip |= {(event.originator_id, each) for each in refuse}
            case CampaignMessage.Decided():
                self._message(event)
            case CampaignMessage.Answered(answer="interested"):
                self._to_follow.add((event.originator_id, event.customer_id))
            case Activity.Event():
                self._activity(event)
            case Task.Opened():
                self._task(event)
            case Customer.Event():
                self._customer(event)
            case Delivery.Sent() if event.originator_id in self.messages:
                self._require_wanted(event, event.recipient_id)

    def judge(self) -> list[str]:
        """Return everything that is wrong once all is quiet."""
        faults = list(self.faults)
        left = self._owed - set(self._decided)
        # An erasure ends whatever was owed to him (D12).
        faults += [f"message {pair} never decided" for pair in left if pair[1] not in self.erased]
        faults += [
            f"message {pair} decided {n} times" for pair, n in self._decided.items() if n > 1
        ]
        faults += [f"nobody follows {pair} up" for pair in self._to_follow - set(self.followed)]
        faults += [f"{pair} followed up {n} times" for pair, n in self.followed.items() if n > 1]
        for pair in self._to_notice.keys() | self.noticed.keys():
            if self._to_notice[pair] != self.noticed[pair]:
                due, made = self._to_notice[pair], self.noticed[pair]
                faults.append(f"{pair} had to be told {due} times, tasks say so {made} times")
        faults += [f"{each} was never purged" for each in self.erased - self._purged]
        return faults

    def _message(self, event: Any) -> None:
        pair = (event.campaign_id, event.customer_id)
        self._decided[pair] += 1
        self.outcomes[getattr(event, "reason", "issued")] += 1
        if pair not in self._owed:
            self.faults.append(f"message {pair} was decided, and owed by nobody")
        if isinstance(event, CampaignMessage.Issued):
            if pair in self._must_skip or event.customer_id not in self._consented | self.forgotten:
                self.faults.append(f"message {pair} was issued to somebody who wants none")
            self._require_wanted(event, event.customer_id)
            named = (event.originator_id, event.originator_version, "email", event.customer_id)
            self.messages[delivery_key(*named)] = event.customer_id

    def _customer(self, event: Any) -> None:
        customer_id = event.originator_id
        if isinstance(event, Customer.Erased):
            self.erased.add(customer_id)
            self._refused.setdefault(customer_id, event.timestamp)
        elif isinstance(event, Customer.ErasureCompleted):
            self._purged.add(customer_id)
        elif isinstance(event, Customer.CareChosen):
            if event.after.get("consents", {}).get("email"):
                self._consented.add(customer_id)
            if False in {event.after.get("wants_offers"), event.after.get("wants_greetings")}:
                self._refused.setdefault(customer_id, event.timestamp)

    def _require_wanted(self, event: Any, customer_id: UUID) -> None:
        """Find fault with what was done well after a customer had refused it."""
        refused_at = self._refused.get(customer_id)
        if refused_at is not None and event.timestamp > refused_at + LEEWAY:
            self.faults.append(f"{event.TOPIC} at {event.timestamp}, refused at {refused_at}")

    def _activity(self, event: Any) -> None:
        """Keep who has a place and who waits, and who has to be told that it changed."""
        activity_id = event.originator_id
        if isinstance(event, Activity.Planned):
            self._places[activity_id] = event.plan.capacity
            self._coming[activity_id], self._waiting[activity_id] = set(), set()
            return
        coming, waiting = self._coming[activity_id], self._waiting[activity_id]
        if isinstance(event, Activity.Cancelled):
            self._to_notice.update((activity_id, each) for each in (coming | waiting) - self.erased)
        elif isinstance(event, Activity.GuestEvent):
            guest = event.customer_id
            coming.discard(guest)
            waiting.discard(guest)
            if isinstance(event, Activity.GuestWaitlisted):
                waiting.add(guest)
            elif isinstance(event, Activity.GuestAccepted):
                coming.add(guest)
                if event.from_waiting and guest not in self.erased:
                    self._to_notice[activity_id, guest] += 1
            elif isinstance(event, Activity.GuestAttended):
                self._to_follow.add((activity_id, guest))
            if len(coming) > self._places[activity_id]:
                self.faults.append(f"{len(coming)} have a place at {activity_id}")

    def _task(self, event: Any) -> None:
        pair = (getattr(event.cause, "stream_id", None), event.customer_id)
        if event.kind == "follow_up":
            self.followed[pair] += 1
        elif event.kind == "notice":
            self.noticed[pair] += 1
            self._order(event, [event.owner_id], ("email",))
