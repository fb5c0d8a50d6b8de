"""Says from the raw events alone what must have been decided and sent, without our read models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.channel import Channel
from domain.complaint import Complaint
from domain.customer import Customer
from domain.delivery import Delivery, delivery_key
from domain.greeting import Greeting
from domain.journal import Due
from domain.occasion import greeting_key
from domain.plain import from_plain
from domain.policies.calendar import CalendarPolicy
from domain.policy import Policy
from domain.reminder import Reminder
from domain.representative import Representative
from tests.chaos.marketing_oracle import LEEWAY, MarketingOracle

ZONE = ZoneInfo("Asia/Shanghai")


class Oracle:
    """Walks through the log once; `faults` lists what must not be."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.rungs: dict[UUID, dict[UUID, datetime]] = {}
        self.climbed: set[UUID] = set()
        self.lists: dict[UUID, datetime] = {}
        self.decided_lists: Counter[tuple[UUID, Any]] = Counter()
        self.reach: dict[UUID, tuple[bool, bool]] = {}
        self.expected: dict[UUID, UUID | None] = {}
        self.ended: Counter[UUID] = Counter()
        self.sent: set[UUID] = set()
        self.late: list[float] = []
        self.due: dict[UUID, Due] = {}
        self.moved = 0
        self.wants: dict[UUID, bool] = {}
        self.may_greet: dict[UUID, bool] = {}
        self.refused_by: dict[UUID, datetime] = {}
        self.greetings: Counter[str] = Counter()
        self.greeted: set[UUID] = set()
        self.to_customers: set[UUID] = set()
        self.newest = datetime.min.replace(tzinfo=UTC)
        self.calendar = CalendarPolicy()
        self.marketing = MarketingOracle(self._order)

    def walk(self, events: Sequence[Any]) -> None:
        """Take the whole log in."""
        self.marketing.forget(e.originator_id for e in events if isinstance(e, Customer.Erased))
        for event in events:
            self.newest = max(self.newest, event.timestamp)
            self.marketing.take(event)
            if isinstance(event, Complaint.Event):
                self._complaint(event)
            elif isinstance(event, Representative.Event):
                self._representative(event)
            elif isinstance(event, Reminder.Event):
                self._reminder(event)
            elif isinstance(event, Customer.Event):
                self._customer(event)
                self._wish(event)
            elif isinstance(event, Greeting.Decided):
                self._greeting(event)
            elif isinstance(event, Policy.Event) and "zone" in event.content:
                self.calendar = from_plain(CalendarPolicy, event.content)
            elif isinstance(event, Delivery.Ended):
                self.ended[event.originator_id] += 1
                if isinstance(event, Delivery.Sent):
                    self.sent.add(event.originator_id)
                    self._require_wanted(event, event.recipient_id)
        self.expected |= self.marketing.messages
        self.to_customers |= self.marketing.messages.keys()

    def judge(self, now: datetime) -> list[str]:
        """Return everything that is wrong once all is quiet at `now`."""
        faults = [*self.faults, *self.marketing.judge()]
        for complaint_id, rungs in self.rungs.items():
            for key, at in rungs.items():
                if at <= now:
                    faults.append(f"rung {key} of {complaint_id} was due at {at}, never climbed")
        faults += [
            f"list of {rep} due {at} not decided" for rep, at in self.lists.items() if at <= now
        ]
        faults += [f"greeting {key} never decided" for key in set(self.may_greet) - self.greeted]
        faults += [f"{key} decided {n} times" for key, n in self.decided_lists.items() if n > 1]
        faults += [f"message {key} ended {n} times" for key, n in self.ended.items() if n > 1]
        faults += [f"message {key} never ended" for key in self._must_end() - set(self.ended)]
        faults += [
            f"message {key} nobody ordered" for key in set(self.ended) - self.expected.keys()
        ]
        for customer_id, due in self.due.items():
            reckoned = due.counted_from + timedelta(days=due.interval_days)
            wanted = self.calendar.calendar.next_workday(reckoned)
            if due.on != wanted:
                faults.append(f"{customer_id} is due on {due.on}, by the calendar on {wanted}")
        return faults

    def _customer(self, event: Any) -> None:
        if isinstance(event, Customer.Erased):
            del self.due[event.originator_id]
            self.refused_by.setdefault(event.originator_id, self.newest)
        if isinstance(event, Customer.DueMoved):
            self.moved += 1
            if event.before != self.due[event.originator_id] or event.before.on == event.due.on:
                self.faults.append(f"{event.originator_id} moved twice or from nowhere: {event}")
        if isinstance(event, (Customer.Created, Customer.DueMoved)):
            self.due[event.originator_id] = event.due

    def _wish(self, event: Any) -> None:
        """Keep what a customer wants, and what he wanted when his birthday became known."""
        customer_id = event.originator_id
        if isinstance(event, Customer.CareChosen):
            wants = event.after.get("wants_greetings", ...)
            allows = event.after.get("consents", {}).get("email", False)
            self.wants[customer_id] = wants is not False and (allows or wants is ...)
            if wants is False:
                self.refused_by[customer_id] = self.newest
        elif isinstance(event, Customer.CardCorrected) and "birthday" in (event.after or {}):
            today = event.timestamp.astimezone(ZONE).date() + timedelta(days=2)
            key = greeting_key(customer_id, "birthday", str(today.year))
            self.may_greet[key] = self.wants.get(customer_id, False)

    def _greeting(self, event: Any) -> None:
        key = event.originator_id
        # Of somebody who was erased nobody can read any more what he wanted.
        is_known = event.customer_id not in self.marketing.forgotten
        if key in self.greeted or (is_known and key not in self.may_greet):
            self.faults.append(f"greeting {key} was decided twice, or owed by nobody")
        self.greeted.add(key)
        self.greetings[getattr(event, "reason", "issued")] += 1
        if isinstance(event, Greeting.Issued):
            if is_known and not self.may_greet.get(key):
                self.faults.append(f"greeting {key} was issued to somebody who never wanted it")
            self._require_wanted(event, event.customer_id)
            message = delivery_key(key, event.originator_version, "email", event.customer_id)
            self.expected[message] = event.customer_id
            self.to_customers.add(message)

    def _require_wanted(self, event: Any, customer_id: UUID) -> None:
        """Find fault with what was done well after a customer had refused it."""
        refused_by = self.refused_by.get(customer_id)
        if refused_by is not None and event.timestamp > refused_by + LEEWAY:
            self.faults.append(f"{event.TOPIC} at {event.timestamp}, refused by {refused_by}")

    def _complaint(self, event: Any) -> None:
        stream = event.originator_id
        if hasattr(event, "climbs"):
            self.rungs[stream] = {climb.key: climb.at for climb in event.climbs}
        if isinstance(event, (Complaint.Escalated, Complaint.EscalationStranded)):
            due = self.rungs[stream].pop(event.key, None)
            if due is None:
                self.faults.append(f"{event.key} climbed although nothing was owed")
            elif event.timestamp < due or event.due_at != due:
                self.faults.append(f"{event.key} climbed at {event.timestamp}, due {due}")
            if event.key in self.climbed:
                self.faults.append(f"{event.key} climbed twice")
            self.climbed.add(event.key)
            self.late.append((event.timestamp - event.due_at).total_seconds())
        if isinstance(event, Complaint.Escalated):
            self._order(event, event.to_ids, ("email", "webhook"))
        elif isinstance(event, Complaint.Assigned):
            self._order(event, [event.to_handler_id], ("email",))

    def _representative(self, event: Any) -> None:
        rep = event.originator_id
        if isinstance(event, Representative.Joined):
            self.reach[rep] = (bool(event.email), False)
            opening = event.timestamp.astimezone(ZONE).replace(
                hour=0, minute=0, second=0, microsecond=0
            )
            self.lists[rep] = opening + timedelta(days=1)
        elif isinstance(event, Representative.NotificationsChosen):
            self.reach[rep] = (event.wants_email, Channel.WEBHOOK in event.reached_at)

    def _reminder(self, event: Any) -> None:
        if isinstance(event, Reminder.ItemIssued):
            return
        due = self.lists.get(event.rep_id)
        if due is None or event.due_at != due or event.timestamp < due:
            self.faults.append(f"list of {event.rep_id} at {event.timestamp}, due {due}")
        self.decided_lists[event.rep_id, event.day] += 1
        today = event.timestamp.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        self.lists[event.rep_id] = today + timedelta(days=1)
        if isinstance(event, Reminder.DigestIssued):
            self._order(event, [event.rep_id], ("email",))

    def _must_end(self) -> set[UUID]:
        """Return the messages that must have ended; an erasure ends what was about him (D12)."""
        erased = self.marketing.forgotten
        return {key for key, about in self.expected.items() if about not in erased}

    def _order(self, event: Any, to_ids: list[UUID], channels: tuple[str, ...]) -> None:
        about = getattr(event, "customer_id", None)
        for rep in to_ids:
            takes = dict(zip(("email", "webhook"), self.reach[rep], strict=True))
            self.expected |= {
                delivery_key(event.originator_id, event.originator_version, channel, rep): about
                for channel in channels
                if takes[channel]
            }
