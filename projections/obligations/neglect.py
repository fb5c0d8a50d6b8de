"""What is owed about customers nobody looks after: rungs of the ladder, and the way to the pool.

Every customer has one row, with what the clocks go by; it is due when the next step is, whichever
that is (`domain.policies.attention`), or not at all. So a contact writes one row, and what was owed
before it is owed no more in the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.complaint import Complaint
from domain.contract import Contract
from domain.customer import Customer
from domain.eventstore.database import Connection
from domain.eventstore.statement import Statement
from domain.grade import Grade
from domain.policies.attention import Attention, PoolWarning, StepKind
from domain.policies.book import PolicyKind
from domain.policies.pool import Exemption, PoolClock, PoolPolicy
from projections.obligations.company import Company, CompanyHours
from projections.table import Table

PRIORITY = 2

STEPS_GO_BY = frozenset({PolicyKind.CALENDAR, PolicyKind.CADENCE, PolicyKind.POOL})
"""The policies that say when the next step is due."""

AT_ONCE = 5_000
"""Rows reckoned anew together after a policy has changed."""

_FACTS = {
    "rep_id": "uuid",
    "grade": "text",
    "contacted_on": "date",
    "owned_at": "timestamptz",
    "bought_on": "date",
    "due_on": "date",
    "level": "smallint",
    "climbed_on": "date",
    "clock": "text",
    "warned_on": "date",
    "returns_on": "date",
    "complaints": "smallint",
    "contracts": "smallint",
}
_CONTACTED = ("grade", "contacted_on", "due_on", "level", "climbed_on")
"""What a contact changes of them."""
_STEP = {"kind": "text", "day": "date", "due_at": "timestamptz"}
_FIXED = {"subject_id": "uuid", "priority": "smallint", "payload": "jsonb"}

_A_DAY = timedelta(days=1)

IDLE = "follow_up"
"""What stands as the kind of a row that is not due at all."""


@dataclass(slots=True)
class Row:
    """A customer's row: its facts, and what the last event means for the next step."""

    key: UUID
    rep_id: UUID | None
    grade: str
    contacted_on: date
    owned_at: datetime
    bought_on: date | None
    due_on: date
    level: int = 0
    climbed_on: date | None = None
    clock: str | None = None
    warned_on: date | None = None
    returns_on: date | None = None
    complaints: int = 0
    contracts: int = 0
    is_new: bool = False
    is_contacted_only: bool = True
    last: Any = None
    not_before: date = date.min
    """The first day on which a step may be taken: never in the middle of a day."""

    def told(self, event: Any, company: Company) -> None:
        """Remember what happened last; most events are contacts, which change little."""
        self.last = event
        self.is_contacted_only = self.is_contacted_only and isinstance(event, Customer.Contacted)
        self.forget_what_lapsed(company)

    def stand_below_ladder(self) -> None:
        """Have no rung climbed."""
        self.level, self.climbed_on = 0, None

    def forget_warning(self) -> None:
        """Stand as if nobody had been warned."""
        self.clock = self.warned_on = self.returns_on = None
        self.is_contacted_only = False

    def belong_to(self, owner_id: UUID | None, since: datetime) -> None:
        """Have another owner, for whom everything begins anew."""
        self.rep_id, self.owned_at = owner_id, since
        self.stand_below_ladder()
        self.forget_warning()

    def step(self, company: Company) -> dict[str, Any]:
        """Return the columns that say what is owed, and when."""
        found = None
        if self.rep_id is not None:
            attention = self._attention(company.hours)
            is_exempt = self._is_exempt(company.pool)
            found = company.rules.next_step(attention, is_exempt=is_exempt)
        if found is None:
            return {"kind": IDLE, "day": None, "due_at": None}
        day = found.on
        if self.last is not None and day <= self.last.timestamp.date() + _A_DAY:
            self.not_before = _first_day(self.last, company.hours)
        day = max(day, self.not_before)
        return {"kind": found.kind.value, "day": day, "due_at": company.hours.opening(day)}

    def facts(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the columns that hold what the clocks go by, or some of them."""
        return {name: getattr(self, name) for name in names}

    def forget_what_lapsed(self, company: Company) -> None:
        """Forget a warning that a contact, a purchase or another term has ended."""
        if self.returns_on is not None:
            step = company.rules.pool_step(self._attention(company.hours))
            if step is None or step.kind is not StepKind.POOL_RETURN:
                self.forget_warning()

    def _is_exempt(self, pool: PoolPolicy) -> bool:
        if self.complaints and Exemption.OPEN_COMPLAINT in pool.exemptions:
            return True
        return self.contracts > 0 and Exemption.CONTRACT in pool.exemptions

    def _attention(self, hours: CompanyHours) -> Attention:
        warning = None
        if self.clock is not None and self.warned_on is not None and self.returns_on is not None:
            warning = PoolWarning(PoolClock(self.clock), self.warned_on, self.returns_on)
        return Attention(
            grade=Grade(self.grade),
            contacted_on=self.contacted_on,
            owned_since=hours.day_of(self.owned_at),
            bought_on=self.bought_on,
            due_on=self.due_on,
            level=self.level,
            climbed_on=self.climbed_on,
            warning=warning,
        )


class NeglectTable:
    """The rows of all customers: a child of the table of obligations, with the facts beside."""

    tables = """
        CREATE TABLE {schema}.neglect (
            PRIMARY KEY (key),
            -- Spares whoever looks for another kind the way through all of these.
            CHECK (kind IN ('follow_up', 'pool_warning', 'pool_return')),
            grade text NOT NULL,
            contacted_on date NOT NULL,
            owned_at timestamptz NOT NULL,
            bought_on date,
            due_on date NOT NULL,
            level smallint NOT NULL,
            climbed_on date,
            clock text,
            warned_on date,
            returns_on date,
            -- How many are open, and how many are in force.
            complaints smallint NOT NULL,
            contracts smallint NOT NULL
        ) INHERITS ({schema}.obligation) WITH (fillfactor = 85);
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS neglect_order ON {schema}.neglect (kind, due_at, key)
            WHERE due_at IS NOT NULL;
        CREATE INDEX IF NOT EXISTS neglect_due ON {schema}.neglect (due_at)
            WHERE due_at IS NOT NULL;
        CREATE INDEX IF NOT EXISTS neglect_standing ON {schema}.neglect (rep_id)
            WHERE level > 0 OR returns_on IS NOT NULL;
    """

    def __init__(self, schema: str) -> None:
        """Write into the table `neglect` of `schema`."""
        columns = {"key": "uuid", **_FIXED, **_STEP, **_FACTS}
        self._table = Table(schema, "neglect", key=("key",), columns=columns)
        names = SQL(", ").join(SQL("n.") + Identifier(name) for name in _FACTS)
        parts = {"schema": Identifier(schema), "facts": names}
        # With each row the position of the policies, which tells whether those at hand still hold.
        self._load = Statement(
            [
                SQL(
                    "SELECT (SELECT max(position) FROM {schema}.policy), u.key, {facts}"
                    " FROM unnest(%b::uuid[]) AS u (key) LEFT JOIN {schema}.neglect n USING (key)"
                ).format(**parts)
            ]
        )
        self._page = Statement(
            [
                SQL(
                    "SELECT n.key, {facts}, n.kind, n.day, n.due_at FROM {schema}.neglect n"
                    " WHERE n.key > %b ORDER BY n.key LIMIT %b"
                ).format(**parts)
            ]
        )

    def apply(
        self,
        connection: Connection,
        events: Iterable[Any],
        company_at: Callable[[int | None], Company],
    ) -> None:
        """Fold the events that are about customers, and write what each of these owes then."""
        told = [(_customer_of(event), event) for event in events if type(event) in CHANGES]
        if not told:
            return
        keys = list(dict.fromkeys([key for key, _ in told]))
        found = connection.cursor(binary=True).execute(self._load, (keys,), prepare=True).fetchall()
        company = company_at(found[0][0])
        rows = {key: Row(key, *facts) for _, key, *facts in found if facts[1] is not None}
        for key, event in told:
            if isinstance(event, Customer.Created):
                rows[key] = _created(event)
                continue
            row = rows.get(key)
            if row is not None:
                CHANGES[type(event)](row, event)
                row.told(event, company)
        fresh, changed = [], {}
        for row in rows.values():
            step = row.step(company)
            if row.is_new:
                fixed = {"key": row.key, "subject_id": row.key, "priority": PRIORITY, "payload": {}}
                fresh.append(fixed | row.facts(_FACTS) | step)
            else:
                changed[row.key] = row.facts(_CONTACTED if row.is_contacted_only else _FACTS) | step
        self._table.insert(connection, fresh)
        self._table.update(connection, changed)

    def reckon(self, connection: Connection, company: Company, at: datetime) -> None:
        """Reckon every step anew under the policies of `company`, adopted at the instant `at`."""
        first_day, after = company.hours.next_day_to_open(at), UUID(int=0)
        while True:
            cursor = connection.cursor(binary=True)
            page = cursor.execute(self._page, (after, AT_ONCE), prepare=True).fetchall()
            changes = {}
            for key, *facts, kind, day, due_at in page:
                row = Row(key, *facts)
                row.not_before = first_day
                row.forget_what_lapsed(company)
                step = row.step(company)
                if step != {"kind": kind, "day": day, "due_at": due_at}:
                    changes[key] = step | row.facts(("clock", "warned_on", "returns_on"))
            self._table.update(connection, changes)
            if len(page) < AT_ONCE:
                return
            after = page[-1][0]


def _customer_of(event: Any) -> UUID:
    is_his_own = isinstance(event, Customer.Event)
    customer_id: UUID = event.originator_id if is_his_own else event.customer_id
    return customer_id


def _first_day(event: Any, hours: CompanyHours) -> date:
    """Return the first day on which a step may follow an event; after a step that day itself."""
    if isinstance(event, (Customer.PoolWarned, Customer.FollowUpEscalated)):
        return hours.day_of(event.timestamp)
    return hours.next_day_to_open(event.timestamp)


def _created(event: Any) -> Row:
    return Row(
        key=event.originator_id,
        rep_id=event.owner_id,
        grade=event.grade,
        contacted_on=event.registered_on,
        owned_at=event.timestamp,
        bought_on=None,
        due_on=event.due.on,
        is_new=True,
    )


def _contacted(row: Row, event: Any) -> None:
    row.grade, row.due_on = event.to_grade, event.due.on
    row.contacted_on = max(row.contacted_on, event.contacted_on)
    row.stand_below_ladder()


def _regraded(row: Row, event: Any) -> None:
    if event.due.on != row.due_on:
        row.stand_below_ladder()
    row.grade, row.due_on = event.to_grade, event.due.on


def _due_moved(row: Row, event: Any) -> None:
    row.due_on = event.due.on
    row.stand_below_ladder()


def _escalated(row: Row, event: Any) -> None:
    row.level, row.climbed_on = event.level, event.climbed_on


def _owner_changed(row: Row, event: Any) -> None:
    row.belong_to(event.to_owner_id, event.timestamp)


def _warned(row: Row, event: Any) -> None:
    row.clock, row.warned_on, row.returns_on = event.clock, event.warned_on, event.returns_on


def _returned(row: Row, event: Any) -> None:
    row.belong_to(None, event.timestamp)


def _claimed(row: Row, event: Any) -> None:
    row.belong_to(event.to_owner_id, event.timestamp)
    row.due_on = event.due.on


def _bought(row: Row, event: Any) -> None:
    row.bought_on = max(row.bought_on or event.purchased_on, event.purchased_on)


def _complained(row: Row, _: Any) -> None:
    """Keep the customer out of the pool; once it is over he is warned anew."""
    row.complaints += 1
    row.forget_warning()


def _settled(row: Row, _: Any) -> None:
    row.complaints -= 1


def _signed(row: Row, _: Any) -> None:
    """Keep the customer out of the pool as a complaint does."""
    row.contracts += 1
    row.forget_warning()


def _fulfilled(row: Row, _: Any) -> None:
    row.contracts -= 1


CHANGES: dict[type[Any], Callable[[Row, Any], None]] = {
    Customer.Created: lambda *_: None,
    Customer.Contacted: _contacted,
    Customer.Regraded: _regraded,
    Customer.DueMoved: _due_moved,
    Customer.FollowUpEscalated: _escalated,
    Customer.OwnerChanged: _owner_changed,
    Customer.PoolWarned: _warned,
    Customer.ReturnedToPool: _returned,
    Customer.Claimed: _claimed,
    Customer.PurchaseRecorded: _bought,
    Complaint.Filed: _complained,
    Complaint.Reopened: _complained,
    Complaint.Closed: _settled,
    Contract.Signed: _signed,
    Contract.Closed: _fulfilled,
    Contract.Cancelled: _fulfilled,
}
"""What each event makes of a customer's row."""
