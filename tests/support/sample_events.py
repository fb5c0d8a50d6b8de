"""An aggregate with a field of every type and every kind of privacy, for tests of the mapper."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID, uuid4

from domain.aggregate import CareAggregate
from domain.journal import Due

NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


class Sample(CareAggregate):
    """Something that happens to a person."""

    TOPIC = "sample"

    class Event(CareAggregate.Event):
        pass

    class Begun(Event, CareAggregate.Created):
        TOPIC = "sample.begun"
        PERSONAL: ClassVar[frozenset[str]] = frozenset(
            {"why", "name", "card", "phones", "age", "debt", "is_ill", "nickname"}
        )
        name: str = ""
        card: dict[str, Any] | None = None
        phones: tuple[str, ...] = ()
        age: int = -1
        debt: Decimal = Decimal(-1)
        is_ill: bool | None = None
        nickname: str | None = "none given"

    class Went(Event):
        TOPIC = "sample.went"
        amount: Decimal
        on: date
        at: datetime
        by: UUID | None
        colour: Colour
        due: Due | None
        ids: list[UUID]
        pair: tuple[int, str]
        anything: Any
        axes: dict[str, Any]

    class Moved(Event):
        """Its first version had one field `street`, its second `streets`."""

        TOPIC = "sample.moved"
        class_version = 3
        streets: list[str]
        floor: int = 0

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["streets"] = [state.pop("street")]

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state["floor"] = 1

    class Visited(Event):
        """About another person than the one whose stream it stands in."""

        TOPIC = "sample.visited"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"words"})
        SUBJECT: ClassVar[str] = "host_id"
        host_id: UUID
        words: str = ""

    class Counted(Event):
        TOPIC = "sample.counted"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        count: int

    Created = Begun


SAMPLE_CLASSES: dict[str, type[Any]] = {
    cls.TOPIC: cls
    for cls in (Sample.Begun, Sample.Went, Sample.Moved, Sample.Visited, Sample.Counted)
}


def begun(stream_id: UUID | None = None, **fields: Any) -> Any:
    """Return a person's first event."""
    return _event(Sample.Begun, stream_id, 1, originator_topic="sample", **fields)


def counted(stream_id: UUID | None = None, version: int = 2, count: int = 1, **fields: Any) -> Any:
    """Return an event without anything personal."""
    return _event(Sample.Counted, stream_id, version, count=count, **fields)


def visited(host_id: UUID, stream_id: UUID | None = None, version: int = 2, words: str = "") -> Any:
    """Return an event in one person's stream about another."""
    return _event(Sample.Visited, stream_id, version, host_id=host_id, words=words)


def moved(stream_id: UUID | None = None, version: int = 2, **fields: Any) -> Any:
    """Return an event whose class has had three versions."""
    return _event(Sample.Moved, stream_id, version, **fields)


def went(stream_id: UUID | None = None, version: int = 2, **fields: Any) -> Any:
    """Return an event with a field of every type."""
    values = {
        "amount": Decimal("0.10"),
        "on": date(2026, 2, 28),
        "at": NOON,
        "by": None,
        "colour": Colour.RED,
        "due": None,
        "ids": [],
        "pair": (1, ""),
        "anything": None,
        "axes": {},
    }
    return _event(Sample.Went, stream_id, version, **{**values, **fields})


def _event(event_class: type[Any], stream_id: UUID | None, version: int, **fields: Any) -> Any:
    return event_class(
        originator_id=stream_id or uuid4(),
        originator_version=version,
        timestamp=NOON,
        actor="kezhi/test",
        through="test",
        correlation=uuid4(),
        **fields,
    )
