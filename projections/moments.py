"""Moments of the log (时点): what was on record at a position, an instant, the end of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification

from domain.aggregate import fold
from domain.errors import InvalidError
from domain.eventstore.event_log import EventLog
from domain.policies.book import PolicyBook, PolicyKind
from projections.applying import Batch

NEARBY = 100
"""Clocks of several machines differ: so many positions further we look for what came earlier."""

Asked = date | datetime | int
"""A day, meant to its end; an instant; or a position in the log."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What had been recorded up to `position` of the log, which was at the instant `at`."""

    position: int
    at: datetime
    is_over: bool = True
    """Whether nothing can be recorded by then any more."""


class Moments:
    """Finds moments, and reads single streams as they were then.

    An aggregate as of a moment is the fold of the events of its stream up to the position of the
    moment, by the same appliers that decisions are made with, so it is exact to the event.
    """

    def __init__(self, log: EventLog) -> None:
        """Read from `log`."""
        self._log = log

    def find(self, asked: Asked, zone: tzinfo, now: datetime) -> Moment:
        """Return the moment that is `asked` for; days end at midnight in `zone`.

        What is not over yet is as of `now`. InvalidError for a position that there is not.
        """
        if isinstance(asked, int):
            return self._at_position(asked)
        if not isinstance(asked, datetime):
            midnight = datetime.combine(asked + timedelta(days=1), time(), zone)
            asked = midnight.astimezone(UTC) - timedelta(microseconds=1)
        if asked >= now:
            return Moment(self._log.head, now, is_over=False)
        return Moment(self._position_at(asked), asked)

    def get(self, aggregate_id: UUID, moment: Moment) -> Any:
        """Return an aggregate as it was at `moment`, None when it was not there."""
        return fold(None, self.events(aggregate_id, moment))

    def events(self, aggregate_id: UUID, moment: Moment) -> Sequence[Any]:
        """Return the events of a stream up to `moment`."""
        found = self._log.recorder.select_stream(aggregate_id, 1, moment.position)
        return self._log.mapper.to_domain_events(found)

    def book(self, moment: Moment) -> PolicyBook | None:
        """Return the policies that were in force at `moment`, None before they were adopted."""
        policies = {kind: self.get(kind.stream_id, moment) for kind in PolicyKind}
        return PolicyBook.of(policies) if all(policies.values()) else None

    def _at_position(self, position: int) -> Moment:
        found = self._log.recorder.select_notifications(position, NEARBY)
        if not found or found[0].id != position:
            raise InvalidError(field="as_of", problem="not-in-the-log")
        readable = self._readable(found)
        return Moment(position, readable[0][1] if readable else datetime.min.replace(tzinfo=UTC))

    def _position_at(self, instant: datetime) -> int:
        """Return the position of the last event recorded by `instant`, 0 when there is none.

        Found in as many looks as the newest position has binary digits, from the largest step
        down; so what is added to the log later changes no answer.
        """
        recorder, head = self._log.recorder, self._log.head
        reached = 0
        for bit in reversed(range(head.bit_length())):
            probe = reached + (1 << bit)
            if probe <= head:
                readable = self._readable(recorder.select_notifications(probe, 1))
                if not readable or readable[0][1] <= instant:
                    reached = probe
        after = recorder.select_notifications(reached, NEARBY, inclusive_of_start=False)
        by_then = [at for at, recorded in self._readable(after) if recorded <= instant]
        return max([reached, *by_then])

    def _readable(self, found: Sequence[Notification]) -> list[tuple[int, datetime]]:
        """Return position and instant of those events that can be read."""
        if not found:
            return []
        batch = Batch(found, self._log.mapper)
        return [(position, event.timestamp) for position, event in batch.recorded]
