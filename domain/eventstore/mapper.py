"""Turns events into stored bytes and back: JSON, sealed personal fields, a signature.

Stored state = 0x01, a random number (8 bytes), HMAC-SHA256 (32 bytes), JSON. The random number
makes each state unlike every other, so that a writer knows its own again after a cut connection.
The JSON holds the plain fields of the event and, under `~`, its personal fields encrypted as one
JSON object with the data key of the person (AES-256-GCM, bound to person, stream, version and
topic) and the commitment of that key. The HMAC covers all else, stream, version and topic too, so
a row written or changed past the service is noticed when it is read (trust.md §2.2, L1).
"""

from __future__ import annotations

import hmac
import os
import typing
from collections.abc import Container, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from eventsourcing.persistence import (
    Mapper,
    MapperDeserialisationError,
    ProgrammingError,
    StoredEvent,
)

from domain.aggregate import CareAggregate
from domain.errors import ErasedError, EventTooLargeError
from domain.eventstore.keys import DataKey, KeyRing, MissingKeyError, WrappedKey
from domain.keyed_hash import KeyedHash, keyed_hash
from domain.topics import EVENT_CLASSES

FORMAT = b"\x01"
SALT_BYTES = 8
HEAD_BYTES = 1 + SALT_BYTES + 32
MAX_STATE_BYTES = 65_536
SEALED = "~"
CLASS_VERSION = "class_version"
_COLUMNS = {"originator_id", "originator_version"}

_encode = msgspec.json.Encoder(decimal_format="string", uuid_format="canonical").encode


class _Written(msgspec.Struct):
    """What is read of an event first."""

    class_version: int = 1


_decode_version = msgspec.json.Decoder(_Written).decode
_decode_plain = msgspec.json.Decoder(dict[str, Any]).decode


class TamperedEventError(MapperDeserialisationError):
    """A stored event is not what Kezhi wrote: its signature, key or ciphertext does not fit."""


class UnopenedFieldError(Exception):
    """A personal field was used that nobody had asked to be opened."""


@dataclass(slots=True)
class Sealed:
    """Events as they are stored, and the new keys that must be stored with them.

    `data_keys` are the new keys again, by person and ready to use.
    """

    events: list[StoredEvent] = field(default_factory=list)
    new_keys: list[WrappedKey] = field(default_factory=list)
    data_keys: dict[UUID, DataKey] = field(default_factory=dict)

    def add(self, other: Sealed) -> None:
        """Let `other` be stored with it."""
        self.events.extend(other.events)
        self.new_keys.extend(other.new_keys)
        self.data_keys.update(other.data_keys)


