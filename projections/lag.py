"""How far each read model is behind the log, for those who watch over the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.eventstore.database import Database
from domain.eventstore.event_log import EventLog
from projections import positions
from projections.applying import UNDECODABLE
from projections.read_model import ReadModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How many events a read model is behind, and for how many seconds its next one has waited.

    One that `is_missing` is not live at the version of this code: it is being built. `parked` is
    how many streams wait in it to be mended.
    """

    read_model: str
    events: int
    seconds: float
    parked: int
    is_missing: bool


def lag(
    database: Database, log: EventLog, read_models: Sequence[type[ReadModel]], now: datetime
) -> list[Lag]:
    """Return the lag of each of `read_models` at the instant `now`."""
    with database.connection() as connection:
        live = positions.standings(connection)
        waiting = positions.waiting(connection, [kind.name for kind in read_models])
    head = log.head
    ages: dict[int, float] = {}
    lags = []
    for kind in read_models:
        standing = live.get(kind.name)
        position = standing.position if standing is not None else 0
        if position not in ages:
            ages[position] = _age_of_next(log, position, now) if position < head else 0.0
        lags.append(
            Lag(
                read_model=kind.name,
                events=max(0, head - position),
                seconds=ages[position],
                parked=len(waiting.get(kind.name, {})),
                is_missing=standing is None or standing.version != kind.version,
            )
        )
    return lags


def _age_of_next(log: EventLog, position: int, now: datetime) -> float:
    """Return for how long the event after `position` has been in the log, 0 if it is unreadable."""
    try:
        events = log.mapper.to_domain_events(log.recorder.select_positions([position + 1]))
    except UNDECODABLE:
        return 0.0
    return max(0.0, (now - events[0].timestamp).total_seconds()) if events else 0.0
