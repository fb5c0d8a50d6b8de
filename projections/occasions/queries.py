"""Asks who is to be greeted, when, and what to look at before that."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString, Protocol
from uuid import UUID

from psycopg.errors import UndefinedColumn
from psycopg.sql import SQL

from domain.access import Visibility
from domain.care_choices import CareChoices, TextLanguage
from domain.caring import Cared
from domain.channel import Channel
from domain.customer import Customer
from domain.eventstore.binary_arrays import uuids
from domain.eventstore.database import Database
from domain.grade import Grade
from projections.listing import visible
from projections.queries import Queries


@dataclass(frozen=True, slots=True, kw_only=True)
class OccasionRow:
    """A day on which a customer is to be greeted, or gets a gift or a visit.

    `kind` is greeting, gift or visit, `on` a calendar date where the customer lives.
    """

    key: UUID
    kind: str
    customer_id: UUID
    name: str
    company: str
    owner_id: UUID | None
    occasion: str
    year: str
    on: date
    due_at: datetime
    expires_at: datetime


_COLUMNS: LiteralString = (
    "SELECT o.key, o.kind, o.customer_id, p.name, p.company, p.owner_id, o.payload->>'occasion',"
    " o.payload->>'year', o.day, o.due_at, o.expires_at"
    " FROM {schema}.obligation o JOIN {schema}.person p USING (customer_id)"
)
_NAMES = tuple(OccasionRow.__dataclass_fields__)


class Histories(Protocol):
    """Where customers are read event by event."""

    def get_many(self, aggregate_ids: Iterable[UUID], /) -> dict[UUID, Any]:
        """Return many aggregates; absent ones are left out."""
        ...


class OccasionQueries(Queries):
    """Reads the occasions."""

    def __init__(self, database: Database, schema: str = "occasions") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        self._cared = self._sql(
            "SELECT p.customer_id, p.owner_id, p.grade, p.has_email, p.has_phone,"
            " p.last_contact_on, p.zone, p.language, p.consents, p.wants_greetings, p.wants_offers"
            " FROM {schema}.person p WHERE p.customer_id = ANY(%(ids)s) AND NOT EXISTS ("
            "SELECT FROM projection.parked w WHERE w.read_model = %(model)s"
            " AND w.originator_id = p.customer_id)"
        )

    def cared(self, customer_ids: Collection[UUID], log: Histories) -> dict[UUID, Cared]:
        """Return what is asked of customers before they are written to.

        Whoever is not here, because he was erased or his events wait to be mended, is read from
        `log`; who is no customer is left out.
        """
        try:
            rows = self._rows(self._cared, ids=uuids(customer_ids), model=self.schema)
        except UndefinedColumn:
            # An older version of the list is live while this one is built.
            rows = []
        found = {row[0]: _row(*row) for row in rows}
        missing = set(customer_ids) - found.keys()
        customers = log.get_many(missing).values() if missing else ()
        return found | {each.id: Cared.of(each) for each in customers if isinstance(each, Customer)}

    def page(
        self,
        visibility: Visibility,
        first: date,
        last: date,
        *,
        after: tuple[date, UUID] | None = None,
        limit: int = 50,
    ) -> list[OccasionRow]:
        """Return the occasions from `first` to `last` of customers in scope, the earliest first."""
        conditions, arguments = visible(visibility)
        query = self._sql(
            _COLUMNS + " WHERE o.day BETWEEN %(first)s AND %(last)s AND {seen}"
            " AND (%(day)s::date IS NULL OR (o.day, o.key) > (%(day)s::date, %(key)s::uuid))"
            " ORDER BY o.day, o.key LIMIT %(limit)s",
            seen=SQL(" AND ").join(conditions) if conditions else SQL("true"),
        )
        day, key = after or (None, None)
        rows = self._rows(query, first=first, last=last, day=day, key=key, limit=limit, **arguments)
        return [OccasionRow(**dict(zip(_NAMES, row, strict=True))) for row in rows]

    def get(self, key: UUID) -> OccasionRow | None:
        """Return a greeting that is still ahead, None when there is none under `key`."""
        query = self._sql(_COLUMNS + " WHERE o.key = %(key)s AND o.kind = 'greeting'")
        rows = self._rows(query, key=key)
        return OccasionRow(**dict(zip(_NAMES, rows[0], strict=True))) if rows else None


def _row(  # noqa: PLR0917 - the columns of a row
    customer_id: UUID,
    owner_id: UUID | None,
    grade: str,
    has_email: bool,  # noqa: FBT001
    has_phone: bool,  # noqa: FBT001
    last_contact_on: date | None,
    zone: str,
    language: str | None,
    consents: dict[Channel, bool] | None,
    wants_greetings: bool | None,  # noqa: FBT001
    wants_offers: bool | None,  # noqa: FBT001
) -> Cared:
    has = {Channel.EMAIL: has_email, Channel.SMS: has_phone}
    return Cared(
        id=customer_id,
        owner_id=owner_id,
        grade=Grade(grade),
        choices=CareChoices(
            zone=zone,
            language=TextLanguage(language or TextLanguage.CHINESE),
            consents=consents or {},
            wants_greetings=wants_greetings,
            wants_offers=wants_offers,
        ),
        reached_by=frozenset(channel for channel in has if has[channel]),
        last_contact_on=last_contact_on,
    )
