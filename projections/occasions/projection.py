"""Keeps the occasions: one row per kind for each customer, the next one; none for others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier

from domain.customer import Customer
from domain.eventstore.database import Connection
from domain.greeting import Greeting
from domain.occasion import OccasionKind
from domain.policies.book import PolicyKind
from domain.policy import Policy
from domain.task import Task
from projections.occasions.rules import Decided, Person, Rules
from projections.owed import OWED
from projections.ownership import OWNERS
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table

PERSON = {
    "customer_id": "uuid",
    "owner_id": "uuid",
    "second_owner_id": "uuid",
    "name": "text",
    "company": "text",
    "grade": "text",
    "zone": "text",
    "language": "text",
    "consents": "jsonb",
    "wants_greetings": "boolean",
    "wants_offers": "boolean",
    "has_email": "boolean",
    "has_phone": "boolean",
    "last_contact_on": "date",
    "birthday": "text",
    "company_day": "text",
    "first_purchase_on": "date",
    "first_contact_on": "date",
}
_CARD = ("name", "company", "birthday", "company_day")
_DAYS = frozenset({"birthday", "company_day"})
_CHOSEN = ("zone", "language", "consents", "wants_greetings", "wants_offers")
_AT_ONCE = 5_000


class OccasionsProjection(ReadModel):
    """What is known of each customer's days, and a row for each of his next occasions.

    The table `person` also holds what is asked of him before he is greeted, and no address. The
    table `obligation` has the shape of the one in `obligations`: greetings are owed like
    everything else, in a lane of their own; gifts and visits stand there too (R75). The table
    `decided` keeps the last day that was decided on of each, so that nothing is owed again when it
    is reckoned anew. The table `rules` holds the greetings policy, and what counts here of the
    calendar's, at this position: one row, or none.
    """

    name = "occasions"
    version = 5
    events = (
        Customer.Event,
        Greeting.Decided,
        Task.Opened,
        Task.Skipped,
        Policy.Adopted,
        Policy.Amended,
    )
    personal = frozenset({"card", "after"})
    tables = """
        CREATE TABLE {schema}.person (
            customer_id uuid PRIMARY KEY,
            owner_id uuid,
            second_owner_id uuid,
            name text NOT NULL,
            company text NOT NULL,
            grade text NOT NULL,
            zone text NOT NULL,
            language text,
            consents jsonb,
            wants_greetings boolean,
            wants_offers boolean,
            has_email boolean NOT NULL,
            has_phone boolean NOT NULL,
            last_contact_on date,
            birthday text NOT NULL,
            company_day text NOT NULL,
            first_purchase_on date,
            first_contact_on date
        ) WITH (fillfactor = 85);
        CREATE TABLE {schema}.obligation (
            key uuid PRIMARY KEY,
            kind text NOT NULL,
            subject_id uuid NOT NULL,
            customer_id uuid NOT NULL,
            rep_id uuid,
            day date NOT NULL,
            due_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            priority smallint NOT NULL,
            payload jsonb NOT NULL
        );
        CREATE INDEX obligation_customer ON {schema}.obligation (customer_id);
        CREATE TABLE {schema}.decided (
            customer_id uuid,
            name text,
            day date NOT NULL,
            PRIMARY KEY (customer_id, name)
        ) WITH (fillfactor = 85);
        CREATE TABLE {schema}.rules (greetings jsonb, calendar jsonb)
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS obligation_order ON {schema}.obligation (kind, due_at, key);
        CREATE INDEX IF NOT EXISTS obligation_due ON {schema}.obligation (due_at, key);
        CREATE INDEX IF NOT EXISTS obligation_day ON {schema}.obligation (day, key);
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._persons = Table(
            self.schema,
            "person",
            key=("customer_id",),
            columns=PERSON,
            greatest=("last_contact_on",),
        )
        rules = {"greetings": "jsonb", "calendar": "jsonb"}
        self._rules_table = Table(self.schema, "rules", key=(), columns=rules)
        self._owed = Table(self.schema, "obligation", key=("key",), columns=OWED)

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per customer, then reckon anew the occasions of whom it concerns."""
        change = _Change(Rows(self._persons))
        for _, event in batch:
            if isinstance(event, Customer.Event):
                change.fold_customer(event)
            elif isinstance(event, Greeting.Decided):
                change.fold_greeting(event)
            elif isinstance(event, (Task.Opened, Task.Skipped)) and event.courtesy is not None:
                change.fold_courtesy(event)
            elif isinstance(event, (Policy.Adopted, Policy.Amended)):
                change.fold_policy(event)
        change.persons.write(connection)
        self._note_first_days(connection, change)
        if change.rules:
            self._change_rules(connection, change)
        self._owed.delete(connection, change.decided_keys)
        self._note_decided(connection, change)
        rules = self._rules(connection) if change.may_concern else None
        if rules is not None:
            self._reckon(connection, rules, change, change.concerned(rules))

    def _note_decided(self, connection: Connection, change: _Change) -> None:
        rows = [
            (customer_id, name, day)
            for customer_id, days in change.decided.items()
            for name, day in days.items()
        ]
        if rows:
            query = self._sql(
                "INSERT INTO {schema}.decided AS t (customer_id, name, day)"
                " SELECT * FROM unnest(%b::uuid[], %b::text[], %b::date[])"
                " ON CONFLICT (customer_id, name) DO UPDATE SET day = excluded.day"
                " WHERE t.day < excluded.day"
            )
            columns = [list(column) for column in zip(*rows, strict=True)]
            connection.execute(query, columns, prepare=True)

    def _note_first_days(self, connection: Connection, change: _Change) -> None:
        """Keep the first contact and the first purchase of whoever had none before."""
        for kind, firsts in change.firsts.items():
            if firsts:
                query = self._sql(
                    "UPDATE {schema}.person AS t SET {column} = u.day"
                    " FROM unnest(%b::uuid[], %b::date[]) AS u (customer_id, day)"
                    " WHERE t.customer_id = u.customer_id AND t.{column} IS NULL"
                    " RETURNING t.customer_id, t.grade",
                    column=Identifier(f"{kind}_on"),
                )
                found = connection.execute(
                    query, [list(firsts), list(firsts.values())], prepare=True
                )
                change.had_first[kind] = found.fetchall()

    def _change_rules(self, connection: Connection, change: _Change) -> None:
        """Keep the rules; under other rules everybody has other occasions."""
        query = self._sql("SELECT greetings, calendar FROM {schema}.rules")
        before = connection.execute(query).fetchone() or (None, None)
        after = (change.rules.get("greetings", before[0]), change.rules.get("calendar", before[1]))
        if after == before:
            return
        connection.execute(self._sql("DELETE FROM {schema}.rules"))
        self._rules_table.insert(connection, [{"greetings": after[0], "calendar": after[1]}])
        everybody = connection.execute(self._sql("SELECT customer_id FROM {schema}.person"))
        for (customer_id,) in everybody.fetchall():
            change.since.setdefault(customer_id, change.latest)

    def _reckon(
        self,
        connection: Connection,
        rules: Rules,
        change: _Change,
        since: Mapping[UUID, datetime],
    ) -> None:
        for group in _groups(list(since), _AT_ONCE):
            moments = [since[customer_id] for customer_id in group]
            # What is due by then is being decided; only what lies ahead is reckoned anew.
            connection.execute(
                self._sql(
                    "DELETE FROM {schema}.obligation AS t"
                    " USING unnest(%b::uuid[], %b::timestamptz[]) AS u (customer_id, since)"
                    " WHERE t.customer_id = u.customer_id AND t.due_at > u.since"
                ),
                [group, moments],
                prepare=True,
            )
            found = connection.execute(
                self._sql(
                    "SELECT customer_id, grade, zone, birthday, company_day, first_purchase_on,"
                    " first_contact_on FROM {schema}.person WHERE customer_id = ANY(%b)"
                ),
                (group,),
                prepare=True,
            )
            persons = [Person(*row) for row in found.fetchall()]
            before = self._decided(connection, group)
            self._owed.insert(
                connection,
                [
                    row
                    for person in persons
                    for row in rules.rows(
                        person,
                        since[person.customer_id],
                        Decided(
                            before.get(person.customer_id, {}),
                            change.decided.get(person.customer_id, {}),
                        ),
                    )
                ],
            )

    def _decided(
        self, connection: Connection, customer_ids: list[UUID]
    ) -> dict[UUID, dict[str, date]]:
        query = self._sql(
            "SELECT customer_id, name, day FROM {schema}.decided WHERE customer_id = ANY(%b)"
        )
        found: dict[UUID, dict[str, date]] = {}
        rows = connection.execute(query, (customer_ids,), prepare=True).fetchall()
        for customer_id, name, day in rows:
            found.setdefault(customer_id, {})[name] = day
        return found

    def _rules(self, connection: Connection) -> Rules | None:
        row = connection.execute(
            self._sql("SELECT greetings, calendar FROM {schema}.rules")
        ).fetchone()
        return Rules.of(*row) if row is not None and None not in row else None

    def _sql(self, text: LiteralString, **parts: Identifier) -> Composed:
        return SQL(text).format(schema=Identifier(self.schema), **parts)


class _Change:
    """What a batch changes: persons, rules, and whose occasions are to be reckoned anew.

    `since` is the moment of the event that concerns a customer, `decided` the last day that was
    decided on of what is owed to him, by its name. Other grades, `regraded` with all he had, and
    first days of a kind, `had_first` with his grade, concern him where the rules go by them.
    """

    def __init__(self, persons: Rows) -> None:
        self.persons = persons
        self.rules: dict[str, Any] = {}
        self.since: dict[UUID, datetime] = {}
        self.regraded: dict[UUID, tuple[datetime, frozenset[str]]] = {}
        self.had_first: dict[OccasionKind, list[tuple[UUID, str]]] = {}
        self.decided: dict[UUID, dict[str, date]] = {}
        self.decided_keys: list[UUID] = []
        self.firsts: dict[OccasionKind, dict[UUID, date]] = {
            OccasionKind.FIRST_CONTACT: {},
            OccasionKind.FIRST_PURCHASE: {},
        }
        self.latest = datetime.min  # noqa: DTZ901 - replaced by the first event

    @property
    def may_concern(self) -> bool:
        """Whether there is anybody whom it may concern, whatever the rules are."""
        return bool(self.since or self.regraded or any(self.had_first.values()))

    def concerned(self, rules: Rules) -> dict[UUID, datetime]:
        """Return since when everybody is concerned whose occasions are others under the rules."""
        since = dict(self.since)
        for kind, persons in self.had_first.items():
            for customer_id, grade in persons:
                if rules.go_by(kind, grade):
                    since.setdefault(customer_id, self.latest)
        for customer_id, (at, grades) in self.regraded.items():
            if rules.tell_apart(grades):
                since[customer_id] = max(at, since.get(customer_id, at))
        return since

    def fold_customer(self, event: Any) -> None:
        self.latest = event.timestamp
        customer_id = event.originator_id
        match event:
            case Customer.Created():
                card = event.card or {}
                self.persons.insert(
                    customer_id,
                    owner_id=event.owner_id,
                    second_owner_id=event.second_owner_id,
                    grade=event.grade,
                    zone="",
                    **{name: card.get(name, "") for name in _CARD},
                    **_reach({"email": "", "phones": (), **card}),
                )
                self.since[customer_id] = event.timestamp
            case Customer.CardCorrected():
                after = event.after or {}
                known = {name: after[name] for name in _CARD if name in after}
                self.persons.update(customer_id, **known, **_reach(after))
                if not _DAYS.isdisjoint(after):
                    self.since[customer_id] = event.timestamp
            case Customer.CareChosen():
                after = event.after
                self.persons.update(
                    customer_id, **{name: after[name] for name in _CHOSEN if name in after}
                )
                if "zone" in after:
                    self.since[customer_id] = event.timestamp
            case _ if type(event) in OWNERS:
                self.persons.update(customer_id, **OWNERS[type(event)](event))
            case Customer.Contacted():
                self._first(OccasionKind.FIRST_CONTACT, customer_id, event.contacted_on)
                self.persons.update(customer_id, last_contact_on=event.contacted_on)
                self._regrade(event)
            case Customer.Regraded():
                self._regrade(event)
            case Customer.PurchaseRecorded():
                self._first(OccasionKind.FIRST_PURCHASE, customer_id, event.purchased_on)

    def fold_greeting(self, event: Any) -> None:
        self._decide(event, OccasionKind(event.occasion.partition(":")[0]).value, event.on)

    def fold_courtesy(self, event: Any) -> None:
        self._decide(event, f"{event.kind}/{event.courtesy.occasion}", event.courtesy.on)

    def fold_policy(self, event: Any) -> None:
        self.latest = event.timestamp
        if event.originator_id == PolicyKind.GREETINGS.stream_id:
            self.rules["greetings"] = event.content
        elif event.originator_id == PolicyKind.CALENDAR.stream_id:
            # Events of the first companies say nothing of birthdays: the usual rules hold.
            birthdays = event.content.get("birthdays") or {}
            self.rules["calendar"] = {
                "zone": event.content["zone"],
                "opens": event.content["hours"][0][0],
                "birthdays": birthdays,
            }

    def _decide(self, event: Any, name: str, on: date) -> None:
        self.latest = event.timestamp
        self.decided_keys.append(event.originator_id)
        self.since[event.customer_id] = event.timestamp
        days = self.decided.setdefault(event.customer_id, {})
        days[name] = max(on, days.get(name, on))

    def _regrade(self, event: Any) -> None:
        """Another grade may get other gifts and visits."""
        if event.to_grade != event.from_grade:
            self.persons.update(event.originator_id, grade=event.to_grade)
            _, grades = self.regraded.get(event.originator_id, (None, frozenset[str]()))
            grades |= {event.from_grade, event.to_grade}
            self.regraded[event.originator_id] = event.timestamp, grades

    def _first(self, kind: OccasionKind, customer_id: UUID, day: date) -> None:
        firsts = self.firsts[kind]
        firsts[customer_id] = min(day, firsts.get(customer_id, day))


def _reach(card: Mapping[str, Any]) -> dict[str, bool]:
    """Return by what somebody is reached as far as `card` tells."""
    told = {"has_email": "email", "has_phone": "phones"}
    return {name: bool(card[field]) for name, field in told.items() if field in card}


def _groups(ids: Sequence[UUID], size: int) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])
