"""The access record (查阅记录): who looked into a customer's past, and why (R59)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.ids import named_id, new_id


class AccessKind(StrEnum):
    """What was looked at: the history (历史), or what was taken away.

    An evidence bundle (证据包), with its key or sealed; all that is held about a person
    (个人信息副本), for himself: first a link is given out, then it is used; or his row in a sheet
    of customers (导出).
    """

    HISTORY = "history"
    BUNDLE = "bundle"
    SEALED_BUNDLE = "sealed-bundle"
    SUBJECT_LINK = "subject-link"
    SUBJECT = "subject"
    EXPORT = "export"


class AccessRecord(CareAggregate):
    """One look into what is stored about a customer; who looked is who signed the event.

    An auditor who reads on and on is recorded once a day and customer, a bundle each time.
    """

    TOPIC = "access"

    class Event(CareAggregate.Event):
        """A fact about a look."""

        SUBJECT: ClassVar[str] = "customer_id"

    class Recorded(Event, CareAggregate.Created):
        """Somebody looked into a customer's past; `why` is the reason that was given."""

        TOPIC = "access.recorded"
        customer_id: UUID
        access: str
        day: date

    Created = Recorded

    @classmethod
    def record(
        cls, record_id: UUID, *, customer_id: UUID, access: AccessKind, day: date
    ) -> AccessRecord:
        """Record that whoever signs looked at something of a customer on a day."""
        return cls.begin(
            cls.Recorded, id=record_id, customer_id=customer_id, access=access.value, day=day
        )


def access_key(
    actor: str, customer_id: UUID, access: AccessKind, day: date, once: str = ""
) -> UUID:
    """Return the id of a record: the same all day, except that what is taken away has its own.

    What may be taken only once has it from the key `once`.
    """
    if once:
        return named_id("access", access, customer_id, once)
    if access is not AccessKind.HISTORY:
        return new_id()
    return named_id("access", access, actor, customer_id, day.isoformat())
