"""The rehearsal (预演): decisions as they would be made on the real log; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.eventstore.append import Mark
from domain.eventstore.event_log import EventLog
from domain.eventstore.mapper import Sealed


class RehearsedLog(EventLog):
    """Reads the log and adds nothing to it: `heard` is what would have been stored.

    What was decided on an aggregate is remembered here, so a second decision on it sees the first.
    """

    heard: list[Any]

    @classmethod
    def of(cls, log: EventLog) -> RehearsedLog:
        """Return a rehearsal on `log`, sharing its connections and nothing that changes."""
        rehearsed = cls.__new__(cls)
        vars(rehearsed).update(vars(log), _repository=log.construct_repository(), heard=[])
        return rehearsed

    def append(self, events: Sequence[Any], marks: Sequence[Mark] = ()) -> list[int]:
        """Keep `events`, which have no position."""
        del marks
        self.heard += events
        return [0] * len(events)

    def store(self, sealed: Sealed, marks: Sequence[Mark] = ()) -> list[int]:
        """Keep what was sealed."""
        return self.append(self.mapper.to_domain_events(sealed.events), marks)


class NoOutages:
    """The service runs all the time that is rehearsed."""

    def grace_after(self, _moment: datetime, _now: datetime) -> None:
        """Return no grace."""
        return
