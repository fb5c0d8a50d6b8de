"""From events to stored bytes and back: nothing changes, nothing personal shows, nothing forged."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4

import msgspec
import pytest
from eventsourcing.persistence import MapperDeserialisationError, ProgrammingError
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.aggregate import CareAggregate
from domain.errors import EventTooLargeError
from domain.eventstore.mapper import (
    HEAD_BYTES,
    MAX_STATE_BYTES,
    UnopenedFieldError,
)
from domain.journal import Due, DueRule
from domain.topics import EVENT_CLASSES
from tests.support.mapper_desk import Desk
from tests.support.sample_events import (
    Colour,
    begun,
    counted,
    moved,
    visited,
    went,
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


DESK = Desk()
TEXT = st.text(max_size=40)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
MOMENTS = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3.5))])
)
DUES = st.builds(
    Due,
    on=st.dates(),
    rule=st.sampled_from(DueRule),
    counted_from=st.dates(),
    interval_days=st.integers(0, 400),
    cadence_version=st.integers(1, 9),
    calendar_version=st.integers(1, 9),
    moved_from=st.none() | st.dates(),
)


@settings(deadline=None)
@given(
    amount=DECIMALS,
    on=st.dates(),
    at=MOMENTS,
    by=st.none() | st.uuids(),
    due=st.none() | DUES,
    ids=st.lists(st.uuids(), max_size=3),
    pair=st.tuples(st.integers(-(2**62), 2**62), TEXT),
    anything=PLAIN,
    axes=st.dictionaries(TEXT, PLAIN, max_size=4),
    why=TEXT,
)
def test_every_plain_value_comes_back_as_it_was(**fields: Any) -> None:
    event = went(colour=Colour.RED, **fields)
    DESK.meet(event.originator_id)
    (stored,) = DESK.store(event)
    back = DESK.mapper.to_domain_event(stored)

    assert back == event
    assert str(back.amount) == str(event.amount)
    assert back.at.utcoffset() == event.at.utcoffset()


@settings(deadline=None)
@given(
    name=TEXT,
    card=st.none() | st.dictionaries(TEXT, PLAIN, max_size=4),
    phones=st.lists(TEXT, max_size=3).map(tuple),
    age=st.integers(-2, 2),
    debt=DECIMALS,
    is_ill=st.none() | st.booleans(),
    nickname=st.none() | TEXT,
    why=TEXT,
)
def test_every_personal_value_comes_back_as_it_was(**fields: Any) -> None:
    event = begun(**fields)
    (stored,) = DESK.store(event)
    back = DESK.mapper.to_domain_event(stored)

    assert back == event
    assert type(back.phones) is tuple


@pytest.mark.parametrize(
    "values",
    [
        {"name": "", "card": {}, "phones": (), "age": 0, "debt": Decimal(0), "is_ill": False},
        {"nickname": None},
        {"nickname": ""},
        {"card": {"a": None, "b": "", "c": [], "d": 0}},
        {},
    ],
)
def test_empty_personal_values_are_not_taken_for_missing_ones(
    desk: Desk, values: dict[str, Any]
) -> None:
    event = begun(**values)
    back = desk.mapper.to_domain_event(*desk.store(event))

    assert {name: getattr(back, name) for name in values} == values
    assert back == event


@pytest.mark.parametrize(
    "value",
    [
        "a'b",
        'a"b',
        "🐈 哈哈",
        "\x00\x1f\x7f\u2028",
        {},
        {"a": {"b": {"c": 1}}},
        {"_data_": 1, "something_else": 2},
        {"_type_": "tuple_as_list", "_data_": []},
        [[], [[1, "a"], {"b": 2}]],
        2**63,
        -0.5,
        True,
        None,
    ],
)
def test_the_values_of_the_librarys_transcoder_case_come_back(desk: Desk, value: Any) -> None:
    """Tuples and classes of one's own come back where a field says so; elsewhere JSON rules."""
    event = went(anything=value, axes={"x": value})
    back = desk.mapper.to_domain_event(*desk.store(event))

    assert (back.anything, back.axes) == (value, {"x": value})


def test_a_text_that_is_no_unicode_is_refused_before_anything_is_stored(desk: Desk) -> None:
    with pytest.raises(UnicodeEncodeError):
        desk.store(begun(name="\ud800"))


