"""When a day of the company begins, as the calendar policy has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from domain.calendars.wall_time import first_instant
from domain.policies.calendar import CalendarPolicy


@dataclass(frozen=True, slots=True)
class CompanyHours:
    """The company's zone and the wall time at which work begins, as `09:00`."""

    zone: str
    opens: str
    _tz: ZoneInfo = field(init=False, repr=False, compare=False)
    _time: time = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tz", ZoneInfo(self.zone))
        object.__setattr__(self, "_time", time.fromisoformat(self.opens))

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Return what the content of a calendar policy says."""
        return cls(content["zone"], content["hours"][0][0])

    @classmethod
    def usual(cls) -> Self:
        """Return what holds before any calendar was adopted."""
        policy = CalendarPolicy()
        return cls(policy.zone, policy.hours[0][0])

    def day_of(self, instant: datetime) -> date:
        """Return the company's calendar date at `instant`."""
        return instant.astimezone(self._tz).date()

    def opening(self, day: date) -> datetime:
        """Return the instant, in UTC, at which work begins on `day`, be it a working day or not."""
        return first_instant(datetime.combine(day, self._time), self._tz)

    def next_day_to_open(self, instant: datetime) -> date:
        """Return the first day that opens after `instant`."""
        day = self.day_of(instant)
        return day if self.opening(day) > instant else day + timedelta(days=1)
