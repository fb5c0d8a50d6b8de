"""Many commands in few saves: one batch is stored while the next is decided.

The same handlers decide as for a single command, so no rule can be missing on the bulk path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
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
    """What the commands of a batch came to; `ends` counts the events up to each outcome's last."""

    items: Sequence[BatchItem]
    outcomes: list[Outcome] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)

    def stored_at(self, positions: Sequence[int]) -> list[Outcome]:
        """Return the outcomes, the receipts with their positions in the log."""
        outcomes = list(self.outcomes)
        for number, end in self.ends.items():
            outcome = outcomes[number]
            if positions and isinstance(outcome, Receipt):
                outcomes[number] = replace(outcome, position=positions[end - 1])
        return outcomes


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
        # What was decided but cannot be read from the log yet.
        self._ahead: dict[UUID, CareAggregate] = {}
        self._marks_ahead: dict[str, Mark] = {}

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
        except (IntegrityError, CareError):
            return None

    def _again(self, items: Sequence[BatchItem]) -> list[Outcome]:
        """Carry out a batch of which nothing could be stored, alone.

        Somebody else had changed one of its aggregates, or one of its events is too large.
        """
        for _ in range(ATTEMPTS):
            self._ahead, self._marks_ahead = {}, {}
            decided = self._decide(items)
            self._ahead, self._marks_ahead = {}, {}
            try:
                return decided.stored_at(self._store(decided))
            except IntegrityError:
                continue
            except CareError as refusal:
                if len(items) == 1:
                    return [refusal]
                half = len(items) // 2
                return [*self._again(items[:half]), *self._again(items[half:])]
        raise BusyError(attempts=ATTEMPTS)

    def _store(self, decided: _Decided) -> list[int]:
        if self._dry_run or not decided.events:
            return []
        return self._care.log.append(decided.events, decided.marks)

    def _decide(self, items: Sequence[BatchItem]) -> _Decided:
        provenance, book = self._sign(), self._care.book()
        batch = Batch(self._care.log, [item.command for item in items], self._ahead)
        known = self._known_marks(items, provenance)
        decided = _Decided(items)
        for item in items:
            key = item.idempotency
            if key is not None and key.key in known:
                decided.outcomes.append(_replayed(known[key.key], key))
                continue
            work = Work(batch, book, item.provenance or provenance)
            try:
                subject, new = _carry_out(item.command, work, batch)
            except CareError as refusal:
                decided.outcomes.append(refusal)
                continue
            decided.events += new
            decided.outcomes.append(receipt_of(subject, 0))
            if new:
                end = decided.ends[len(decided.outcomes) - 1] = len(decided.events)
                if key is not None:
                    known[key.key] = mark_of(provenance, key, subject, last_event=end)
                    decided.marks.append(known[key.key])
        self._look_ahead(batch, decided.marks)
        return decided

    def _look_ahead(self, batch: Batch, marks: Iterable[Mark]) -> None:
        """Remember for the next batch what this one decided; of a dry run all that is claimed."""
        fresh = {mark.key: mark for mark in marks}
        if self._dry_run:
            claims = {i: a for i, a in batch.decided.items() if isinstance(a, IdentityClaim)}
            self._ahead.update(claims)
            self._marks_ahead.update(fresh)
        else:
            self._ahead, self._marks_ahead = batch.decided, fresh

    def _known_marks(self, items: Sequence[BatchItem], provenance: Provenance) -> dict[str, Mark]:
        keys = [item.idempotency for item in items if item.idempotency is not None]
        if not keys:
            return {}
        whose = keys[0].principal or provenance.principal.name
        wanted = [key.key for key in keys]
        known = self._care.log.recorder.find_marks(whose, wanted)
        return {**{k: self._marks_ahead[k] for k in wanted if k in self._marks_ahead}, **known}


def _carry_out(
    command: commands.Command, work: Work, batch: Batch
) -> tuple[CareAggregate, list[Any]]:
    handler, grant = HANDLERS[type(command)]
    work.principal.require(grant)
    with signing(work.provenance):
        subject = handler(work, command)
    return subject, batch.settle(work)


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
