"""The reminder (提醒): our nudge to a representative, decided once under its own key."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.ids import named_id

LISTED_CUSTOMERS = 200
"""How many customers a digest names; it always counts all of them."""


class SkipReason(StrEnum):
    """Why a representative gets no digest."""

    NOTHING_DUE = "nothing-due"
    DAY_OFF = "day-off"
    LEFT = "left"
    NO_CUSTOMERS = "no-customers"

    @property
    def is_final(self) -> bool:
        """Whether no digest follows either: he has left, or his role has no customers."""
        return self in {SkipReason.LEFT, SkipReason.NO_CUSTOMERS}


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
        tasks are counted apart.
        """

        TOPIC = "reminder.digest_issued"
        class_version: ClassVar[int] = 2
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        rep_id: UUID
        day: date
        due_at: datetime
        due_count: int
        overdue_count: int
        customer_ids: list[UUID]
        task_due_count: int
        task_overdue_count: int

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Say that there were no tasks before there were tasks."""
            state["task_due_count"] = state["task_overdue_count"] = 0

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


def digest_key(rep_id: UUID, day: date) -> UUID:
    """Return the key of a representative's digest for a day."""
    return named_id("reminder", "digest", rep_id, day.isoformat())


def item_key(rep_id: UUID, customer_id: UUID, due_on: date) -> UUID:
    """Return the key of the reminder of one customer, due on a day, to one of his two owners."""
    return named_id("reminder", "item", rep_id, customer_id, due_on.isoformat())
