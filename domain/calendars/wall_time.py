"""Wall time (当地时间): what clocks show somewhere, and the instant at which they first show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.errors import InvalidError

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A wall time on a day, in a zone: 09:00 on his birthday, where the customer lives.

    It is kept as it was meant, with the name of the zone; should that country change its clocks,
    the instant moves and the wall time does not. InvalidError when there is no such zone.
    """

    on: date
    at: time
    zone: str

    def __post_init__(self) -> None:
        zone_named(self.zone)

    @property
    def instant(self) -> datetime:
        """The instant, in UTC, at which clocks there first show this time or a later one."""
        return first_instant(datetime.combine(self.on, self.at), zone_named(self.zone))


def zone_named(name: str) -> ZoneInfo:
    """Answers the zone called `name`, as Asia/Shanghai; InvalidError when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidError(field="zone", problem="unknown-zone", value=name) from error


@lru_cache(maxsize=20_000)
def first_instant(wall: datetime, zone: tzinfo) -> datetime:
    """Answers, in UTC, when clocks in `zone` first show `wall` (naive) or a later time.

    So a wall time that the spring change skips becomes the instant of the change, and one that the
    autumn change repeats means the first of the two.
    """
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # Skipped: the two folds lie on either side of the change, which is on a whole second.
    before = wall.replace(tzinfo=zone, fold=1, microsecond=0).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0, microsecond=0).astimezone(UTC)
    new_offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return after
