"""Given some aggregates, when a command comes, then these events: without any store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from domain.access import Principal
from domain.aggregate import CareAggregate, fold
from domain.application import HANDLERS
from domain.card import Card
from domain.commands import Command
from domain.errors import CareError
from domain.handlers.work import Work
from domain.identity import Claim, claims_of_card
from domain.policies.book import PolicyBook, PolicyKind
from domain.provenance import signing
from tests.support.examples import BLINDING_SECRET
from tests.support.moments import LI, NOW, a_provenance, the_book


class Remembered:
    """The streams of a scenario, kept in memory: what a command needs of the event log."""

    blinding_secret = BLINDING_SECRET

    def __init__(self) -> None:
        self._streams: dict[UUID, list[Any]] = {}

    def claims_of(self, card: Card, reference: str, /) -> Sequence[Claim]:
        return claims_of_card(self.blinding_secret, card, reference)

    def get(self, aggregate_id: UUID, /) -> Any:
        return fold(None, self._streams.get(aggregate_id, ()))

    def get_many(self, aggregate_ids: Iterable[UUID], /) -> dict[UUID, Any]:
        found = {aggregate_id: self.get(aggregate_id) for aggregate_id in aggregate_ids}
        return {aggregate_id: aggregate for aggregate_id, aggregate in found.items() if aggregate}

    def past_policy(self, kind: PolicyKind, version: int, /) -> Any:
        return fold(None, self._streams[kind.stream_id][:version]).read()

    def append(self, events: Iterable[Any]) -> None:
        for event in events:
            stream = self._streams.setdefault(event.originator_id, [])
            assert event.originator_version == len(stream) + 1
            stream.append(event)


@dataclass(frozen=True)
class Expected:
    """An event of `kind` whose `fields` are these; the others do not matter."""

    kind: type[Any]
    fields: dict[str, Any]


def an_event(kind: type[Any], /, **fields: Any) -> Expected:
    return Expected(kind, fields)


@dataclass
class Outcome:
    """What came of a command."""

    events: list[Any] = field(default_factory=list)
    subject: Any = None
    error: CareError | None = None

    def then(self, *expected: Expected) -> Any:
        """Assert that exactly the `expected` events happened; return the subject."""
        if self.error is not None:
            raise self.error
        assert [type(event) for event in self.events] == [event.kind for event in expected]
        for event, wanted in zip(self.events, expected, strict=True):
            assert {name: getattr(event, name) for name in wanted.fields} == wanted.fields
        return self.subject

    def then_nothing(self) -> None:
        """Assert that the command was carried out and left nothing to record."""
        self.then()

    def then_refused(self, error: type[CareError], **fields: Any) -> None:
        """Assert that exactly `error` was raised, telling at least `fields`."""
        assert self.error is not None, f"not refused: {self.events}"
        assert type(self.error) is error
        assert {name: self.error.fields.get(name) for name in fields} == fields


class Scenario:
    """Some aggregates, and commands that are carried out on them one after the other."""

    def __init__(self, *aggregates: CareAggregate) -> None:
        self.log = Remembered()
        self._first = aggregates[0].id if aggregates else None
        self._book = the_book()
        for aggregate in aggregates:
            self.log.append(aggregate.collect_events())

    def under(self, **policies: Any) -> Scenario:
        """Put other policies in force."""
        self._book = replace(self._book, **policies)
        return self

    @property
    def book(self) -> PolicyBook:
        return self._book

    def when(
        self,
        asked: Command | Callable[[Any], Any],
        *,
        at: datetime = NOW,
        by: Principal = LI,
        why: str = "",
        expected_version: int | None = None,
    ) -> Outcome:
        """Carry out a command, or call a method of the first aggregate."""
        provenance = a_provenance(at, by, why)
        work = Work(self.log, self._book, provenance, expected_version)
        try:
            with signing(provenance):
                if isinstance(asked, Command):
                    handler, grant = HANDLERS[type(asked)]
                    by.require(grant)
                    subject = handler(work, asked)
                else:
                    subject = work.add(self.log.get(self._first))
                    asked(subject)
        except CareError as error:
            return Outcome(error=error)
        events = work.collect_events()
        self.log.append(events)
        return Outcome(events, subject)

    def now(self, aggregate_id: UUID | None = None) -> Any:
        """Return an aggregate as it is now, the first one when no id is given."""
        return self.log.get(aggregate_id or self._first)


def given(*aggregates: CareAggregate) -> Scenario:
    return Scenario(*aggregates)


def refused(error: type[CareError], **fields: Any) -> Any:
    """Return a context that asserts that `error` is raised with `fields`."""
    return pytest.raises(error, check=lambda e: {n: e.fields.get(n) for n in fields} == fields)
