"""The Chinese lunar calendar (农历), lunar years 1900 to 2100: every day of 1901-2100 and back.

The table below was made from the `borax` package, whose source is the conversion table of the Hong
Kong Observatory; a test reads it out of `borax` again and compares every day with two programs that
calculate the new moons. Three new moons fall so close to midnight that those two begin the month a
day earlier: 2057-09-28, 2089-09-04 and 2097-08-07. There we follow the Observatory. Should the
official calendar one day say otherwise, correct the word of that year.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from domain.errors import InvalidError

FIRST_YEAR = 1900
LAST_YEAR = 2100

_NEW_YEAR_1900 = date(1900, 1, 31)

# One word a year: the number of the leap month (0 for none), then thirteen bits, the first for the
# first month in the order they come, 1 where it has 30 days. A year without leap month uses twelve.
_WORDS = """
    1096d 0095c 014ae 0aa4d 01a4c 01b2a 08d55 00ad4 0135a 0495d
    0095c 0d49b 0149a 01a4a 0baa5 016a8 01ad4 052da 012b6 0e937
    0092e 01496 0b64b 00d4a 00da8 095b5 0056c 012ae 0492f 0092e
    0cc96 01a94 01d4a 0ada9 00b5a 0056c 0726e 0125c 0f92d 0192a
    01a94 0db4a 016aa 00ad4 0955b 004ba 0125a 0592b 0152a 0f695
    00d94 016aa 0aab5 009b4 014b6 06a57 00a56 1152a 01d2a 00d54
    0d5aa 0156a 0096c 094ae 014ae 00a4c 07d26 01b2a 0eb55 00ad4
    012da 0a95d 0095a 0149a 09a4d 01a4a 11aa5 016a8 016d4 0d2da
    012b6 00936 09497 01496 1564b 00d4a 00da8 0d5b4 0156c 012ae
    0a92f 0092e 00c96 06d4a 01d4a 10d65 00b58 0156c 0b26d 0125c
    0192c 09a95 01a94 01b4a 04b55 00ad4 0f55b 004ba 0125a 0b92b
    0152a 01694 096aa 015aa 12ab5 00974 014b6 0ca57 00a56 01526
    08e95 00d54 015aa 049b5 0096c 0d4ae 0149c 01a4c 0bd26 01aa6
    00b54 06d6a 012da 1695d 0095a 0149a 0da4b 01a4a 01aa4 0bb54
    016b4 00ada 0495b 00936 0f497 01496 0154a 0b6a5 00da4 015b4
    06ab6 0126e 1092f 0092e 00c96 0cd4a 01d4a 00d64 0956c 0155c
    0125c 0792e 0192c 0fa95 01a94 01b4a 0ab55 00ad4 014da 08a5d
    00a5a 1152b 0152a 01694 0d6aa 015aa 00ab4 094ba 014b6 00a56
    07527 00d26 0ee53 00d54 015aa 0a9b5 0096c 014ae 08a4e 01a4c
    11d26 01aa4 01b54 0cd6a 00ada 0095c 0949d 0149a 01a2a 05b25
    01aa4
"""


@dataclass(frozen=True, slots=True, order=True)
class LunarDay:
    """A day of the lunar calendar; `is_leap` for a day of a leap month (闰月).

    Days compare in the order they come. Nothing is checked here: `solar_day` refuses what there is
    not.
    """

    year: int
    month: int
    is_leap: bool
    day: int


@dataclass(frozen=True, slots=True)
class LunarMonth:
    """A month with its first day, a day of the common calendar, and its length, 29 or 30."""

    month: int
    is_leap: bool
    first: date
    length: int


def lunar_day(day: date) -> LunarDay:
    """Return what `day`, a day of the common calendar, is called in the lunar one.

    InvalidError outside 1900-01-31 to 2101-01-28.
    """
    starts = _new_years()
    number = bisect_right(starts, day.toordinal()) - 1
    if number < 0 or number > LAST_YEAR - FIRST_YEAR:
        raise InvalidError(field="day", problem="no-such-day", value=day.isoformat())
    year = FIRST_YEAR + number
    # A month is at most 30 days long, so this is the right one or the one before it.
    months = lunar_months(year)
    position = min((day.toordinal() - starts[number]) // 29, len(months) - 1)
    if day < months[position].first:
        position -= 1
    month = months[position]
    return LunarDay(year, month.month, month.is_leap, (day - month.first).days + 1)


def solar_day(lunar: LunarDay) -> date:
    """Return the day of the common calendar that `lunar` is; InvalidError when there is none."""
    month = find_month(lunar.year, lunar.month, is_leap=lunar.is_leap)
    if month is None or not 1 <= lunar.day <= month.length:
        raise InvalidError(field="day", problem="no-such-day", value=str(lunar))
    return month.first + timedelta(days=lunar.day - 1)


def lunar_months(year: int) -> tuple[LunarMonth, ...]:
    """Return the twelve or thirteen months of a lunar year; none when it is not in the table."""
    return _months(year) if _is_known(year) else ()


def find_month(year: int, month: int, *, is_leap: bool = False) -> LunarMonth | None:
    """Return a month of a lunar year; None when that year does not have it."""
    return _months_by_name(year).get((month, is_leap)) if _is_known(year) else None


def leap_month(year: int) -> int | None:
    """Return the number of the month that comes twice in a lunar year; None when none does."""
    return next((month.month for month in lunar_months(year) if month.is_leap), None)


def _is_known(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


@cache
def _months(year: int) -> tuple[LunarMonth, ...]:
    word = _words()[year - FIRST_YEAR]
    leap, lengths = word >> 13, word & 0x1FFF
    first = date.fromordinal(_new_years()[year - FIRST_YEAR])
    months = []
    for position, (month, is_leap) in enumerate(_names(leap)):
        length = 29 + (lengths >> (12 - position) & 1)
        months.append(LunarMonth(month, is_leap, first, length))
        first += timedelta(days=length)
    return tuple(months)


@cache
def _months_by_name(year: int) -> dict[tuple[int, bool], LunarMonth]:
    return {(month.month, month.is_leap): month for month in _months(year)}


@cache
def _new_years() -> list[int]:
    """Return the ordinals of 1-1 of each year of the table, and of the year after it."""
    ordinals = [_NEW_YEAR_1900.toordinal()]
    for word in _words():
        months = len(_names(word >> 13))
        ordinals.append(ordinals[-1] + 29 * months + (word & 0x1FFF).bit_count())
    return ordinals


@cache
def _words() -> list[int]:
    return [int(word, 16) for word in _WORDS.split()]


def _names(leap: int) -> list[tuple[int, bool]]:
    """Return number and kind of the months of a year, the leap month after its namesake."""
    plain = [(month, False) for month in range(1, 13)]
    return [*plain[:leap], (leap, True), *plain[leap:]] if leap else plain
