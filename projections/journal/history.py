"""Reads a customer's history from the log itself: exact, decrypted as it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any
from uuid import UUID

import msgspec

from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from projections.applying import Batch
from projections.queries import Queries

_SIGNATURE = frozenset({"timestamp", "actor", "through", "why", "correlation"})
_PLACE = frozenset({"originator_id", "originator_version", "originator_topic"})
_TOLD_APART = _SIGNATURE | _PLACE


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One fact of a customer's history, in plain values and never in sentences (R50).

    `recorded_at` is when we learned it, `happened_on` the day it happened where people said so (a
    contact, a purchase, a payment), null where it happened by being recorded.
    `facts` holds the event's own fields as JSON knows them. `is_system` tells what no person did.
    The stored bytes of an entry that `is_damaged` are not what Kezhi wrote, so it tells nothing.
    What was personal in one that `is_erased` is gone for good, with the person's key (D12).
    """

    position: int
    stream_id: UUID
    version: int
    topic: str
    recorded_at: datetime
    is_system: bool
    happened_on: date | None
    actor: str = ""
    through: str = ""
    why: str = ""
    correlation: UUID | None = None
    facts: dict[str, Any] | None = None
    is_erased: bool = False

    @property
    def is_damaged(self) -> bool:
        """Whether the event could not be read."""
        return self.facts is None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is stored about a customer, for whoever proves it, gives it out or erases it.

    `streams` are about him alone, his own first. An activity is about all of its guests, so of the
    stream of each of his `activities` only the events at these positions are about him.
    """

    streams: list[UUID]
    activities: dict[UUID, list[int]]


class HistoryReader(Queries):
    """Finds the events of a customer in the index and reads them from the log.

    Knows no visibility: the caller has looked the customer up in the roster before.
    """

    def __init__(self, log: EventLog, database: Database, schema: str = "journal") -> None:
        """Read the index in `schema` of `database` and the events of `log`."""
        super().__init__(database, schema)
        self._log = log
        entries = (
            "SELECT position, originator_id, originator_version, topic, recorded_at, is_system,"
            " happened_on FROM {schema}.entry WHERE customer_id = %(customer_id)s"
            " AND (%(kind)s = '' OR starts_with(topic, %(kind)s || '.'))"
            " AND (%(stream_id)s::uuid IS NULL OR originator_id = %(stream_id)s)"
            " AND position <= %(until)s"
            " AND (cardinality(%(topics)s::text[]) = 0 OR topic = ANY(%(topics)s))"
            " AND (%(by)s::date IS NULL OR happened_on <= %(by)s"
            "  OR happened_on IS NULL AND recorded_at <= %(by_then)s)"
        )
        self._newest_first = self._sql(
            f"{entries} AND position < %(after)s ORDER BY position DESC LIMIT %(limit)s"
        )
        self._oldest_first = self._sql(
            f"{entries} AND position > %(after)s ORDER BY position LIMIT %(limit)s"
        )
        self._evidence = self._sql(
            "SELECT originator_id, bool_or(starts_with(topic, 'activity.')),"
            " array_agg(position ORDER BY position)"
            " FROM {schema}.entry WHERE customer_id = %(customer_id)s"
            " GROUP BY originator_id ORDER BY min(position)"
        )

    def evidence_of(self, customer_id: UUID) -> Evidence:
        """Return where everything about a customer is stored."""
        rows = self._rows(self._evidence, customer_id=customer_id)
        own = dict.fromkeys([customer_id, *(row[0] for row in rows if not row[1])])
        return Evidence(list(own), {row[0]: row[2] for row in rows if row[1]})

    def page(
        self,
        customer_id: UUID,
        after_position: int | None = None,
        limit: int = 50,
        *,
        newest_first: bool = True,
        kind: str | None = None,
        stream_id: UUID | None = None,
        until: int | None = None,
        topics: Sequence[str] = (),
        happened_by: date | None = None,
        zone: tzinfo = UTC,
    ) -> list[HistoryEntry]:
        """Return what happened to a customer and around him, after the last position seen.

        `kind` asks for one kind of stream only: customer, complaint, task, contract, reminder,
        greeting, campaign_message, activity, delivery, identity, access; `stream_id` for one
        stream, such as one complaint of his. `until` is the last position that counts, `topics` are
        those wanted if not all. With `happened_by` only what had happened by the end of that day of
        `zone`, whenever it was recorded.
        """
        beginning = 2**62 if newest_first else 0
        rows = self._rows(
            self._newest_first if newest_first else self._oldest_first,
            customer_id=customer_id,
            after=beginning if after_position is None else after_position,
            limit=limit,
            kind=kind or "",
            stream_id=stream_id,
            until=2**62 if until is None else until,
            topics=list(topics),
            by=happened_by,
            by_then=_end_of(happened_by, zone) if happened_by else None,
        )
        is_erased = bool(rows) and self._log.keys.is_erased(customer_id)
        if is_erased:
            for subject_id in {customer_id, *(row[1] for row in rows)}:
                self._log.keys.forget(subject_id)
        events = self._events([row[0] for row in rows])
        return [_entry(row, events.get(row[0]), is_erased=is_erased) for row in rows]

    def _events(self, positions: Sequence[int]) -> dict[int, Any]:
        """Return the events at `positions`, without those that cannot be read."""
        notifications = self._log.recorder.select_positions(positions)
        if not notifications:
            return {}
        return dict(Batch(notifications, self._log.mapper).recorded)


def _entry(row: tuple[Any, ...], event: Any, *, is_erased: bool) -> HistoryEntry:
    if event is None:
        return HistoryEntry(*row)
    facts = {name: value for name, value in vars(event).items() if name not in _TOLD_APART}
    signature = (event.actor, event.through, event.why, event.correlation)
    is_erased = is_erased and bool(event.PERSONAL)
    values = (*row, *signature, msgspec.to_builtins(facts), is_erased)
    return HistoryEntry(*values)


def _end_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.max, zone)
