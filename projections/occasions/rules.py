"""The company's rules at one point of the log, and the occasions they make of a customer's days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain.calendars.birthdays import BirthdayRules, YearlyDay
from domain.calendars.wall_time import LocalTime, zone_named
from domain.calendars.written_days import read_yearly_day
from domain.errors import InvalidError
from domain.grade import Grade
from domain.occasion import (
    Occasion,
    OccasionKind,
    YearlyDays,
    courtesy_key,
    greeting_key,
    next_occasion,
)
from domain.plain import from_plain
from domain.policies.courtesies import CourtesyRule
from domain.policies.greetings import GreetingPolicy

KIND = "greeting"
PRIORITY = 3
COURTESY_PRIORITY = 1
"""Somebody has to do it, so it does not wait behind a million messages."""

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a customer that makes his occasions."""

    customer_id: UUID
    grade: str
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
class Decided:
    """The last day that was decided on of each thing that is owed to a customer, by its name.

    `just_now` are those of the batch at hand: what follows them is owed even if it is late.
    """

    before: Mapping[str, date]
    just_now: Mapping[str, date]


@dataclass(frozen=True, slots=True)
class Rules:
    """The greetings policy, the company's zone and opening, and which day stands in for another."""

    policy: GreetingPolicy
    zone: str
    opens: time
    birthdays: BirthdayRules

    @classmethod
    def of(cls, greetings: Mapping[str, Any], calendar: Mapping[str, Any]) -> Rules:
        """Read the rules from what is kept of both policies."""
        return cls(
            from_plain(GreetingPolicy, greetings),
            calendar["zone"],
            time.fromisoformat(calendar["opens"]),
            from_plain(BirthdayRules, calendar["birthdays"]),
        )

    def go_by(self, kind: OccasionKind, grade: str) -> bool:
        """Tell whether customers of a grade are owed anything on days of a kind."""
        return kind in self.policy.occasions or any(
            rule.occasion.partition(":")[0] == kind and grade in rule.grades
            for rule in self.policy.courtesies
        )

    def tell_apart(self, grades: frozenset[str]) -> bool:
        """Tell whether some of `grades` are owed what others of them are not."""
        owed = [grades.intersection(rule.grades) for rule in self.policy.courtesies]
        return any(0 < len(some) < len(grades) for some in owed)

    def rows(self, person: Person, since: datetime, decided: Decided) -> Iterator[dict[str, Any]]:
        """Yield the rows of what is owed next: of each kind of greeting, of each courtesy.

        That is the first one due later than `since`, or later than the day just decided on.
        """
        days, zone = person.days, person.zone or self.zone
        for kind in self.policy.occasions:
            found = self._next(
                kind, days, zone, since, decided, name=kind.value,
                festivals=self.policy.festivals,
                due_at=lambda on: self.policy.due_at(person.customer_id, on, zone),
            )  # fmt: skip
            if found is not None:
                yield self._greeting(person.customer_id, *found, zone)
        for rule in self.policy.courtesies:
            if Grade(person.grade) in rule.grades:
                found = self._next_courtesy(rule, days, since, decided)
                if found is not None:
                    yield self._courtesy(person.customer_id, rule, *found)

    def _next_courtesy(
        self, rule: CourtesyRule, days: YearlyDays, since: datetime, decided: Decided
    ) -> tuple[Occasion, datetime] | None:
        kind, _, festival = rule.occasion.partition(":")
        return self._next(
            OccasionKind(kind), days, self.zone, since, decided, name=rule.name,
            festivals=(festival,), due_at=lambda on: self._opening_before(rule.planned_for(on)),
        )  # fmt: skip

    def _next(
        self,
        kind: OccasionKind,
        days: YearlyDays,
        zone: str,
        since: datetime,
        decided: Decided,
        *,
        name: str,
        festivals: Sequence[str],
        due_at: Callable[[date], datetime],
    ) -> tuple[Occasion, datetime] | None:
        after = decided.just_now.get(name)
        is_late = after is not None
        if after is None:
            yesterday = since.astimezone(zone_named(zone)).date() - _A_DAY
            after = max(yesterday, decided.before.get(name, yesterday))
        while occasion := next_occasion(
            kind, days, after, festivals=festivals, rules=self.birthdays
        ):
            due = due_at(occasion.on)
            if is_late or due > since:
                return occasion, due
            after = occasion.on
        return None

    def _greeting(
        self, customer_id: UUID, occasion: Occasion, due_at: datetime, zone: str
    ) -> dict[str, Any]:
        return {
            "key": greeting_key(customer_id, occasion.name, occasion.year),
            "kind": KIND,
            "due_at": due_at,
            "expires_at": self.policy.closes_at(occasion.on, zone),
            "priority": PRIORITY,
            **_about(customer_id, occasion),
        }

    def _courtesy(
        self, customer_id: UUID, rule: CourtesyRule, occasion: Occasion, due_at: datetime
    ) -> dict[str, Any]:
        return {
            "key": courtesy_key(rule.kind, customer_id, occasion.name, occasion.year),
            "kind": rule.kind.value,
            "due_at": due_at,
            "expires_at": LocalTime(occasion.on + _A_DAY, time.min, self.zone).instant,
            "priority": COURTESY_PRIORITY,
            **_about(customer_id, occasion),
        }

    def _opening_before(self, planned: date) -> datetime:
        """Return when a task is decided on, so that it is on the list of its own day."""
        return LocalTime(planned - _A_DAY, self.opens, self.zone).instant


def _about(customer_id: UUID, occasion: Occasion) -> dict[str, Any]:
    return {
        "subject_id": customer_id,
        "customer_id": customer_id,
        "rep_id": None,
        "day": occasion.on,
        "payload": {"occasion": occasion.name, "year": occasion.year},
    }


def _yearly_day(text: str) -> YearlyDay | None:
    try:
        return read_yearly_day(text) if text else None
    except InvalidError:
        return None