class CareMapper(Mapper[UUID]):
    """The mapper of Kezhi's event log; every topic must be in the register, nothing is imported."""

    def __init__(
        self,
        keys: KeyRing,
        signing_key: bytes,
        event_classes: Mapping[str, type[Any]] = EVENT_CLASSES,
    ) -> None:
        """Seal with `keys`, sign with `signing_key`, know the topics of `event_classes`."""
        self.keys = keys
        self._signature = keyed_hash(signing_key)
        self._layouts = {
            topic: _Layout.of(cls)  # type: ignore[arg-type]  # classes are hashable
            for topic, cls in event_classes.items()
        }

    def afresh(self) -> CareMapper:
        """Return a mapper that opens nothing with a key from this process's memory.

        What it reads may be stored: of somebody whose key another process has destroyed, it comes
        back erased at once.
        """
        fresh = copy(self)
        fresh.keys = self.keys.afresh()
        return fresh

    @property
    def beginnings(self) -> list[str]:
        """The topics with which a person begins, who gets a key then."""
        return [topic for topic, layout in self._layouts.items() if layout.begins]

    def seal(
        self, domain_events: Sequence[Any], ahead: Mapping[UUID, DataKey] = MappingProxyType({})
    ) -> Sealed:
        """Return events as they are stored together, with a new key for each person they begin.

        `ahead` are keys that were made before but may not be stored yet. Raises EventTooLargeError
        when an event would exceed 64 KiB, ErasedError when it says something personal of somebody
        who was erased, MissingKeyError when a person has no key. The new keys
        count only once they are stored, so a failed save leaves no trace.
        """
        sealed, drafts, subjects = Sealed(), [], set()
        for event in domain_events:
            draft = self._layouts[event.TOPIC].draft(event)
            drafts.append(draft)
            if draft.secret:
                subjects.add(draft.subject_id)
            if draft.begins_person:
                wrapped, sealed.data_keys[draft.subject_id] = self.keys.make(draft.subject_id)
                sealed.new_keys.append(wrapped)
        keys: Mapping[UUID, DataKey | None] = sealed.data_keys
        if others := subjects - keys.keys():
            known = {s: ahead[s] for s in others if s in ahead}
            keys = {**keys, **known, **self.keys.get_many(others - known.keys())}
        salts = os.urandom(SALT_BYTES * len(drafts))
        for number, draft in enumerate(drafts):
            salt = salts[SALT_BYTES * number : SALT_BYTES * (number + 1)]
            sealed.events.append(self._stored(draft, salt, keys))
        return sealed

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Return one event as it is stored; raises as `seal`.

        ProgrammingError for a person's first event: his new key would be lost.
        """
        sealed = self.seal([domain_event])
        if sealed.new_keys:
            raise ProgrammingError("a person begins with EventLog.append, which stores his key")
        return sealed.events[0]

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """Return the event that was stored, upcast to the newest version of its class.

        Raises TamperedEventError when the bytes were changed, MissingKeyError when the data key
        is gone though nobody was erased, MapperDeserialisationError for an unknown topic or an
        event that a newer release has written.
        """
        return self.to_domain_events([stored_event])[0]

    def to_domain_events(
        self, stored_events: Iterable[StoredEvent], opened: Container[str] | None = None
    ) -> list[Any]:
        """Return many events, fetching all data keys they need in one query; raises as above.

        With `opened`, personal fields are opened for these topics only; whoever uses one of
        another topic gets an UnopenedFieldError.
        """
        read = [self._read(stored) for stored in stored_events]
        if opened is not None:
            for place, layout, state in read:
                if place.topic not in opened and state.pop(SEALED, None) is not None:
                    state.update(layout.unopened)
        keys = self.keys.get_many({state[la.subject] for _, la, state in read if SEALED in state})
        return [self._event(place, layout, state, keys) for place, layout, state in read]

    def _stored(
        self, draft: _Draft, salt: bytes, keys: Mapping[UUID, DataKey | None]
    ) -> StoredEvent:
        place, state, secret, subject_id, _ = draft
        if secret:
            key = _key_of(subject_id, keys)
            if key is None:
                raise ErasedError(customer_id=str(subject_id))
            state[SEALED] = (key.commitment, key.seal(_encode(secret), place.binding(subject_id)))
        payload = _encode(state)
        size = HEAD_BYTES + len(payload)
        if size > MAX_STATE_BYTES:
            raise EventTooLargeError(limit=MAX_STATE_BYTES, size=size, topic=place.topic)
        mac = place.mac(self._signature, salt, payload)
        return StoredEvent(*place, b"".join((FORMAT, salt, mac, payload)))

    def _read(self, stored: StoredEvent) -> tuple[_Place, _Layout, dict[str, Any]]:
        """Check the signature; return place, layout and fields, the personal ones still sealed."""
        place = _Place(stored.originator_id, stored.originator_version, stored.topic)
        layout = self._layouts.get(stored.topic)
        if layout is None:
            raise MapperDeserialisationError(f"{place}: the topic is not in the register")
        salt, mac = stored.state[1 : SALT_BYTES + 1], stored.state[SALT_BYTES + 1 : HEAD_BYTES]
        payload = stored.state[HEAD_BYTES:]
        fits = hmac.compare_digest(mac, place.mac(self._signature, salt, payload))
        if not fits or not stored.state.startswith(FORMAT):
            raise TamperedEventError(f"{place}: the signature does not fit the stored bytes")
        try:
            state = layout.read(payload)
        except (ValueError, TypeError, LookupError, msgspec.MsgspecError) as error:
            raise MapperDeserialisationError(f"{place}: {error}") from error
        state["originator_id"] = stored.originator_id
        state["originator_version"] = stored.originator_version
        return place, layout, state

    @staticmethod
    def _event(
        place: _Place,
        layout: _Layout,
        state: dict[str, Any],
        keys: Mapping[UUID, DataKey | None],
    ) -> Any:
        sealed = state.pop(SEALED, None)
        subject_id = state[layout.subject]
        # Of somebody who was erased the defaults are left.
        if sealed is not None and (key := _key_of(subject_id, keys)) is not None:
            commitment, ciphertext = sealed
            if not hmac.compare_digest(commitment, key.commitment):
                raise TamperedEventError(f"{place}: the data key of {subject_id} was swapped")
            try:
                secret = layout.read_secret(key.open(ciphertext, place.binding(subject_id)))
            except (InvalidTag, ValueError, msgspec.MsgspecError) as error:
                raise TamperedEventError(f"{place}: the personal fields do not open") from error
            state.update(secret)
        event = object.__new__(layout.event_class)
        object.__setattr__(event, "__dict__", state)
        return event


@dataclass(frozen=True, slots=True)
class _Layout:
    """How one event class is stored; `personal` maps its personal fields to their defaults."""

    event_class: type[Any]
    personal: Mapping[str, Any]
    subject: str
    version: int
    decode: Any
    read_secret: Any
    is_of_person: bool
    begins: bool
    unopened: Mapping[str, _Unopened]

    @classmethod
    @cache
    def of(cls, event_class: type[Any]) -> _Layout:
        """Study `event_class`; TypeError when a personal field is none or has no default."""
        hints = typing.get_type_hints(event_class)
        defaults = {f.name: f.default for f in fields(event_class)}
        personal = {name: defaults.get(name, MISSING) for name in event_class.PERSONAL}
        if MISSING in personal.values():
            raise TypeError(f"{event_class}: a personal field must exist and have a default")
        plain = {name: hints[name] for name in defaults.keys() - personal.keys() - _COLUMNS}
        plain |= {SEALED: tuple[bytes, bytes], CLASS_VERSION: int}
        # A TypedDict lets msgspec convert dates, decimals and ids while it parses.
        plain_type = typing.TypedDict("Plain", plain, total=False)  # type: ignore[misc]
        secret_type = typing.TypedDict("Personal", {n: hints[n] for n in personal}, total=False)  # type: ignore[misc]
        return cls(
            event_class=event_class,
            personal=personal,
            subject=event_class.SUBJECT,
            version=getattr(event_class, CLASS_VERSION, 1),
            decode=msgspec.json.Decoder(plain_type).decode,
            read_secret=msgspec.json.Decoder(secret_type).decode,
            begins=bool(personal)
            and event_class.SUBJECT == "originator_id"
            and issubclass(event_class, CareAggregate.Created),
            is_of_person=bool(personal) and event_class.SUBJECT == "originator_id",
            unopened={name: _Unopened(f"{event_class.TOPIC} {name}") for name in personal},
        )

    def draft(self, event: Any) -> _Draft:
        """Take `event` apart; of its personal fields only those that are filled are kept."""
        state = dict(vars(event))
        subject_id = state[self.subject]
        place = _Place(state.pop("originator_id"), state.pop("originator_version"), event.TOPIC)
        if self.version > 1:
            state[CLASS_VERSION] = self.version
        secret = {}
        for name, default in self.personal.items():
            value = state.pop(name, default)
            if value != default:
                secret[name] = value
        return _Draft(place, state, secret, subject_id, self.is_of_person and place.version == 1)

    def read(self, payload: bytes) -> dict[str, Any]:
        """Return the fields in `payload`, upcast; ValueError when a newer release wrote it."""
        written = _decode_version(payload).class_version if self.version > 1 else 1
        if written < self.version:
            payload = self._upcast(payload, written)
        state: dict[str, Any] = self.decode(payload)
        if state.pop(CLASS_VERSION, 1) > self.version:
            raise ValueError("a newer release has written it")
        return state

    def _upcast(self, payload: bytes, written: int) -> bytes:
        state = _decode_plain(payload)
        for version in range(written, self.version):
            getattr(self.event_class, f"upcast_v{version}_v{version + 1}")(state)
        return _encode({**state, CLASS_VERSION: self.version})


class _Unopened:
    """Stands in a personal field that was left sealed: to be passed on, but not to be used."""

    def __init__(self, field: str) -> None:
        self._field = field

    def _refuse(self, *_: Any) -> Any:
        raise UnopenedFieldError(self._field)

    __bool__ = __eq__ = __getitem__ = __hash__ = __iter__ = __len__ = __str__ = _refuse


class _Draft(NamedTuple):
    """An event taken apart: what is stored in clear, what is sealed, for whom, and is he new."""

    place: _Place
    state: dict[str, Any]
    secret: dict[str, Any]
    subject_id: UUID
    begins_person: bool


class _Place(NamedTuple):
    """Where an event stands; everything about it is bound to that."""

    stream_id: Any
    version: int
    topic: str

    def __str__(self) -> str:
        return f"event {self.version} of {self.stream_id} ({self.topic})"

    def binding(self, subject_id: UUID) -> bytes:
        """Return what ciphertext is bound to."""
        return b"kezhi-personal-v1\0" + subject_id.bytes + self._bytes()

    def mac(self, signature: KeyedHash, salt: bytes, payload: bytes) -> bytes:
        """Return the signature of `payload` at this place."""
        return signature.digest(
            b"".join((b"kezhi-envelope-v1\0", salt, self._bytes(), b"\0", payload))
        )

    def _bytes(self) -> bytes:
        stream: bytes = self.stream_id.bytes
        return stream + self.version.to_bytes(8, "big") + self.topic.encode()


def _key_of(subject_id: UUID, keys: Mapping[UUID, DataKey | None]) -> DataKey | None:
    """Return somebody's key, None when he was erased; MissingKeyError when it was lost."""
    try:
        return keys[subject_id]
    except KeyError:
        raise MissingKeyError(f"no data key for {subject_id}; restore the key table") from None