def test_equal_events_are_never_stored_as_equal_bytes(desk: Desk) -> None:
    event = counted()

    assert len({desk.store(event)[0].state for _ in range(50)}) == 50


def personal_fields() -> list[Any]:
    return [
        pytest.param(cls, name, id=f"{topic}.{name}")
        for topic, cls in EVENT_CLASSES.items()
        for name in sorted(cls.PERSONAL)
    ]


@pytest.mark.parametrize(("event_class", "name"), personal_fields())
def test_no_personal_field_shows_in_the_stored_bytes(event_class: type[Any], name: str) -> None:
    desk = Desk(EVENT_CLASSES)
    person = uuid4()
    desk.meet(person)
    canary = "张伟-CANARY-13800138000"
    event = object.__new__(event_class)
    fields = {"originator_id": person, "originator_version": 2, event_class.SUBJECT: person}
    vars(event).update({**fields, name: canary})
    (stored,) = desk.store(event)

    for shape in (canary, "CANARY", "张伟", "13800138000", canary.encode().hex()):
        assert shape.encode() not in stored.state
    assert b"\\u" not in stored.state[HEAD_BYTES:]
    assert base64.b64encode(canary.encode())[:12] not in stored.state


def test_whoever_holds_personal_fields_has_a_key_from_the_first_event_on() -> None:
    """Or a later event of the person would find no key to be sealed with."""
    own = {t: c for t, c in EVENT_CLASSES.items() if c.SUBJECT == "originator_id"}
    holders = {topic.split(".")[0] for topic, cls in own.items() if cls.PERSONAL}
    beginners = {
        topic.split(".")[0]
        for topic, cls in own.items()
        if cls.PERSONAL and issubclass(cls, CareAggregate.Created)
    }

    assert beginners == holders != set()


def test_a_person_who_begins_without_anything_personal_has_a_key_for_later(desk: Desk) -> None:
    first = begun()
    sealed = desk.mapper.seal([first])
    desk.remember(sealed.new_keys)
    later = went(first.originator_id, why="a reason")

    assert [key.subject_id for key in sealed.new_keys] == [first.originator_id]
    assert desk.mapper.to_domain_event(*desk.store(later)) == later


def test_an_event_with_empty_personal_fields_needs_no_key(desk: Desk) -> None:
    event = went(why="")
    back = desk.mapper.to_domain_event(*desk.store(event))

    assert back == event


def test_personal_fields_are_opened_for_the_topics_that_are_asked_for(desk: Desk) -> None:
    host = uuid4()
    events = [begun(host, name="W"), visited(host, words="hello"), visited(host, version=3)]
    stored = desk.store(*events)
    first, secret, empty = desk.mapper.to_domain_events(stored, {"sample.begun"})

    assert first == events[0]
    assert secret.host_id == host
    with pytest.raises(UnopenedFieldError, match=r"sample\.visited words"):
        bool(secret.words)
    with pytest.raises(UnopenedFieldError):
        assert secret.words == ""
    assert empty == events[2]


def test_events_of_one_save_share_the_key_of_the_person_they_begin(desk: Desk) -> None:
    host = uuid4()
    events = [visited(host, words="hello"), begun(host, name="W"), went(host, 2, why="so")]
    sealed = desk.mapper.seal(events)
    desk.remember(sealed.new_keys)

    assert [key.subject_id for key in sealed.new_keys] == [host]
    assert desk.mapper.to_domain_events(sealed.events) == events


def test_a_save_that_failed_may_be_sealed_again(desk: Desk) -> None:
    events = [begun(stream := uuid4(), name="W"), went(stream, 2, why="so")]
    desk.mapper.seal(events)
    again = desk.mapper.seal(events)
    desk.remember(again.new_keys)

    assert desk.mapper.to_domain_events(again.events) == events


def test_the_first_event_of_a_person_cannot_be_stored_without_his_key(desk: Desk) -> None:
    with pytest.raises(ProgrammingError, match=r"EventLog\.append"):
        desk.mapper.to_stored_event(begun())

    event = counted()
    assert desk.mapper.to_domain_event(desk.mapper.to_stored_event(event)) == event


