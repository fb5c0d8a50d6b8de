"""Carries decisions out: takes up keys, decides them by kind, and counts what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime
from itertools import groupby
from math import inf
from time import monotonic, sleep
from uuid import UUID

from domain.eventstore.database import AWAY
from projections.obligations.queries import ObligationQueries, ObligationRow
from workers.clock import Clock
from workers.decisions.kinds import Kind
from workers.decisions.office import Office
from workers.failures import told
from workers.lanes import Lane
from workers.worklist import PART_OF_LEASE, Worklist

logger = logging.getLogger(__name__)

DECIDE = "decide"
GREET = "greet"
CAMPAIGN = "campaign"
"""The jobs: whatever is owed to the people who work here, greetings, and campaigns."""


class Deciding:
    """Decides what is due (到期决定); safe to share between threads."""

    def __init__(
        self,
        worklist: Worklist,
        obligations: ObligationQueries,
        office: Office,
        *,
        clock: Clock,
        kinds: Mapping[str, Kind],
        at_once: int = 200,
        name: str = DECIDE,
        turns: AbstractContextManager[object] | None = None,
        a_second: float = inf,
    ) -> None:
        """Decide obligations of `kinds`, at most `at_once` together; `name` is the job's.

        `turns` is held while a group is decided, for those who are not to do it all at once, and
        for as long as so many take at `a_second`.
        """
        self.name = name
        self.worklist = worklist
        self.lanes: dict[str, Lane] = {name: kind.lane for name, kind in kinds.items()}
        self.at_once = at_once
        self.at_most = worklist.lease * PART_OF_LEASE
        self._obligations = obligations
        self._office = office
        self._clock = clock
        self._kinds = kinds
        self._turns = turns or nullcontext()
        self._a_second = a_second

    def run(self, keys: Sequence[UUID]) -> None:
        """Decide those of `keys` that are claimed, by kinds; what crashed before goes alone.

        Stops when half of the lease is over, so that nobody else begins with what is left.
        """
        now = self._clock.now()
        enough = now + self.worklist.lease / 2
        owed = {each.key: each for each in self._obligations.load(keys) if each.due_at <= now}
        taken = self.worklist.take([k for k in keys if k not in owed], now)
        self.worklist.finish(taken, now)
        left = set(keys) - taken.keys()
        for group in self._groups(list(owed.values())):
            # Whoever waits for his turn has begun with nothing.
            with self._turns:
                if (now := self._clock.now()) >= enough:
                    break
                began = monotonic()
                taken = self.worklist.take([each.key for each in group], now)
                left -= taken.keys()
                if taken:
                    self._decide([each for each in group if each.key in taken], now)
                    sleep(max(0.0, began + len(taken) / self._a_second - monotonic()))
        for key in self.worklist.suspects(left):
            if (now := self._clock.now()) >= enough:
                break
            if self.worklist.take_suspect(key, now) is not None:
                if key in owed:
                    self._decide([owed[key]], now)
                else:
                    self.worklist.finish([key], now)
        self.worklist.let_go(left, now)

    def _groups(self, owed: Sequence[ObligationRow]) -> Iterator[Sequence[ObligationRow]]:
        """Yield what is decided in one go."""
        for kind, rows in groupby(sorted(owed, key=_kind), key=_kind):
            alike = list(rows)
            together = self._kinds[kind].together
            for start in range(0, len(alike), together):
                yield alike[start : start + together]

    def _decide(self, obligations: Sequence[ObligationRow], now: datetime) -> None:
        """Decide obligations of one kind, which were taken; after an outage some have to wait."""
        keys = {each.key for each in obligations}
        try:
            if self._kinds[obligations[0].kind].waits_after_outage:
                until = self._office.uptime.grace_after(now, now)
                if until is not None:
                    self.worklist.postpone(keys, until, "grace after an outage")
                    return
            failed = self._decide_kind(obligations[0].kind, obligations, now)
            self.worklist.finish(keys - failed, now)
        except AWAY:
            with suppress(*AWAY):
                self.worklist.give_back(keys, now)
            raise

    def _decide_kind(
        self, kind: str, obligations: Sequence[ObligationRow], now: datetime
    ) -> set[UUID]:
        """Decide obligations of one kind, each alone if not all together; return who failed."""
        try:
            self._kinds[kind].decide(obligations, now, self._office)
        except AWAY:
            raise
        except Exception as error:
            if len(obligations) > 1:
                return set().union(*(self._decide_kind(kind, [o], now) for o in obligations))
            key = obligations[0].key
            logger.exception("decision-failed", extra={"kind": kind, "key": str(key)})
            self.worklist.fail(key, now, told(error))
            return {key}
        return set()


def _kind(obligation: ObligationRow) -> str:
    return obligation.kind
