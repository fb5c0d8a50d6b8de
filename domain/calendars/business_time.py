"""Working time (工作时间): deadlines and durations that count only the hours people work.

A calendar is built from the plain content of its policy version and answers for any year; it does
not know which day it is. Instants are aware datetimes and come back in UTC; days are local dates.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.calendars.wall_time import first_instant, zone_named
from domain.errors import CareError, InvalidError

HORIZON_YEARS = 50

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WALL_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)


class NoWorkingTimeError(CareError):
    """The calendar holds too little work within 50 years of `since`: look at its working days."""

    code = "no-working-time"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessHours:
    """The hours worked on a working day (工作时段) and the days worked in a week.

    `spans` are wall times of `zone` in ascending order, "24:00" ending a day; `weekdays` are ISO
    numbers, Monday = 1. InvalidError when there is no span, one crosses midnight or they overlap.
    """

    zone: str = "Asia/Shanghai"
    spans: tuple[tuple[str, str], ...] = (("09:00", "12:00"), ("13:00", "18:00"))
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})

    def __post_init__(self) -> None:
        zone_named(self.zone)
        if not self.weekdays <= frozenset(range(1, 8)):
            raise InvalidError(field="weekdays", problem="not-1-to-7")
        spans = self.minutes()
        ordered = all(start < end for start, end in spans) and all(
            earlier[1] <= later[0] for earlier, later in pairwise(spans)
        )
        if not spans or not ordered:
            raise InvalidError(field="hours", problem="not-ascending", value=list(self.spans))

    def minutes(self) -> list[tuple[int, int]]:
        """Answers the spans as minutes after midnight."""
        return [(_minute_of_day(start), _minute_of_day(end)) for start, end in self.spans]


@dataclass(frozen=True, slots=True)
class _WorkYear:
    """The spans worked in one local year, in microseconds since 1970, and the work before each."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int

    def done_by(self, instant: int) -> int:
        """Answers the work from the year's beginning to `instant`."""
        span = bisect_right(self.starts, instant) - 1
        if span < 0:
            return 0
        return self.before[span] + min(instant, self.ends[span]) - self.starts[span]

    def moment_of(self, work: int) -> int:
        """Answers the earliest instant by which `work` is done, 0 < work <= total."""
        span = bisect_left(self.before, work) - 1
        return self.starts[span] + work - self.before[span]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """The working days (工作日历) of a company: its week, public holidays and make-up days (调休).

    `closed` days are off, `open` days are worked, whatever the weekday. Days in `provisional_years`
    are estimates until the government's notice is out, and so are those of years after the last one
    of which anything is known. Years are worked out when first asked for and kept; threads may
    share a calendar.
    """

    hours: BusinessHours = field(default_factory=BusinessHours)
    closed: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()
    provisional_years: frozenset[int] = frozenset()
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _known_until: int = field(init=False, repr=False, compare=False)
    _years: dict[int, _WorkYear] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        if both := self.closed & self.open:
            raise InvalidError(field="open", problem="also-closed", value=min(both).isoformat())
        object.__setattr__(self, "_zone", zone_named(self.hours.zone))
        # A company that keeps no holidays at all knows its days for ever.
        last = max((day.year for day in self.closed | self.open), default=MAXYEAR)
        object.__setattr__(self, "_known_until", last)

    def is_workday(self, day: date) -> bool:
        """Tells whether `day` is worked; a make-up Saturday is."""
        if day in self.open:
            return True
        return day.isoweekday() in self.hours.weekdays and day not in self.closed

    def next_workday(self, day: date) -> date:
        """Answers `day` itself if it is worked, else the first worked day after it.

        NoWorkingTimeError when there is none within 50 years.
        """
        candidate = day
        while not self.is_workday(candidate):
            if candidate.year - day.year > HORIZON_YEARS or candidate == date.max:
                raise NoWorkingTimeError(since=day.isoformat())
            candidate += timedelta(days=1)
        return candidate

    def is_provisional(self, day: date) -> bool:
        """Tells whether the holidays around `day` are only an estimate so far, or not known."""
        return day.year in self.provisional_years or day.year > self._known_until

    def add(self, instant: datetime, working_seconds: float) -> datetime:
        """Answers the earliest instant by which so much working time has passed since `instant`.

        Work that ends with the day ends at closing time, not at the next opening; no work at all
        ends at `instant` itself. Exact to the microsecond. ValueError for a naive instant or
        negative seconds; NoWorkingTimeError when 50 years do not hold that much work.
        """
        if working_seconds < 0:
            raise ValueError("working time only runs forward; use between() to look back")
        work = round(working_seconds * 1_000_000)
        if work == 0:
            return instant.astimezone(UTC)
        first = year = self._year_of(instant)
        work += self._work_in(year).done_by(_microseconds(instant))
        while work > self._work_in(year).total:
            work -= self._work_in(year).total
            year += 1
            if year - first > HORIZON_YEARS:
                raise NoWorkingTimeError(since=instant.isoformat())
        return _EPOCH + timedelta(microseconds=self._work_in(year).moment_of(work))

    def between(self, start: datetime, end: datetime) -> float:
        """Answers the working seconds from `start` to `end`; negative when `end` is earlier.

        ValueError for a naive instant; NoWorkingTimeError when they are over 50 years apart.
        """
        if end < start:
            return -self.between(end, start)
        first, last = self._year_of(start), self._year_of(end)
        if last - first > HORIZON_YEARS:
            raise NoWorkingTimeError(since=start.isoformat())
        work = (
            sum(self._work_in(year).total for year in range(first, last))
            + self._work_in(last).done_by(_microseconds(end))
            - self._work_in(first).done_by(_microseconds(start))
        )
        return work / 1_000_000

    def _year_of(self, instant: datetime) -> int:
        if instant.tzinfo is None:
            raise ValueError(f"{instant} has no time zone, so it is no instant")
        return instant.astimezone(self._zone).year

    def _work_in(self, year: int) -> _WorkYear:
        work = self._years.get(year)
        if work is None:
            # Two threads may both work it out; they come to the same.
            work = self._years[year] = self._work_out(year)
        return work

    def _work_out(self, year: int) -> _WorkYear:
        if not MINYEAR < year < MAXYEAR:
            raise NoWorkingTimeError(since=f"{year:04}-01-01")
        starts: list[int] = []
        ends: list[int] = []
        before: list[int] = []
        total = 0
        spans = self.hours.minutes()
        for day in _days_of(year):
            if not self.is_workday(day):
                continue
            for span in spans:
                start, end = (self._wall_microseconds(day, minute) for minute in span)
                starts.append(start)
                ends.append(end)
                before.append(total)
                total += end - start
        return _WorkYear(starts, ends, before, total)

    def _wall_microseconds(self, day: date, minute: int) -> int:
        wall = datetime.combine(day, time()) + timedelta(minutes=minute)
        return _microseconds(first_instant(wall, self._zone))


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _days_of(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))


def _minute_of_day(wall_time: str) -> int:
    if not _WALL_TIME.fullmatch(wall_time):
        raise InvalidError(field="hours", problem="not-a-time", value=wall_time)
    return int(wall_time[:2]) * 60 + int(wall_time[3:])
