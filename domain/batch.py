"""The aggregates behind many commands: read together, changed one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from domain import commands
from domain.aggregate import CareAggregate
from domain.card import Card
from domain.eventstore.event_log import EventLog
from domain.handlers.work import Work
from domain.identity import Claim
from domain.policies.book import PolicyKind

_ID_FIELDS = {
    "customer_id",
    "complaint_id",
    "task_id",
    "contract_id",
    "rep_id",
    "owner_id",
    "second_owner_id",
    "handler_id",
    "subject_id",
    "from_id",
    "to_id",
}


class Batch:
    """The aggregates that many commands need, as they stand after the commands decided so far.

    Offers what `Work` reads from; a command that is refused leaves no trace here.
    """

    def __init__(
        self,
        log: EventLog,
        batch: Sequence[commands.Command],
        ahead: Mapping[UUID, CareAggregate] = MappingProxyType({}),
    ) -> None:
        """Load everything that `batch` names, in one query.

        `ahead` are aggregates as they were decided before but may not be stored yet.
        """
        self.decided: dict[UUID, CareAggregate] = {}
        self.blinding_secret = log.blinding_secret
        self._log = log
        self._ahead = ahead
        self._claims: dict[tuple[Card, str], Sequence[Claim]] = {}
        # `ahead` may hold very many, so it is only looked into.
        wanted = (aggregate_id for command in batch for aggregate_id in self._named_by(command))
        self._known = {aggregate_id: ahead.get(aggregate_id) for aggregate_id in wanted}
        self._known.update(log.get_many([i for i, known in self._known.items() if not known]))

    def claims_of(self, card: Card, reference: str) -> Sequence[Claim]:
        """Return the identities of a customer, reckoned once."""
        known = self._claims.get((card, reference))
        if known is None:
            known = self._claims[card, reference] = self._log.claims_of(card, reference)
        return known

    def get(self, aggregate_id: UUID) -> Any:
        """Return a copy of an aggregate, None when absent."""
        if aggregate_id not in self._known:
            self._known[aggregate_id] = self._ahead.get(aggregate_id) or self._log.get(aggregate_id)
        known = self._known[aggregate_id]
        return None if known is None else known.copy()

    def recall(self, aggregate_id: UUID) -> Any:
        """Return the same as `get`: everything was just read."""
        return self.get(aggregate_id)

    def get_many(self, aggregate_ids: Iterable[UUID]) -> dict[UUID, Any]:
        """Return copies of many aggregates; absent ones are left out."""
        found = {aggregate_id: self.get(aggregate_id) for aggregate_id in aggregate_ids}
        return {key: aggregate for key, aggregate in found.items() if aggregate is not None}

    def past_policy(self, kind: PolicyKind, version: int) -> Any:
        """Return what a policy said in one of its versions."""
        return self._log.past_policy(kind, version)

    def settle(self, work: Work) -> None:
        """Let the next commands see what `work` decided."""
        decided = {aggregate.id: aggregate for aggregate in work.touched}
        self.decided.update(decided)
        self._known.update(decided)

    def _named_by(self, command: commands.Command) -> Iterator[UUID]:
        for name in _id_fields(type(command)):  # type: ignore[arg-type]  # classes are hashable
            value = getattr(command, name)
            if value is not None:
                yield value
        if isinstance(command, commands.RegisterCustomer):
            for claim in self.claims_of(command.card, command.reference):
                yield claim.id


@cache
def _id_fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name in _ID_FIELDS)
