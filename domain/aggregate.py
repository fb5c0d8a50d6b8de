"""What all aggregates share: signed events with explicit topics, folded without rules.

Decide, then apply: a command method may refuse; `apply()` of an event only assigns. It reads no
clock, does no I/O and never raises, because history has to load for ever.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, MISSING
from functools import cache
from typing import Any, ClassVar, Self
from uuid import UUID

from eventsourcing.domain import Aggregate
from eventsourcing.utils import resolve_topic

from domain.ids import new_id
from domain.provenance import current_provenance


class CareAggregate(Aggregate):
    """Base of every aggregate: its events carry who, when, through what, why and correlation."""

    TOPIC: ClassVar[str]

    class Event(Aggregate.Event):
        """A fact that somebody signed (R50).

        `PERSONAL` names the fields that are stored encrypted under the key of the customer or
        representative whose id stands in the field `SUBJECT` (D12). They must have a default,
        which is what is left of them after an erasure.
        """

        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        SUBJECT: ClassVar[str] = "originator_id"

        _: KW_ONLY
        actor: str
        through: str
        correlation: UUID
        why: str = ""

    class Created(Event, Aggregate.Created):
        """The first fact of a stream."""

        def mutate(self, _: Any) -> Any:
            """Build the aggregate and let `apply()` fill it (the library's way is 5× slower)."""
            fresh = object.__new__(resolve_topic(self.originator_topic))
            fresh.__base_init__(self.originator_id, self.originator_version, self.timestamp)
            self.apply(fresh)
            return fresh

    @staticmethod
    def create_id(*_: Any, **__: Any) -> UUID:
        """Return a fresh identifier for a stream that has no natural key."""
        return new_id()

    @classmethod
    def begin(cls, event_class: type[Any], *, id: UUID | None = None, **fields: Any) -> Self:  # noqa: A002 - the library's own name
        """Return a new aggregate whose first fact is `event_class` with `fields`, signed."""
        first = _fact(
            event_class,
            current_provenance().signature,
            fields,
            originator_topic=cls.TOPIC,
            originator_id=cls.create_id() if id is None else id,
            originator_version=cls.INITIAL_VERSION,
        )
        fresh: Self = first.mutate(None)
        fresh.pending_events.append(first)
        return fresh

    def copy(self) -> Self:
        """Return a copy for a command to work on.

        Shallow is enough: events replace what they change and never alter it in place.
        """
        fresh = object.__new__(type(self))
        fresh.__dict__.update(self.__dict__)
        fresh._pending_events = []
        return fresh

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        """Return a copy, for the library."""
        return self.copy()

    def trigger_event(self, event_class: type[Any], **fields: Any) -> None:
        """Record `event_class` with `fields` as the next fact, signed."""
        fact = _fact(
            event_class,
            current_provenance().signature,
            fields,
            originator_id=self.id,
            originator_version=self.version + 1,
        )
        fact.mutate(self)
        self.pending_events.append(fact)

    def collect_events(self) -> list[Any]:
        """Return the facts that are not stored yet, once."""
        collected, self._pending_events = self._pending_events, []
        return collected


def fold(aggregate: Any, events: Iterable[Any]) -> Any:
    """Apply `events` in order; the library's projector without its costly protocol checks."""
    for event in events:
        aggregate = event.mutate(aggregate)
    return aggregate


def _fact(
    event_class: type[Any], signature: Mapping[str, Any], fields: Mapping[str, Any], **place: Any
) -> Any:
    """Return the event that its constructor makes, at a third of the cost of a frozen dataclass.

    Raises TypeError for a field that is missing or that there is not.
    """
    required, defaults = _fields_of(event_class)  # type: ignore[arg-type]  # classes are hashable
    state = {**defaults, **signature, **fields, **place}
    if not required.issubset(state) or len(state) != len(required) + len(defaults):
        return event_class(**signature, **fields, **place)
    fact = object.__new__(event_class)
    object.__setattr__(fact, "__dict__", state)
    return fact


@cache
def _fields_of(event_class: type[Any]) -> tuple[frozenset[str], Mapping[str, Any]]:
    """Return the names of fields that must be given, and the others with their defaults."""
    known = {field.name: field.default for field in dataclasses.fields(event_class)}
    required = frozenset(name for name, default in known.items() if default is MISSING)
    return required, {name: known[name] for name in known if name not in required}
