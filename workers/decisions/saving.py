"""Saves decisions that are streams of their own: many at once, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from eventsourcing.persistence import IntegrityError

from domain.aggregate import CareAggregate
from domain.eventstore.event_log import EventLog

AT_ONCE = 20
"""Streams in one save. Nobody else saves anything meanwhile: on an idle machine for 1.4 ms, of 100
streams for 4."""


def append_once(log: EventLog, decided: Iterable[CareAggregate]) -> int:
    """Store new aggregates whose ids are keys; return how many were not there before.

    One whose key is taken was decided before, and that is a success (D7).
    """
    fresh = 0
    rest = iter(decided)
    while group := list(islice(rest, AT_ONCE)):
        fresh += _append(log, [list(aggregate.collect_events()) for aggregate in group])
    return fresh


def _append(log: EventLog, streams: Sequence[list[Any]]) -> int:
    """Store `streams` together, or in halves where one of them is there already."""
    try:
        log.append([event for stream in streams for event in stream])
    except IntegrityError:
        if len(streams) == 1:
            return 0
        middle = len(streams) // 2
        return _append(log, streams[:middle]) + _append(log, streams[middle:])
    return len(streams)
