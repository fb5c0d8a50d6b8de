"""Many commands in few saves: one batch is stored while the next is decided and sealed.

The same handlers decide as for a single command, so no rule can be missing on the bulk path. One
thread does all that takes a processor, the other waits for the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from domain import commands
from domain.aggregate import CareAggregate
from domain.application import (
    ATTEMPTS,
    HANDLERS,
    CustomerCare,
    IdempotencyKey,
    Receipt,
    mark_of,
    receipt_of,
)
from domain.batch import Batch
from domain.errors import BusyError, CareError, KeyReusedError
from domain.eventstore.append import Mark
from domain.eventstore.keys import DataKey
from domain.eventstore.mapper import Sealed
from domain.handlers.work import Work
from domain.identity import IdentityClaim
from domain.provenance import Provenance, signing

Outcome = Receipt | CareError


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """One of many commands, with the key under which it is carried out once.

    `provenance` signs this one alone, where not all of a batch are done by the same person at the
    same time.
    """

    command: commands.Command
    idempotency: IdempotencyKey | None = None
    provenance: Provenance | None = None


@dataclass(slots=True)
class _Decided:
    """What the commands of a batch came to: an outcome, or what was changed.

    Of what was changed the events are counted up to its last one; their positions are not known
    before they are stored.
    """

    items: Sequence[BatchItem]
    results: list[Outcome | tuple[CareAggregate, int]] = field(default_factory=list)
    sealed: Sealed = field(default_factory=Sealed)
    marks: list[Mark] = field(default_factory=list)

    def stored_at(self, positions: Sequence[int]) -> list[Outcome]:
        """Return the outcomes, with positions in the log unless nothing was stored."""
        return [
            receipt_of(result[0], positions[result[1] - 1] if positions else 0)
            if isinstance(result, tuple)
            else result
            for result in self.results
        ]


@dataclass(slots=True)
class _Ahead:
    """What was decided but cannot be read from the log yet."""

    aggregates: dict[UUID, CareAggregate] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    keys: dict[UUID, DataKey] = field(default_factory=dict)


class Bulk:
    """Carries out batches of commands in their order, each batch in one save; to be used once.

    Commands see what those before them decided. A refused one leaves nothing behind and does not
    hinder the others. All keys belong to one principal. A dry run decides the same and stores
    nothing. Keep a batch to about 500, so that others need not wait long.
    """

    def __init__(
        self, care: CustomerCare, sign: Callable[[], Provenance], *, dry_run: bool = False
    ) -> None:
        """Carry commands out through `care`; `sign` gives the provenance of each batch."""
        self._care = care
        self._sign = sign
        self._dry_run = dry_run
        self._ahead = _Ahead()

    def run(self, batches: Iterable[Sequence[BatchItem]]) -> Iterator[list[Outcome]]:
        """Yield what became of each batch once it is on disk; the next one is decided by then.

        Raises OperationalError when the server went away: then run what is left, and the batch
        that was not answered, again under the same keys.
        """
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="bulk") as storing:
            last: tuple[_Decided, Future[list[int]]] | None = None
            for items in batches:
                decided = self._decide(items)
                if last is not None:
                    outcomes = self._outcomes(*last)
                    if outcomes is None:
                        yield self._again(last[0].items)
                        decided = self._decide(items)
                    else:
                        yield outcomes
                last = decided, storing.submit(self._store, decided)
            if last is not None:
                outcomes = self._outcomes(*last)
                yield self._again(last[0].items) if outcomes is None else outcomes

    def _outcomes(self, decided: _Decided, stored: Future[list[int]]) -> list[Outcome] | None:
        """Return the outcomes when everything is stored, None when nothing could be."""
        try:
            return decided.stored_at(stored.result())
        except IntegrityError:
            return None

    def _again(self, items: Sequence[BatchItem]) -> list[Outcome]:
        """Carry out a batch alone: somebody else had changed one of its aggregates."""
        for _ in range(ATTEMPTS):
            self._ahead = _Ahead()
            decided = self._decide(items)
            self._ahead = _Ahead()
            try:
                return decided.stored_at(self._store(decided))
            except IntegrityError:
                continue
        raise BusyError(attempts=ATTEMPTS)

    def _store(self, decided: _Decided) -> list[int]:
        if self._dry_run or not decided.sealed.events:
            return []
        return self._care.log.store(decided.sealed, decided.marks)

    def _decide(self, items: Sequence[BatchItem]) -> _Decided:
        provenance, book = self._sign(), self._care.book()
        batch = Batch(self._care.log, [item.command for item in items], self._ahead.aggregates)
        keys = dict(self._ahead.keys)
        known = self._known_marks(items, provenance)
        decided = _Decided(items)
        for item in items:
            key = item.idempotency
            if key is not None and key.key in known:
                decided.results.append(_replayed(known[key.key], key))
                continue
            work = Work(batch, book, item.provenance or provenance)
            try:
                subject, sealed = self._carry_out(item.command, work, keys)
            except CareError as refusal:
                # What led to it holds on to the whole batch, in a circle.
                decided.results.append(refusal.with_traceback(None))
                continue
            if not sealed.events:
                decided.results.append(receipt_of(subject, 0))
                continue
            batch.settle(work)
            decided.sealed.add(sealed)
            keys.update(sealed.data_keys)
            end = len(decided.sealed.events)
            decided.results.append((subject, end))
            if key is not None:
                known[key.key] = mark_of(provenance, key, subject, last_event=end)
                decided.marks.append(known[key.key])
        self._look_ahead(batch, decided)
        return decided

    def _carry_out(
        self, command: commands.Command, work: Work, keys: Mapping[UUID, DataKey]
    ) -> tuple[CareAggregate, Sealed]:
        handler, grant = HANDLERS[type(command)]
        work.principal.require(grant)
        with signing(work.provenance):
            subject = handler(work, command)
        return subject, self._care.log.mapper.seal(work.collect_events(), keys)

    def _look_ahead(self, batch: Batch, decided: _Decided) -> None:
        """Remember for the next batch what this one decided; of a dry run all that is claimed."""
        marks = {mark.key: mark for mark in decided.marks}
        if self._dry_run:
            claims = {i: a for i, a in batch.decided.items() if isinstance(a, IdentityClaim)}
            self._ahead.aggregates.update(claims)
            self._ahead.marks.update(marks)
        else:
            self._ahead = _Ahead(batch.decided, marks, decided.sealed.data_keys)

    def _known_marks(self, items: Sequence[BatchItem], provenance: Provenance) -> dict[str, Mark]:
        keys = [item.idempotency for item in items if item.idempotency is not None]
        if not keys:
            return {}
        whose = keys[0].principal or provenance.principal.name
        wanted = [key.key for key in keys]
        known = self._care.log.recorder.find_marks(whose, wanted)
        return {**{k: self._ahead.marks[k] for k in wanted if k in self._ahead.marks}, **known}


def _replayed(mark: Mark, key: IdempotencyKey) -> Outcome:
    if mark.fingerprint != key.fingerprint:
        return KeyReusedError(key=key.key)
    return Receipt(
        subject_id=mark.subject_id,
        version=mark.version,
        position=mark.position,
        subject=None,
        is_replay=True,
    )
