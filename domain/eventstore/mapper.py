"""Turns events into stored bytes and back: JSON, sealed personal fields, a signature.

Stored state = 0x01, HMAC-SHA256 (32 bytes), JSON. The JSON holds the plain fields of the event
and, under `~`, its personal fields encrypted as one JSON object with the data key of the person
(AES-256-GCM, bound to person, stream, version and topic) and the commitment of that key. The HMAC
covers stream, version, topic and JSON, so a row written or changed past the service is noticed
when it is read (trust.md §2.2, L1).
"""

from __future__ import annotations

import base64
import hmac
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent

from domain.errors import EventTooLargeError
from domain.eventstore.keys import KeyRing
from domain.topics import EVENT_CLASSES

FORMAT = b"\x01"
MAC_BYTES = 32
MAX_STATE_BYTES = 65_536
SEALED = "~"
CLASS_VERSION = "class_version"

_encode = msgspec.json.Encoder(decimal_format="string", uuid_format="canonical").encode
_decode_plain = msgspec.json.Decoder(dict[str, Any]).decode


class TamperedEventError(MapperDeserialisationError):
    """A stored event is not what Kezhi wrote: its signature, key or ciphertext does not fit."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How one event class is stored."""

    personal: frozenset[str]
    subject: str
    version: int
    decode: Any
    convert_personal: Any


