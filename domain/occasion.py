"""Occasions (由头): the days of a customer on which he is greeted, and what tells one from another.

Pure: from what is known of the customer and the company's rules to days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from domain.calendars.birthdays import BirthdayRules, YearlyDay, next_anniversary
from domain.calendars.festivals import FESTIVALS, next_day_of, year_of
from domain.ids import named_id


class OccasionKind(StrEnum):
    """What kind of day it is (R73, X18)."""

    BIRTHDAY = "birthday"
    """The birthday on his card, solar or lunar (生日)."""
    COMPANY_DAY = "company_day"
    """The day his company was founded (公司成立日)."""
    FESTIVAL = "festival"
    """A festival that the company greets on (节日)."""
    FIRST_PURCHASE = "first_purchase"
    """The day he first bought something, each year (首次成交纪念日)."""
    FIRST_CONTACT = "first_contact"
    """The day of the first contact with him, each year (相识纪念日)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyDays:
    """The days of a customer that return every year, as far as they are known."""

    birthday: YearlyDay | None = None
    company_day: YearlyDay | None = None
    first_purchase_on: date | None = None
    first_contact_on: date | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """One day on which one customer may be greeted.

    `name` is the kind, with the festival's key behind a colon; `year` is counted in the calendar
    of the day, so a lunar birthday that falls twice into one common year is two occasions.
    """

    kind: OccasionKind
    name: str
    year: str
    on: date

    @property
    def festival(self) -> str:
        """The key of the festival, empty on other days."""
        return self.name.partition(":")[2]


def greeting_key(customer_id: UUID, name: str, year: str) -> UUID:
    """Return the key of the one greeting to a customer on an occasion of a year (D7)."""
    return named_id("greeting", customer_id, name, year)


def courtesy_key(kind: str, customer_id: UUID, name: str, year: str) -> UUID:
    """Return the key of the one gift or visit to a customer on an occasion of a year (D7)."""
    return named_id(kind, customer_id, name, year)


def next_occasion(
    kind: OccasionKind,
    days: YearlyDays,
    after: date,
    *,
    festivals: Sequence[str],
    rules: BirthdayRules,
) -> Occasion | None:
    """Return the customer's first occasion of `kind` later than `after`, None when there is none.

    Of the `festivals` it is the nearest one.
    """
    if kind is OccasionKind.FESTIVAL:
        return _next_festival(tuple(festivals), after)
    return _next_return(kind, _day_of(days, kind), after, rules)


def _day_of(days: YearlyDays, kind: OccasionKind) -> YearlyDay | None:
    match kind:
        case OccasionKind.BIRTHDAY:
            return days.birthday
        case OccasionKind.COMPANY_DAY:
            return days.company_day
        case OccasionKind.FIRST_PURCHASE:
            return _yearly(days.first_purchase_on)
        case OccasionKind.FIRST_CONTACT:
            return _yearly(days.first_contact_on)
    return None


def _yearly(on: date | None) -> YearlyDay | None:
    return YearlyDay(year=on.year, month=on.month, day=on.day) if on else None


def _next_return(
    kind: OccasionKind, day: YearlyDay | None, after: date, rules: BirthdayRules
) -> Occasion | None:
    found = next_anniversary(day, after, rules) if day is not None else None
    return Occasion(kind, kind.value, found.occasion, found.on) if found is not None else None


@lru_cache(maxsize=1_000)
def _next_festival(keys: tuple[str, ...], after: date) -> Occasion | None:
    days = [(day, key) for key in keys if (day := next_day_of(FESTIVALS[key], after)) is not None]
    if not days:
        return None
    on, key = min(days)
    year = str(year_of(FESTIVALS[key], on))
    return Occasion(OccasionKind.FESTIVAL, f"{OccasionKind.FESTIVAL.value}:{key}", year, on)