@pytest.mark.parametrize("topic", ["antigravity:fly", "os:system", "", "sample", "sample.Begun"])
def test_an_unknown_topic_is_refused_and_nothing_is_imported(desk: Desk, topic: str) -> None:
    (stored,) = desk.store(counted())
    with pytest.raises(MapperDeserialisationError, match="not in the register"):
        desk.mapper.to_domain_event(replace(stored, topic=topic))

    assert "antigravity" not in sys.modules


def old(version: int | None, **fields: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what makes the content of `sample.moved` into that of an older release."""

    def age(content: dict[str, Any]) -> dict[str, Any]:
        for name in ("streets", "floor", "class_version"):
            content.pop(name)
        return {**content, **fields, **({"class_version": version} if version else {})}

    return age


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (old(None, street="West"), (["West"], 1)),
        (old(2, streets=["West", "East"]), (["West", "East"], 1)),
        (old(3, streets=["West"], floor=8), (["West"], 8)),
    ],
)
def test_an_event_of_an_older_release_is_upcast(
    desk: Desk, age: Callable[[Any], Any], expected: tuple[list[str], int]
) -> None:
    event = moved(streets=["today"], floor=0, why="sealed")
    desk.meet(event.originator_id)
    (stored,) = desk.store(event)
    content = age(msgspec.json.decode(stored.state[HEAD_BYTES:]))
    back = desk.mapper.to_domain_event(desk.forge(stored, msgspec.json.encode(content)))

    assert (back.streets, back.floor) == expected
    assert (back.why, back.timestamp) == (event.why, event.timestamp)
    assert "class_version" not in vars(back)


@pytest.mark.parametrize("event", [moved(streets=[]), counted()])
def test_an_event_of_a_newer_release_is_refused(desk: Desk, event: Any) -> None:
    (stored,) = desk.store(event)
    content = {**msgspec.json.decode(stored.state[HEAD_BYTES:]), "class_version": 4}
    with pytest.raises(MapperDeserialisationError, match="a newer release has written it"):
        desk.mapper.to_domain_event(desk.forge(stored, msgspec.json.encode(content)))


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        (counted(), b'{"count": "many"}'),
        (counted(), b"[]"),
        (counted(), b"{"),
        (counted(), b'{"~": 3}'),
        (moved(streets=[]), b'{"class_version": 1}'),
        (moved(streets=[]), b'{"class_version": "old"}'),
    ],
)
def test_an_event_whose_class_no_longer_fits_is_named(
    desk: Desk, event: Any, payload: bytes
) -> None:
    (stored,) = desk.store(event)
    with pytest.raises(MapperDeserialisationError, match=f"event 2 of {event.originator_id}"):
        desk.mapper.to_domain_event(desk.forge(stored, payload))


def test_the_largest_event_is_stored_and_a_byte_more_is_refused(desk: Desk) -> None:
    (empty,) = desk.store(went(stream := uuid4(), anything=""))
    room = MAX_STATE_BYTES - len(empty.state)
    (largest,) = desk.store(went(stream, anything="x" * room))
    with pytest.raises(EventTooLargeError) as caught:
        desk.store(went(stream, anything="x" * (room + 1)))

    assert len(largest.state) == MAX_STATE_BYTES == 65_536
    assert caught.value.fields == {"limit": 65_536, "size": 65_537, "topic": "sample.went"}


class Careless(CareAggregate):
    class Event(CareAggregate.Event):
        pass

    class Misspelt(Event):
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"nmae"})
        name: str = ""

    class Bare(Event):
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"name"})
        name: str


@pytest.mark.parametrize("event_class", [Careless.Misspelt, Careless.Bare])
def test_a_personal_field_that_could_not_be_erased_is_refused_at_the_start(
    event_class: type[Any],
) -> None:
    with pytest.raises(TypeError, match="must exist and have a default"):
        Desk({"careless": event_class})


def test_dates_at_the_ends_of_the_calendar_come_back(desk: Desk) -> None:
    for day in (date.min, date.max, date(2024, 2, 29)):
        event = went(on=day, at=datetime(day.year, day.month, day.day, tzinfo=UTC))
        assert desk.mapper.to_domain_event(*desk.store(event)) == event
