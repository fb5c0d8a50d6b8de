"""Carries decisions out: takes up keys, decides them by kind, and counts what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from uuid import UUID

from projections.obligations.queries import ObligationQueries, ObligationRow
from workers.clock import Clock
from workers.decisions.kinds import Kind
from workers.decisions.office import Office
from workers.failures import SERVER_AWAY, told
from workers.lanes import Lane
from workers.worklist import Worklist

logger = logging.getLogger(__name__)


class Deciding:
    """Decides what is due (到期决定); safe to share between threads."""

    name = "decide"

    def __init__(
        self,
        worklist: Worklist,
        obligations: ObligationQueries,
        office: Office,
        *,
        clock: Clock,
        kinds: Mapping[str, Kind],
        at_once: int = 100,
    ) -> None:
        """Decide obligations of `kinds`, at most `at_once` together."""
        self.worklist = worklist
        self.lanes: dict[str, Lane] = {name: kind.lane for name, kind in kinds.items()}
        self.at_once = at_once
        self._obligations = obligations
        self._office = office
        self._clock = clock
        self._kinds = kinds

    def run(self, keys: Sequence[UUID]) -> None:
        """Decide those of `keys` that are claimed; what crashed before goes alone."""
        now = self._clock.now()
        taken = self.worklist.take(keys, now)
        self._decide(list(taken))
        if len(taken) < len(keys):
            for key in self.worklist.suspects(keys):
                if self.worklist.take_suspect(key, now) is not None:
                    self._decide([key])

    def _decide(self, keys: Sequence[UUID]) -> None:
        """Decide `keys`, which were taken."""
        if not keys:
            return
        now = self._clock.now()
        try:
            failed: set[UUID] = set()
            owed = [o for o in self._obligations.load(keys) if o.due_at <= now]
            for kind, group in groupby(sorted(owed, key=_kind), key=_kind):
                failed |= self._decide_kind(kind, list(group), now)
            self.worklist.finish(set(keys) - failed, now)
        except SERVER_AWAY:
            with suppress(*SERVER_AWAY):
                self.worklist.give_back(keys, now)
            raise

    def _decide_kind(
        self, kind: str, obligations: Sequence[ObligationRow], now: datetime
    ) -> set[UUID]:
        """Decide obligations of one kind, each alone if not all together; return who failed."""
        try:
            self._kinds[kind].decide(obligations, now, self._office)
        except SERVER_AWAY:
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
