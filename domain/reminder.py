"""The reminder (提醒): our nudge to a representative, decided once under its own key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.ids import named_id

LISTED_CUSTOMERS = 200
"""How many customers a digest names; it always counts all of them."""

LISTED_RECEIVABLES = 100
"""How many instalments a reminder names; it counts all of them."""


class SkipReason(StrEnum):
    """Why a representative gets no digest, or no reminder of receivables."""

    NOTHING_DUE = "nothing-due"
    DAY_OFF = "day-off"
    LEFT = "left"
    NO_CUSTOMERS = "no-customers"
    NOTHING_OWED = "nothing-owed"

    @property
    def is_final(self) -> bool:
        """Whether none follows either: he has left, or has no customers or contracts any more."""
        return self in {SkipReason.LEFT, SkipReason.NO_CUSTOMERS, SkipReason.NOTHING_OWED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivable:
    """An instalment of a contract that is owed: how much of it, since when, how often reminded."""

    contract_id: UUID
    customer_id: UUID
    number: int
    due_on: date
    outstanding: Decimal
    currency: str
    overdue_number: int


class Reminder(CareAggregate):
    """One decision to remind, or not to; its id is the key of the obligation (D7).

    A second decision about the same key meets the first one's event and stops.
    """

    TOPIC = "reminder"

    class Event(CareAggregate.Event):
        """A fact about a reminder; it names customers by id only."""

        PERSONAL: ClassVar[frozenset[str]] = frozenset()

    class DigestIssued(Event, CareAggregate.Created):
        """A representative was to be told what is due on a day: one list, not many messages.

        `due_at` is when it was due, so a late one can be told from a punctual one. Customers and
        tasks are counted apart. Of the overdue customers `escalated_count` have climbed the ladder;
        `returning_count` of all his customers are about to go back to the pool.
        """

        TOPIC = "reminder.digest_issued"
        class_version: ClassVar[int] = 3
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        rep_id: UUID
        day: date
        due_at: datetime
        due_count: int
        overdue_count: int
        customer_ids: list[UUID]
        task_due_count: int
        task_overdue_count: int
        escalated_count: int
        returning_count: int

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Say that there were no tasks before there were tasks."""
            state["task_due_count"] = state["task_overdue_count"] = 0

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            """Say what was so before there was a ladder and a pool."""
            state["escalated_count"] = state["returning_count"] = 0

    class ItemIssued(Event, CareAggregate.Created):
        """A representative was to be told of one due customer, because he asked for each one."""

        TOPIC = "reminder.item_issued"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        rep_id: UUID
        customer_id: UUID
        due_on: date
        due_at: datetime

    class Skipped(Event, CareAggregate.Created):
        """No digest was sent for the day, for a reason: nothing due, a day off, or he has left."""

        TOPIC = "reminder.skipped"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        rep_id: UUID
        day: date
        due_at: datetime
        reason: str

    class ReceivablesIssued(Event, CareAggregate.Created):
        """Whoever is responsible was to be told what customers owe: one list a day (应收提醒).

        `to_ids` is he, and his manager where an instalment was reminded of too often. `due_at` is
        when it was due; `receivables` names the longest overdue first, `count` counts them all.
        """

        TOPIC = "reminder.receivables_issued"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        rep_id: UUID
        day: date
        due_at: datetime
        count: int
        receivables: list[Receivable]
        policy_version: int
        to_ids: list[UUID]

    class ReceivablesSkipped(Event, CareAggregate.Created):
        """Nobody was to be told of receivables on a day, for a reason."""

        TOPIC = "reminder.receivables_skipped"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        rep_id: UUID
        day: date
        due_at: datetime
        reason: str

    Created = DigestIssued

    @classmethod
    def digest(
        cls,
        *,
        rep_id: UUID,
        day: date,
        due_at: datetime,
        due_count: int,
        overdue_count: int,
        customer_ids: list[UUID],
        task_due_count: int = 0,
        task_overdue_count: int = 0,
        escalated_count: int = 0,
        returning_count: int = 0,
    ) -> Reminder:
        """Decide to remind `rep_id` of what is due on `day`."""
        return cls.begin(
            cls.DigestIssued,
            id=digest_key(rep_id, day),
            rep_id=rep_id,
            day=day,
            due_at=due_at,
            due_count=due_count,
            overdue_count=overdue_count,
            customer_ids=customer_ids[:LISTED_CUSTOMERS],
            task_due_count=task_due_count,
            task_overdue_count=task_overdue_count,
            escalated_count=escalated_count,
            returning_count=returning_count,
        )

    @classmethod
    def item(cls, *, rep_id: UUID, customer_id: UUID, due_on: date, due_at: datetime) -> Reminder:
        """Decide to remind `rep_id` of one customer."""
        return cls.begin(
            cls.ItemIssued,
            id=item_key(rep_id, customer_id, due_on),
            rep_id=rep_id,
            customer_id=customer_id,
            due_on=due_on,
            due_at=due_at,
        )

    @classmethod
    def skip(cls, *, rep_id: UUID, day: date, due_at: datetime, reason: SkipReason) -> Reminder:
        """Decide that `rep_id` gets no digest for `day`."""
        return cls.begin(
            cls.Skipped,
            id=digest_key(rep_id, day),
            rep_id=rep_id,
            day=day,
            due_at=due_at,
            reason=reason.value,
        )

    @classmethod
    def of_receivables(
        cls,
        *,
        rep_id: UUID,
        day: date,
        due_at: datetime,
        receivables: list[Receivable],
        policy_version: int,
        to_ids: list[UUID],
    ) -> Reminder:
        """Decide to tell `to_ids` on `day` of what `rep_id` has to see to."""
        return cls.begin(
            cls.ReceivablesIssued,
            id=receivables_key(rep_id, day),
            rep_id=rep_id,
            day=day,
            due_at=due_at,
            count=len(receivables),
            receivables=sorted(receivables, key=lambda each: each.due_on)[:LISTED_RECEIVABLES],
            policy_version=policy_version,
            to_ids=to_ids,
        )

    @classmethod
    def skip_receivables(
        cls, *, rep_id: UUID, day: date, due_at: datetime, reason: SkipReason
    ) -> Reminder:
        """Decide that nobody is told on `day` of what `rep_id` has to see to."""
        return cls.begin(
            cls.ReceivablesSkipped,
            id=receivables_key(rep_id, day),
            rep_id=rep_id,
            day=day,
            due_at=due_at,
            reason=reason.value,
        )


def receivables_key(rep_id: UUID, day: date) -> UUID:
    """Return the key of the reminder of receivables to a representative on a day."""
    return named_id("reminder", "receivables", rep_id, day.isoformat())


def digest_key(rep_id: UUID, day: date) -> UUID:
    """Return the key of a representative's digest for a day."""
    return named_id("reminder", "digest", rep_id, day.isoformat())


def item_key(rep_id: UUID, customer_id: UUID, due_on: date) -> UUID:
    """Return the key of the reminder of one customer, due on a day, to one of his two owners."""
    return named_id("reminder", "item", rep_id, customer_id, due_on.isoformat())
