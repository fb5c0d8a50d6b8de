"""Whatever is changed, moved, cut off or swapped in what is stored is noticed."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from domain.eventstore.keys import MissingKeyError
from domain.eventstore.mapper import (
    HEAD_BYTES,
    SEALED,
    CareMapper,
    TamperedEventError,
)
from tests.support.mapper_desk import SIGNING_KEY, Desk
from tests.support.sample_events import (
    SAMPLE_CLASSES,
    Sample,
    begun,
    counted,
    visited,
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_flipped_bit_anywhere_is_noticed(desk: Desk) -> None:
    (stored,) = desk.store(begun(name="W"))
    for place in range(len(stored.state)):
        state = bytearray(stored.state)
        state[place] ^= 1 << place % 8
        with pytest.raises(TamperedEventError):
            desk.mapper.to_domain_event(replace(stored, state=bytes(state)))


@pytest.mark.parametrize("length", [0, 1, 8, 9, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1])
def test_a_cut_off_state_is_noticed(desk: Desk, length: int) -> None:
    (stored,) = desk.store(begun(name="W"))
    with pytest.raises(TamperedEventError):
        desk.mapper.to_domain_event(replace(stored, state=stored.state[:length]))


@pytest.mark.parametrize(
    "change",
    [
        {"originator_id": UUID(int=7)},
        {"originator_version": 2},
        {"topic": "sample.went"},
        {"topic": "sample.counted"},
    ],
    ids=str,
)
def test_an_event_moved_to_another_place_is_noticed(desk: Desk, change: dict[str, Any]) -> None:
    (stored,) = desk.store(begun(name="W"))
    with pytest.raises(TamperedEventError):
        desk.mapper.to_domain_event(replace(stored, **change))


def test_an_event_signed_with_another_key_is_noticed(desk: Desk) -> None:
    stranger = CareMapper(desk.keys, b"x" * 32, SAMPLE_CLASSES)
    with pytest.raises(TamperedEventError):
        desk.mapper.to_domain_event(stranger.to_stored_event(counted()))


@pytest.mark.parametrize("kind", ["stream", "version", "topic", "person"])
def test_sealed_fields_open_only_where_they_were_sealed_even_for_who_can_sign(
    desk: Desk, kind: str
) -> None:
    person, other = uuid4(), uuid4()
    desk.meet(person)
    stream = uuid4()
    (stored,) = desk.store(visited(person, stream, words="secret"))
    payload = stored.state[HEAD_BYTES:]
    if kind == "stream":
        stored = replace(stored, originator_id=uuid4())
    elif kind == "version":
        stored = replace(stored, originator_version=3)
    elif kind == "topic":
        stored = replace(stored, topic="sample.greeted")
    else:
        desk.keys._cached[other] = desk.keys._cached[person]
        payload = payload.replace(str(person).encode(), str(other).encode())
    classes = {**SAMPLE_CLASSES, "sample.greeted": Sample.Visited}
    reader = CareMapper(desk.keys, SIGNING_KEY, classes)
    with pytest.raises(TamperedEventError, match="do not open"):
        reader.to_domain_event(desk.forge(stored, payload))


@pytest.mark.parametrize("ciphertext", [b"", b"short", b"x" * 60])
def test_a_forged_ciphertext_does_not_open_even_for_who_can_sign(
    desk: Desk, ciphertext: bytes
) -> None:
    (stored,) = desk.store(begun(name="W"))
    content = msgspec.json.decode(stored.state[HEAD_BYTES:])
    content[SEALED][1] = base64.b64encode(ciphertext).decode()
    with pytest.raises(TamperedEventError, match="do not open"):
        desk.mapper.to_domain_event(desk.forge(stored, msgspec.json.encode(content)))


def test_a_swapped_data_key_is_noticed(desk: Desk) -> None:
    event = begun(name="W")
    (stored,) = desk.store(event)
    desk.meet(event.originator_id)
    with pytest.raises(TamperedEventError, match="was swapped"):
        desk.mapper.to_domain_event(stored)


def test_a_data_key_put_under_another_person_is_noticed(desk: Desk) -> None:
    key, _ = desk.keys.make(uuid4())
    with pytest.raises(MissingKeyError, match="damaged or of another key file"):
        desk.remember([key._replace(subject_id=uuid4())])


@pytest.mark.parametrize("wrapped", [b"", b"short", b"x" * 60])
def test_a_damaged_data_key_is_noticed(desk: Desk, wrapped: bytes) -> None:
    key, _ = desk.keys.make(uuid4())
    with pytest.raises(MissingKeyError, match="damaged or of another key file"):
        desk.remember([key._replace(wrapped=wrapped)])


def test_a_data_key_of_a_lost_master_key_says_which_is_missing(desk: Desk) -> None:
    key, _ = desk.keys.make(uuid4())
    with pytest.raises(MissingKeyError, match="lacks version 9"):
        desk.remember([key._replace(master_key_version=9)])
