"""Public holidays and make-up working days (节假日与调休), to feed a calendar policy.

Only a source: what it answers is written into a version of the policy, so that a newer edition of
the `holidays` package never changes what was due in the past.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple


class PublicHolidays(NamedTuple):
    """Days off, make-up working days, and the years for which these are only an estimate."""

    closed: frozenset[date]
    open: frozenset[date]
    provisional_years: frozenset[int]


def chinese_holidays(years: Iterable[int]) -> PublicHolidays:
    """Answers the holidays of mainland China in `years`, as the State Council announced them.

    A year whose notice the `holidays` package does not hold yet (they come out in November) is
    provisional: the festivals themselves, without bridge days and make-up days.
    """
    # Takes a tenth of a second, and no process needs it once a company has its calendar.
    from holidays import country_holidays  # noqa: PLC0415
    from holidays.countries.china import ChinaStaticHolidays  # noqa: PLC0415

    wanted = frozenset(years)
    # A notice may move days of December before and of January after its own year.
    around = {year + offset for year in wanted for offset in (-1, 0, 1)}
    calendar = country_holidays("CN", years=around)
    opened = frozenset(day for day in calendar.weekend_workdays if day.year in wanted)
    return PublicHolidays(
        closed=frozenset(day for day in calendar if day.year in wanted) - opened,
        open=opened,
        provisional_years=wanted - ChinaStaticHolidays.special_public_holidays.keys(),
    )
