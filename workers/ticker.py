"""The ticker: sees to it that what is due is taken up, with the queue or without it (D7)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Protocol
from uuid import UUID

from domain.eventstore.database import AWAY
from workers.clock import Clock, ClocksDifferError
from workers.lanes import Job, Lane
from workers.uptime import ClockWentBackError, Uptime
from workers.worklist import Claimed, Place

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 5.0
SHORTEST_PAUSE = 0.05
PAUSE_AFTER_TROUBLE = 1.0
PAUSE_WHEN_FULL = 0.1
HINTS_AT_ONCE = 10
"""For how many hints keys are claimed together."""

SWEEP_EVERY = timedelta(seconds=30)

LOOK_EVERY = timedelta(seconds=5)
"""How often leases that ran out are looked for among all claims, along no index."""

LONGEST_ROUND = timedelta(seconds=2)
"""How long to go on from where one stood before looking from the beginning again."""


class Hints(Protocol):
    """Where hints go: to whoever works on a lane of a job."""

    def waiting(self, job: Job, lane: Lane) -> int | None:
        """Return how many hints nobody has fetched yet; None when the queue is away."""
        ...

    def send(self, job: Job, lane: Lane, keys: Sequence[UUID]) -> bool:
        """Point at `keys`; False when the queue is away, and then some may have heard all the same.

        A hint may be lost, doubled or late; nothing depends on it but speed.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Round:
    """A way through what is due in a lane: since when one is on it, and how far one has come."""

    since: datetime
    places: Mapping[str, Place] = field(default_factory=dict)


class Ticker:
    """Takes up what is due of one job and points workers at it.

    What a hint did not move within the lease, and everything while the queue is away, the ticker
    does itself. Any number of tickers may run; each key is taken up by one.
    """

    def __init__(
        self,
        job: Job,
        hints: Hints,
        *,
        clock: Clock,
        uptime: Uptime,
        hints_in_a_lane: int = 25,
        longest_pause: float = LONGEST_PAUSE,
    ) -> None:
        """Look at least every `longest_pause` seconds; hint no more while a lane is full."""
        self._job = job
        self._hints = hints
        self._clock = clock
        self._uptime = uptime
        self._most = hints_in_a_lane
        self._longest_pause = longest_pause
        self._swept_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._rounds: dict[Lane, _Round] = {}

    def run(self, stop: Event) -> None:
        """Tick until `stop` is set."""
        while not stop.is_set():
            try:
                now = self._clock.now()
                self._note(now)
                has_more = self.tick(now)
                pause = 0.0 if has_more else self._pause(now)
            except (ClocksDifferError, ClockWentBackError) as error:
                logger.critical("time-not-believed", extra={"error": str(error)})
                pause = self._longest_pause
            except AWAY as error:
                logger.warning("database-away", extra={"error": type(error).__name__})
                pause = PAUSE_AFTER_TROUBLE
            except Exception:
                # A job that fails is no reason to stop looking after the others.
                logger.exception("tick-failed")
                pause = PAUSE_AFTER_TROUBLE
            stop.wait(pause)

    def tick(self, now: datetime) -> bool:
        """Take up what is due at `now`, up to HINTS_AT_ONCE a lane; True when there may be more."""
        worklist = self._job.worklist
        looks = self._looked_at is None or abs(now - self._looked_at) >= LOOK_EVERY
        if looks:
            worklist.set_aside(now)
            self._looked_at = now
        if self._swept_at is None or now - self._swept_at >= SWEEP_EVERY:
            self._swept_at = now
            worklist.sweep(now)
        has_more = False
        for lane in self._lanes():
            claimed, is_cut_off = self._claimed(lane, now, looks=looks)
            neglected = [each.key for each in claimed if each.is_neglected]
            for fresh in self._hintfuls([each.key for each in claimed if not each.is_neglected]):
                if not self._hints.send(self._job, lane, fresh):
                    neglected += fresh
            # No more than a hint's worth, or the other lanes would wait; the rest is hinted anew.
            late, rest = neglected[: self._job.at_once], neglected[self._job.at_once :]
            worklist.let_go(rest, now)
            if late:
                self._job.run(late)
            has_more = has_more or bool(rest) or is_cut_off
        return has_more

    def _claimed(self, lane: Lane, now: datetime, *, looks: bool) -> tuple[list[Claimed], bool]:
        """Claim what comes next of a lane; True when there may be more.

        While the lane is full, and one `looks`, that is what was hinted at in vain.
        """
        worklist = self._job.worklist
        kinds = [kind for kind, its in self._job.lanes.items() if its is lane]
        room = self._room(lane)
        if not room:
            # It takes no more hints; what nobody heeded is done here all the same.
            claimed = worklist.claim_neglected(now, kinds, self._job.at_once) if looks else []
            is_cut_off = len(claimed) == self._job.at_once
            if is_cut_off:
                self._looked_at = None
            return claimed, is_cut_off
        begun = self._rounds.pop(lane, None)
        # A clock that went back is no reason to go on for longer.
        if begun is None or not timedelta(0) <= now - begun.since < LONGEST_ROUND:
            begun = _Round(now)
        most = self._job.at_once * room
        claimed = worklist.claim(now, kinds, most, after=begun.places)
        if len(claimed) == most:
            places = {**begun.places, **{each.kind: each.place for each in claimed}}
            self._rounds[lane] = _Round(begun.since, places)
            return claimed, True
        # What fell due or came free before the places is found by beginning anew.
        return claimed, bool(begun.places)

    def _lanes(self) -> list[Lane]:
        """Return the lanes of the job, the most urgent first."""
        return [lane for lane in Lane if lane in self._job.lanes.values()]

    def _room(self, lane: Lane) -> int:
        """Return how many hints to send at once; one while nobody knows how many wait."""
        waiting = self._hints.waiting(self._job, lane)
        return 1 if waiting is None else min(max(self._most - waiting, 0), HINTS_AT_ONCE)

    def _hintfuls(self, keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
        """Yield `keys` in pieces, each for one hint."""
        for start in range(0, len(keys), self._job.at_once):
            yield keys[start : start + self._job.at_once]

    def _note(self, now: datetime) -> None:
        gap = self._uptime.note(now)
        if gap is not None:
            logger.warning("was-down", extra={"since": str(gap.since), "until": str(gap.until)})

    def _pause(self, now: datetime) -> float:
        """Return the seconds until something falls due or is to be tried again, within limits."""
        if not all(self._room(lane) for lane in self._lanes()):
            return PAUSE_WHEN_FULL
        at = self._job.worklist.next_at(now)
        left = (at - now).total_seconds() if at is not None else self._longest_pause
        return min(max(left, SHORTEST_PAUSE), self._longest_pause)
