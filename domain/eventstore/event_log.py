"""The event log: the library's Application on our recorder and our mapper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.application import (
    AggregateNotFoundError,
    Application,
    LRUCache,
    Repository,
)
from eventsourcing.persistence import EventStore
from eventsourcing.utils import Environment, EnvType

from domain.aggregate import CareAggregate, fold
from domain.card import Card
from domain.eventstore.append import Mark
from domain.eventstore.database import Database
from domain.eventstore.destroyed_keys import DestroyedKeys
from domain.eventstore.keys import KeyRing, MasterKeys
from domain.eventstore.mapper import CareMapper, Sealed
from domain.eventstore.migrate import EVENT_LOG_SCHEMA
from domain.eventstore.recorder import CareRecorder
from domain.identity import Claim, claims_of_card
from domain.policies.book import PolicyKind

CACHED_AGGREGATES = 5_000


class EventLog(Application[UUID]):
    """All events of Kezhi, the aggregates they make, and the one way to add to them.

    Safe to share between threads; build it after a fork. Aggregates are cached; `get` brings them
    up to date with one query, `recall` does not ask. Once somebody's key was destroyed, by any
    process, they are read anew.
    """

    name = "kezhi"

    def __init__(
        self, database: Database, master_keys: MasterKeys, *, schema: str = EVENT_LOG_SCHEMA
    ) -> None:
        """Open the log in `schema` of `database`; nothing is read yet."""
        self.database = database
        self.keys = KeyRing(database, master_keys, schema)
        self.blinding_secret = master_keys.blinding
        self.mapper: CareMapper = CareMapper(self.keys, master_keys.signing)
        self.recorder: CareRecorder = CareRecorder(database, schema)
        self._destroyed = DestroyedKeys(database, schema)
        self._past_policies: dict[tuple[PolicyKind, int], Any] = {}
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Return an empty environment: settings come from our own layers, not from variables."""
        return Environment(name, dict(env or {}))

    def construct_mapper(self) -> CareMapper:
        """Return the mapper made in the constructor."""
        return self.mapper

    def construct_recorder(self) -> CareRecorder:
        """Return the recorder made in the constructor."""
        return self.recorder

    def construct_event_store(self) -> EventStore[UUID]:
        """Return the library's event store over our mapper and recorder."""
        return _EventStore(self.mapper, self.recorder)

    def construct_repository(self) -> Repository[UUID]:
        """Return the library's repository with a cache that is fast-forwarded at each get."""
        return Repository(self.events, cache_maxsize=CACHED_AGGREGATES)

    def get(self, aggregate_id: UUID, *, version: int | None = None) -> Any:
        """Return the aggregate as it is now, or as it was at `version`; None when absent."""
        self.forget_the_erased()
        generation = self.keys.generation
        try:
            return self.repository.get(aggregate_id, version=version, projector_func=fold)
        except AggregateNotFoundError:
            return None
        finally:
            if generation != self.keys.generation:
                # It was read before somebody was erased, and kept after.
                self.repository.cache = LRUCache(CACHED_AGGREGATES)

    def claims_of(self, card: Card, reference: str) -> Sequence[Claim]:
        """Return the identities of a customer under the deployment's secret."""
        return claims_of_card(self.blinding_secret, card, reference)

    def recall(self, aggregate_id: UUID) -> Any:
        """Return an aggregate as this process saw it last, perhaps behind what others wrote.

        Only for deciding on its own next version: storing that tells whether it was behind.
        """
        self.forget_the_erased()
        cached = self._cached(aggregate_id)
        return self.get(aggregate_id) if cached is None else cached.copy()

    def remember(self, aggregate: CareAggregate, generation: int) -> None:
        """Keep an aggregate whose new events were just stored, for `recall`.

        It was read when `keys.generation` was `generation`; once that is over it is not kept.
        """
        cache, cached = self.repository.cache, self._cached(aggregate.id)
        if (
            generation == self.keys.generation
            and cache is not None
            and (cached is None or cached.version < aggregate.version)
        ):
            cache.put(aggregate.id, aggregate.copy())

    def forget_the_erased(self) -> bool:
        """Empty the memory when somebody was erased lately; tell whether it was.

        That is rare, and something personal of him may be in any stream, not only in his own.
        """
        if not self._destroyed.are_new():
            return False
        self.keys.forget_all()
        self.repository.cache = LRUCache(CACHED_AGGREGATES)
        return True

    def _cached(self, aggregate_id: UUID) -> Any:
        cache = self.repository.cache
        try:
            return cache.get(aggregate_id) if cache is not None else None
        except KeyError:
            return None

    def get_many(self, aggregate_ids: Iterable[UUID]) -> dict[UUID, Any]:
        """Return many aggregates in one query, uncached; absent ones are left out."""
        streams = self.recorder.select_streams(aggregate_ids)
        events = iter(
            self.mapper.to_domain_events(e for stream in streams.values() for e in stream)
        )
        return {
            aggregate_id: fold(None, [next(events) for _ in stream])
            for aggregate_id, stream in streams.items()
        }

    def past_policy(self, kind: PolicyKind, version: int) -> Any:
        """Return what a policy said in one of its versions; kept, for it never changes."""
        content = self._past_policies.get((kind, version))
        if content is None:
            content = self.get(kind.stream_id, version=version).read()
            self._past_policies[kind, version] = content
        return content

    def append(self, events: Sequence[Any], marks: Sequence[Mark] = ()) -> list[int]:
        """Store `events` atomically and durably; return their positions in the log.

        Raises IntegrityError when somebody else wrote the next version of one of the streams,
        MarkExistsError when a mark is there already, EventTooLargeError; nothing is stored then.
        """
        return self.store(self.mapper.seal(events), marks)

    def store(self, sealed: Sealed, marks: Sequence[Mark] = ()) -> list[int]:
        """Store what the mapper has sealed; otherwise the same as `append`."""
        generation = self.keys.generation
        positions = self.recorder.insert_events(sealed.events, keys=sealed.new_keys, marks=marks)
        self.keys.keep(sealed.data_keys, generation)
        return list(positions or ())

    @property
    def head(self) -> int:
        """The position of the newest event, 0 in an empty log."""
        return self.recorder.max_notification_id() or 0


class _EventStore(EventStore[UUID]):
    """Reads the events of a stream together, which takes a fifth less than one by one."""

    mapper: CareMapper

    def get(self, originator_id: UUID, **bounds: Any) -> Iterator[Any]:
        """Return the events of a stream within the library's `gt`, `lte`, `desc` and `limit`."""
        stored = self.recorder.select_events(originator_id, **bounds)
        return iter(self.mapper.to_domain_events(stored))
