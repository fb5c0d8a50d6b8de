"""What the company decided that obligations go by: its days, its pool, its ladder, its visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from domain.calendars.wall_time import first_instant
from domain.eventstore.database import Connection
from domain.plain import from_plain
from domain.policies.attention import AttentionRules
from domain.policies.book import CONTENT_TYPES, PolicyKind
from domain.policies.cadence import CadencePolicy
from domain.policies.calendar import CalendarPolicy
from domain.policies.pool import PoolPolicy
from domain.policies.return_visits import ReturnVisitPolicy

KEPT = {
    kind.stream_id: kind
    for kind in (
        PolicyKind.CALENDAR,
        PolicyKind.CADENCE,
        PolicyKind.POOL,
        PolicyKind.RETURN_VISITS,
    )
}
"""The policies that obligations go by, by their streams."""


@dataclass(frozen=True, slots=True)
class CompanyHours:
    """The company's zone and the wall time at which work begins, as `09:00`."""

    zone: str
    opens: str
    _tz: ZoneInfo = field(init=False, repr=False, compare=False)
    _time: time = field(init=False, repr=False, compare=False)
    _openings: dict[date, datetime] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tz", ZoneInfo(self.zone))
        object.__setattr__(self, "_time", time.fromisoformat(self.opens))
        object.__setattr__(self, "_openings", {})

    def day_of(self, instant: datetime) -> date:
        """Return the company's calendar date at `instant`."""
        return instant.astimezone(self._tz).date()

    def opening(self, day: date) -> datetime:
        """Return the instant, in UTC, at which work begins on `day`, be it a working day or not."""
        opening = self._openings.get(day)
        if opening is None:
            opening = first_instant(datetime.combine(day, self._time), self._tz)
            self._openings[day] = opening
        return opening

    def next_day_to_open(self, instant: datetime) -> date:
        """Return the first day that opens after `instant`."""
        day = self.day_of(instant)
        return day if self.opening(day) > instant else day + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The policies at a point of the log; before any was adopted, those of a new company.

    There are no return visits before their policy was adopted.
    """

    calendar: CalendarPolicy = field(default_factory=CalendarPolicy)
    cadence: CadencePolicy = field(default_factory=CadencePolicy)
    pool: PoolPolicy = field(default_factory=PoolPolicy)
    return_visits: ReturnVisitPolicy | None = None
    hours: CompanyHours = field(init=False)
    rules: AttentionRules = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        hours = CompanyHours(self.calendar.zone, self.calendar.hours[0][0])
        rules = AttentionRules(self.pool, self.cadence, self.calendar.calendar)
        object.__setattr__(self, "hours", hours)
        object.__setattr__(self, "rules", rules)


class CompanyBook:
    """Keeps the content of the policies in a table and what it means at hand."""

    tables = """
        CREATE TABLE {schema}.policy (
            kind text PRIMARY KEY,
            position bigint NOT NULL,
            content jsonb NOT NULL
        );
    """

    def __init__(self, schema: str) -> None:
        """Keep them in the table `policy` of `schema`."""
        self._company = Company()
        self._position: int | None = 0
        table = Identifier(schema, "policy")
        self._newest = SQL("SELECT max(position) FROM {}").format(table)
        self._read = SQL("SELECT kind, content FROM {}").format(table)
        self._write = SQL(
            "INSERT INTO {} (kind, position, content) VALUES (%s, %s, %s)"
            " ON CONFLICT (kind) DO UPDATE"
            " SET position = excluded.position, content = excluded.content"
        ).format(table)

    def current(self, connection: Connection) -> Company:
        """Return the policies as the table has them."""
        row = connection.execute(self._newest).fetchone()
        return self.at(connection, row[0] if row else None)

    def at(self, connection: Connection, position: int | None) -> Company:
        """Return the policies of which the newest stands at `position` of the log."""
        if (position or 0) != self._position:
            contents = dict(connection.execute(self._read).fetchall())
            self._company, self._position = _company(contents), position or 0
        return self._company

    def amend(
        self, connection: Connection, position: int, kind: PolicyKind, content: Mapping[str, Any]
    ) -> Company:
        """Have another version of a policy from `position` on; return what holds then."""
        connection.execute(self._write, (kind.value, position, Jsonb(content)))
        return self.at(connection, position)


def _company(contents: Mapping[str, Any]) -> Company:
    return Company(
        **{
            kind.value: from_plain(CONTENT_TYPES[kind], contents[kind.value])
            for kind in KEPT.values()
            if kind.value in contents
        }
    )
