"""The forecast (预告): who would get what on a coming day, by the workers' own decisions (D7).

It says what follows if nothing happens until then: of a customer nobody looks after, and of each
kind of occasion, the step that comes next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg.sql import SQL

from domain.application import CustomerCare
from domain.calendars.wall_time import first_instant
from domain.customer import Customer
from domain.errors import InvalidError
from domain.reminder import digest_key, receivables_key
from projections.bootstrap import ReadSide
from projections.intents import INTENTS
from projections.obligations.queries import ObligationRow
from workers.decisions.kinds import CAMPAIGNS, GREETINGS, KINDS
from workers.decisions.office import office_of
from workers.rehearsal import NoOutages, RehearsedLog

After = tuple[datetime, UUID] | None
"""Moment and key of the last row seen, None at the beginning."""

FORESEEN = {**KINDS, **GREETINGS, **CAMPAIGNS}
del FORESEEN["recomputation"]

_DAILY = {"digest": digest_key, "receivables": receivables_key}
"""What is owed again every day, of which only the next one stands in the lists."""

_OWED = SQL(
    "SELECT key, kind, subject_id, customer_id, rep_id, day, due_at, expires_at, payload FROM ("
    "SELECT key, kind, subject_id, customer_id, rep_id, day, due_at, expires_at, payload"
    " FROM obligations.obligation UNION ALL "
    "SELECT key, kind, subject_id, customer_id, rep_id, day, due_at, expires_at, payload"
    " FROM occasions.obligation UNION ALL "
    "SELECT key, kind, subject_id, customer_id, rep_id, day, due_at, expires_at, payload"
    " FROM campaigns.obligation) AS o"
    " WHERE kind = ANY(%(kinds)s) AND due_at >= %(first)s AND due_at < %(end)s"
    " AND (%(at)s::timestamptz IS NULL OR (due_at, key) > (%(at)s::timestamptz, %(key)s::uuid))"
    " ORDER BY due_at, key LIMIT %(limit)s"
)
_EARLIER = SQL(
    "SELECT kind, subject_id FROM ONLY obligations.obligation"
    " WHERE kind = ANY(%(kinds)s) AND day < %(day)s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would be decided of one thing that is owed.

    `decision` is the topic of the event, empty when there would be none; `reason` is why nothing is
    done, as the event would say. `told_ids` are the representatives who would be told,
    `is_customer_told` says that the customer himself would be, by `channels`.
    """

    key: UUID
    kind: str
    due_at: datetime
    customer_id: UUID | None
    customer_name: str
    rep_id: UUID | None
    decision: str
    reason: str
    told_ids: list[UUID]
    is_customer_told: bool
    channels: list[str]


class Forecast:
    """Foresees the decisions of a day; safe to share between threads, and writes nothing."""

    def __init__(self, read: ReadSide) -> None:
        """Look at the lists and at the log of `read`."""
        self._read = read

    def page(
        self,
        on: date,
        now: datetime,
        *,
        kinds: Collection[str] = (),
        after: After = None,
        limit: int = 50,
    ) -> list[Foreseen]:
        """Return what would be decided on the company's day `on`, the earliest first.

        Of today all that is not decided yet. Raises InvalidError for a day gone by.
        """
        book = self._read.care.book()
        if on < book.today(now):
            raise InvalidError(field="on", problem="in-the-past")
        wanted = [kind for kind in FORESEEN if kind in kinds or not kinds]
        midnight = [
            first_instant(datetime.combine(day, time.min), book.calendar.tz)
            for day in (on, on + timedelta(days=1))
        ]
        is_today = on == book.today(now)
        at, key = after or (None, None)
        rows = self._read.database.fetch(
            _OWED.format(),
            {
                "kinds": wanted,
                "first": _LONG_AGO if is_today else midnight[0],
                "end": midnight[1],
                "at": at,
                "key": key,
                "limit": limit,
            },
        )
        owed = [ObligationRow(*row) for row in rows]
        owed += [each for each in self._daily(on, wanted) if _place(each) > (after or _FIRST)]
        owed = sorted(owed, key=_place)[:limit]
        return list(self._foresee(owed, now))

    def _daily(self, on: date, kinds: Collection[str]) -> Iterator[ObligationRow]:
        """Yield the lists of a day on which others come before them."""
        opening = self._opening(on)
        arguments = {"kinds": [kind for kind in _DAILY if kind in kinds], "day": on}
        for kind, rep_id in self._read.database.fetch(_EARLIER.format(), arguments):
            yield ObligationRow(
                key=_DAILY[kind](rep_id, on), kind=kind, subject_id=rep_id, customer_id=None,
                rep_id=rep_id, day=on, due_at=opening, expires_at=None, payload={},
            )  # fmt: skip

    def _opening(self, on: date) -> datetime:
        calendar = self._read.care.book().calendar
        opens = time.fromisoformat(calendar.hours[0][0])
        return first_instant(datetime.combine(on, opens), calendar.tz)

    def _foresee(self, owed: Sequence[ObligationRow], now: datetime) -> Iterator[Foreseen]:
        """Decide the rows as the workers would, those of a kind and a moment together."""
        log = RehearsedLog.of(self._read.log)
        office = replace(office_of(self._read, NoOutages()), care=CustomerCare(log))
        told: dict[UUID, Any] = {}
        for (kind, _), group in groupby(sorted(owed, key=_moment), key=_moment):
            alike = list(group)
            log.heard.clear()
            FORESEEN[kind].decide(alike, max(now, *(each.due_at for each in alike)), office)
            told |= _by_key(alike, log.heard)
        names = self._names(owed)
        for row in owed:
            yield _foreseen(row, told.get(row.key), names)

    def _names(self, owed: Iterable[ObligationRow]) -> dict[UUID, str]:
        ids = {each.customer_id for each in owed if each.customer_id is not None}
        return {
            customer_id: customer.card.get("company") or customer.card.get("name", "")
            for customer_id, customer in self._read.log.get_many(ids).items()
            if isinstance(customer, Customer)
        }


_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_FIRST = _LONG_AGO, UUID(int=0)


def _place(row: ObligationRow) -> tuple[datetime, UUID]:
    return row.due_at, row.key


def _moment(row: ObligationRow) -> tuple[str, datetime]:
    """Return what is decided together: what goes to customers by the hour, the rest by moment."""
    hour = row.due_at.replace(minute=0, second=0, microsecond=0)
    return row.kind, row.due_at if row.kind in KINDS else hour


def _by_key(owed: Iterable[ObligationRow], heard: Iterable[Any]) -> dict[UUID, Any]:
    """Return the decision on each obligation: under its own key, or an event of its subject."""
    events: dict[UUID, Any] = {}
    for event in heard:
        events.setdefault(event.originator_id, event)
        events[getattr(event, "key", event.originator_id)] = event
    return {row.key: events.get(row.key) or events.get(row.subject_id) for row in owed}


def _foreseen(row: ObligationRow, event: Any, names: dict[UUID, str]) -> Foreseen:
    intent = INTENTS[type(event)](event) if type(event) in INTENTS else None
    return Foreseen(
        key=row.key,
        kind=row.kind,
        due_at=row.due_at,
        customer_id=row.customer_id,
        customer_name=names.get(row.customer_id, "") if row.customer_id else "",
        rep_id=row.rep_id,
        decision=event.TOPIC if event is not None else "",
        reason=getattr(event, "reason", ""),
        told_ids=list(dict.fromkeys(intent.to_ids)) if intent else [],
        is_customer_told=intent.to_customer if intent else False,
        channels=[channel.value for channel in intent.channels] if intent else [],
    )
