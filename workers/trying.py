"""Tries policies on the past (推演): what would be different under another one (`what_if`)."""

from __future__ import annotations

from uuid import UUID

from projections.bootstrap import ReadSide
from projections.moments import Moment
from projections.what_if import tried, what_if
from workers.clock import Clock
from workers.long_work import Keep, UnwantedError
from workers.trials import Trials


class Trying:
    """Reckons trials that somebody waits for; safe to share between threads."""

    def __init__(self, trials: Trials, read: ReadSide, *, clock: Clock) -> None:
        """Replay the log of `read` for those who wait in `trials`."""
        self._trials = trials
        self._read = read
        self._clock = clock

    def carry_out(self, key: UUID, keep: Keep) -> None:
        """Reckon a trial that was begun; UnwantedError once nobody waits for it."""
        trial = self._trials.get(key)
        if trial is None or trial.result is not None:
            return
        moment = Moment(trial.until, trial.asked_at)
        book = self._read.moments.book(moment)
        assert book is not None  # noqa: S101 - who asked had one

        def note(position: int, _until: int) -> None:
            keep()
            if not self._trials.advance(trial, position, self._clock.now()):
                raise UnwantedError

        other = tried(book, trial.kind, trial.content)
        found = what_if(self._read.log, book, other, moment, note)
        self._trials.finish(trial, found, self._clock.now())