def _layout(cls: type[Any]) -> _Layout:
    hints = typing.get_type_hints(cls)
    names = [f.name for f in fields(cls) if f.name not in {"originator_id", "originator_version"}]
    personal = frozenset(cls.PERSONAL)
    plain = {n: hints[n] for n in names if n not in personal}
    plain |= {SEALED: tuple[str, str], CLASS_VERSION: int}
    # A TypedDict lets msgspec convert dates, decimals and ids while it parses.
    plain_type = typing.TypedDict("Plain", plain, total=False)  # type: ignore[misc]
    secret_type = typing.TypedDict("Personal", {n: hints[n] for n in personal}, total=False)  # type: ignore[misc]
    return _Layout(
        personal=personal,
        subject=cls.SUBJECT,
        version=getattr(cls, CLASS_VERSION, 1),
        decode=msgspec.json.Decoder(plain_type).decode,
        convert_personal=msgspec.json.Decoder(secret_type).decode,
    )


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
        self._signing_key = signing_key
        self._classes = event_classes
        self._layouts = {topic: _layout(cls) for topic, cls in event_classes.items()}

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Return `domain_event` as it is stored.

        Raises EventTooLargeError when it would exceed 64 KiB.
        """
        topic = type(domain_event).TOPIC
        layout = self._layouts[topic]
        state = dict(vars(domain_event))
        stream_id, version = state.pop("originator_id"), state.pop("originator_version")
        if layout.version > 1:
            state[CLASS_VERSION] = layout.version
        secret = {n: v for n in layout.personal if (v := state.pop(n, None))}
        subject_id = getattr(domain_event, layout.subject)
        begins_person = bool(layout.personal) and subject_id == stream_id and version == 1
        if secret or begins_person:
            key = self.keys.create(subject_id) if begins_person else self.keys.get(subject_id)
            sealed = key.seal(_encode(secret), _binding(subject_id, stream_id, version, topic))
            state[SEALED] = (_base64(key.commitment), _base64(sealed))
        payload = _encode(state)
        if len(payload) > MAX_STATE_BYTES - MAC_BYTES - 1:
            raise EventTooLargeError(limit=MAX_STATE_BYTES, size=len(payload), topic=topic)
        mac = self._mac(stream_id, version, topic, payload)
        return StoredEvent(stream_id, version, topic, FORMAT + mac + payload)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """Return the event that was stored, upcast to the newest version of its class.

        Raises TamperedEventError when the bytes were changed, MissingKeyError when the data key
        is gone though nobody was erased, MapperDeserialisationError for an unknown topic.
        """
        return self._event(stored_event, self._read(stored_event))

    def to_domain_events(self, stored_events: Iterable[StoredEvent]) -> list[Any]:
        """Return many events, fetching all data keys they need in one query; raises as above."""
        read = [(stored, self._read(stored)) for stored in stored_events]
        self.keys.prefetch(
            {self._subject(stored, state) for stored, state in read if SEALED in state}
        )
        return [self._event(stored, state) for stored, state in read]

    def _event(self, stored: StoredEvent, state: dict[str, Any]) -> Any:
        layout = self._layouts[stored.topic]
        sealed = state.pop(SEALED, None)
        state["originator_id"] = stored.originator_id
        state["originator_version"] = stored.originator_version
        if sealed is not None:
            state.update(self._open(layout, stored, self._subject(stored, state), sealed))
        event = object.__new__(self._classes[stored.topic])
        object.__setattr__(event, "__dict__", state)
        return event

    def _read(self, stored: StoredEvent) -> dict[str, Any]:
        """Check the signature and return the plain fields, the personal ones still sealed."""
        layout = self._layouts.get(stored.topic)
        if layout is None:
            msg = f"{_name(stored)}: the topic is not in the register of topics"
            raise MapperDeserialisationError(msg)
        state = stored.state
        mac, payload = state[1 : MAC_BYTES + 1], state[MAC_BYTES + 1 :]
        expected = self._mac(stored.originator_id, stored.originator_version, stored.topic, payload)
        if state[:1] != FORMAT or not hmac.compare_digest(mac, expected):
            msg = f"{_name(stored)}: the signature does not fit the stored bytes"
            raise TamperedEventError(msg)
        if layout.version > 1:
            plain = _decode_plain(payload)
            was = plain.pop(CLASS_VERSION, 1)
            if was < layout.version:
                for version in range(was, layout.version):
                    cls = self._classes[stored.topic]
                    getattr(cls, f"upcast_v{version}_v{version + 1}")(plain)
                payload = _encode(plain)
        fields_by_name: dict[str, Any] = layout.decode(payload)
        fields_by_name.pop(CLASS_VERSION, None)
        return fields_by_name

    def _subject(self, stored: StoredEvent, state: dict[str, Any]) -> UUID:
        subject: UUID = {"originator_id": stored.originator_id, **state}[
            self._layouts[stored.topic].subject
        ]
        return subject

    def _open(
        self, layout: _Layout, stored: StoredEvent, subject_id: UUID, sealed: tuple[str, str]
    ) -> dict[str, Any]:
        key = self.keys.get(subject_id)
        commitment, ciphertext = (base64.b64decode(part) for part in sealed)
        if not hmac.compare_digest(commitment, key.commitment):
            msg = f"{_name(stored)}: the data key of {subject_id} was swapped"
            raise TamperedEventError(msg)
        binding = _binding(
            subject_id, stored.originator_id, stored.originator_version, stored.topic
        )
        try:
            secret: dict[str, Any] = layout.convert_personal(key.open(ciphertext, binding))
        except InvalidTag as error:
            msg = f"{_name(stored)}: the personal fields do not open"
            raise TamperedEventError(msg) from error
        return secret

    def _mac(self, stream_id: Any, version: int, topic: str, payload: bytes) -> bytes:
        head: bytes = b"kezhi-envelope-v1\0" + stream_id.bytes + version.to_bytes(8, "big")
        message = b"".join((head, topic.encode(), b"\0", payload))
        return hmac.digest(self._signing_key, message, "sha256")


def _binding(subject_id: UUID, stream_id: Any, version: int, topic: str) -> bytes:
    place: bytes = subject_id.bytes + stream_id.bytes + version.to_bytes(8, "big")
    return b"kezhi-personal-v1\0" + place + topic.encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _name(stored: StoredEvent) -> str:
    return f"event {stored.originator_version} of {stored.originator_id} ({stored.topic})"
