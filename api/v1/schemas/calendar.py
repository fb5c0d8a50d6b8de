"""The work calendar (工作日历) as it comes in and goes out."""

from __future__ import annotations

from api.v1.schemas.base import ListOf, LocalDate, StrictSchema, Text, WholeNumber
from api.v1.schemas.customers import REASON
from api.v1.schemas.rows import schema_of
from domain.calendars import almanac
from domain.policies.calendar import FIRST_HOLIDAYS, LAST_HOLIDAYS

MOST_DAYS = 366
"""The most days that are told or changed at once."""

CalendarDay = schema_of(almanac.CalendarDay)


class DaysQuery(StrictSchema):
    """Which days, both included; by default the year from today on."""

    first_day = LocalDate()
    last_day = LocalDate()


class WorkdayChange(StrictSchema):
    """Days that are off, days that are worked, and days that are again as the week has them."""

    closed = ListOf(LocalDate(), MOST_DAYS)
    opened = ListOf(LocalDate(), MOST_DAYS)
    usual = ListOf(LocalDate(), MOST_DAYS)
    reason = Text(500, metadata=REASON)


class HolidayImport(StrictSchema):
    """Years whose holidays and make-up days are taken from the tables that come with Kezhi."""

    first_year = WholeNumber(FIRST_HOLIDAYS, LAST_HOLIDAYS, required=True)
    last_year = WholeNumber(FIRST_HOLIDAYS, LAST_HOLIDAYS, required=True)
    reason = Text(500, metadata=REASON)
