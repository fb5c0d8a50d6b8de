"""A mapper at work without any database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.eventstore.database import Database
from domain.eventstore.keys import KeyRing, WrappedKey
from domain.eventstore.mapper import (
    FORMAT,
    CareMapper,
    _Place,
)
from domain.keyed_hash import keyed_hash
from tests.support.event_logs import MASTER_KEYS
from tests.support.sample_events import (
    SAMPLE_CLASSES,
)

SIGNING_KEY = MASTER_KEYS.signing


class Desk:
    """A mapper whose keys are all in memory: a database is named and never asked."""

    def __init__(self, classes: dict[str, type[Any]] = SAMPLE_CLASSES) -> None:
        self.keys = KeyRing(Database("host=nowhere.invalid"), MASTER_KEYS, "eventlog")
        self.mapper = CareMapper(self.keys, SIGNING_KEY, classes)

    def store(self, *events: Any) -> list[StoredEvent]:
        """Seal `events` and keep their new keys, as a save does."""
        sealed = self.mapper.seal(events)
        self.remember(sealed.new_keys)
        return sealed.events

    def remember(self, stored: Iterable[WrappedKey]) -> None:
        """Keep stored keys in memory."""
        keys = {key.subject_id: self.keys.unwrap(key) for key in stored}
        self.keys.keep(keys, self.keys.generation)

    def meet(self, *people: UUID) -> None:
        """Let `people` have keys."""
        self.remember(self.keys.make(person)[0] for person in people)

    def forge(self, stored: StoredEvent, payload: bytes) -> StoredEvent:
        """Return `stored` with another payload and a signature that fits, as the key holder can."""
        place = _Place(stored.originator_id, stored.originator_version, stored.topic)
        salt = stored.state[1:9]
        state = FORMAT + salt + place.mac(keyed_hash(SIGNING_KEY), salt, payload) + payload
        return replace(stored, state=state)
