"""The company's rules at one point of the log, and the occasions they make of a customer's days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.calendars.birthdays import BirthdayRules, YearlyDay
from domain.calendars.wall_time import zone_named
from domain.calendars.written_days import read_yearly_day
from domain.errors import InvalidError
from domain.occasion import Occasion, OccasionKind, YearlyDays, greeting_key, next_occasion
from domain.plain import from_plain
from domain.policies.greetings import GreetingPolicy

KIND = "greeting"
PRIORITY = 3


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a customer that makes his occasions."""

    customer_id: UUID
    zone: str
    birthday: str
    company_day: str
    first_purchase_on: date | None
    first_contact_on: date | None

    @property
    def days(self) -> YearlyDays:
        """His days that return; a text that nobody can read as one is no day."""
        return YearlyDays(
            birthday=_yearly_day(self.birthday),
            company_day=_yearly_day(self.company_day),
            first_purchase_on=self.first_purchase_on,
            first_contact_on=self.first_contact_on,
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """The greetings policy, the company's zone, and which day stands in for a missing one."""

    policy: GreetingPolicy
    zone: str
    birthdays: BirthdayRules

    @classmethod
    def of(cls, greetings: Mapping[str, Any], calendar: Mapping[str, Any]) -> Rules:
        """Read the rules from what is kept of both policies."""
        birthdays = from_plain(BirthdayRules, calendar["birthdays"])
        return cls(from_plain(GreetingPolicy, greetings), calendar["zone"], birthdays)

    def rows(
        self, person: Person, since: datetime, covered: Mapping[OccasionKind, date]
    ) -> Iterator[dict[str, Any]]:
        """Yield the row of each kind's next occasion.

        That is the first one due later than `since`, or later than the day that was `covered`.
        """
        zone = person.zone or self.zone
        for kind in self.policy.occasions:
            found = self._next(person, kind, zone, since, covered.get(kind))
            if found is not None:
                yield self._row(person.customer_id, *found, zone)

    def _next(
        self, person: Person, kind: OccasionKind, zone: str, since: datetime, covered: date | None
    ) -> tuple[Occasion, datetime] | None:
        after = covered or since.astimezone(zone_named(zone)).date() - timedelta(days=1)
        while occasion := next_occasion(
            kind, person.days, after, festivals=self.policy.festivals, rules=self.birthdays
        ):
            due_at = self.policy.due_at(person.customer_id, occasion.on, zone)
            if covered is not None or due_at > since:
                return occasion, due_at
            after = occasion.on
        return None

    def _row(
        self, customer_id: UUID, occasion: Occasion, due_at: datetime, zone: str
    ) -> dict[str, Any]:
        return {
            "key": greeting_key(customer_id, occasion.name, occasion.year),
            "kind": KIND,
            "subject_id": customer_id,
            "customer_id": customer_id,
            "rep_id": None,
            "day": occasion.on,
            "due_at": due_at,
            "expires_at": self.policy.closes_at(occasion.on, zone),
            "priority": PRIORITY,
            "payload": {"occasion": occasion.name, "year": occasion.year},
        }


def _yearly_day(text: str) -> YearlyDay | None:
    try:
        return read_yearly_day(text) if text else None
    except InvalidError:
        return None
