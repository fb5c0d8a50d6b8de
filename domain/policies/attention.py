"""How well a customer is looked after (跟进状况), and what follows when he is not.

Pure: from the facts of a customer and the policies to the next step and its day. Commands, the
obligations and the answer to "why" all ask here, so they cannot differ. Days are calendar dates of
the company; no step is taken on a day off, and none sooner after the one before than the policy
puts between them, so neither a holiday nor an outage makes two of them fall together.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from domain.calendars.business_time import WorkCalendar
from domain.grade import Grade
from domain.policies.cadence import CadencePolicy
from domain.policies.pool import PoolClock, PoolPolicy

AT_HAND = 8_192
"""Many customers share a grade and a day, so what was reckoned for one is kept for others."""


class StepKind(StrEnum):
    """What is done about a customer nobody looks after, the gravest first."""

    POOL_RETURN = "pool_return"
    """He goes back to the public pool (退回公海)."""
    POOL_WARNING = "pool_warning"
    """His owner is warned that he will."""
    FOLLOW_UP = "follow_up"
    """His overdue follow-up climbs a rung of the ladder (逾期升级)."""


class Step(NamedTuple):
    """What follows next unless somebody does something, and on which day."""

    kind: StepKind
    on: date


class PoolWarning(NamedTuple):
    """A warning that a customer goes back on `returns_on` because of `clock`."""

    clock: PoolClock
    warned_on: date
    returns_on: date


class RunningClock(NamedTuple):
    """A clock of the pool: since when it runs, for how long, and when its end is warned of."""

    clock: PoolClock
    since: date
    term_days: int
    warns_on: date
    runs_out_on: date


class Attention(NamedTuple):
    """What the clocks and the ladder go by; whoever has no owner has no next step.

    `contacted_on` is the last contact, or the registration before the first. `level` is the rung
    climbed since the follow-up was due, 0 for none, `climbed_on` the day of that.
    """

    grade: Grade
    contacted_on: date
    owned_since: date
    bought_on: date | None
    due_on: date
    level: int = 0
    climbed_on: date | None = None
    warning: PoolWarning | None = None


class AttentionRules:
    """What the policies of a company mean for any customer; safe to share between threads."""

    def __init__(self, pool: PoolPolicy, cadence: CadencePolicy, calendar: WorkCalendar) -> None:
        """Go by these policies."""
        self._pool = pool
        self._cadence = cadence
        self._calendar = calendar
        self._clock = lru_cache(AT_HAND)(self._reckon_clock)
        self._rung = lru_cache(AT_HAND)(self._reckon_rung)

    def next_step(self, attention: Attention, *, is_exempt: bool = False) -> Step | None:
        """Return what follows first, None when nothing does; who `is_exempt` stays out of the pool.

        On the same day the pool comes before the ladder.
        """
        climb = self.ladder_step(attention)
        step = None if is_exempt else self.pool_step(attention)
        if step is None or (climb is not None and climb.on < step.on):
            return climb
        return step

    def pool_step(self, attention: Attention) -> Step | None:
        """Return the warning, or after it the return; None for whom no clock runs.

        A warning stands as long as its clock is still as far gone as when it was given.
        """
        contact, deal = self._both_clocks(attention)
        warning = attention.warning
        if warning is not None:
            warned = contact if warning.clock is PoolClock.CONTACT else deal
            if warned is not None and warned.warns_on <= warning.warned_on:
                on = self._calendar.next_workday(warning.returns_on)
                return Step(StepKind.POOL_RETURN, on)
        first = contact or deal
        if first is None:
            return None
        if deal is not None and deal.warns_on < first.warns_on:
            first = deal
        return Step(StepKind.POOL_WARNING, first.warns_on)

    def warning(self, clock: PoolClock, on: date) -> PoolWarning:
        """Return the warning that is given on the day `on`: how long the owner has still."""
        last = on + timedelta(days=self._pool.warning_days)
        return PoolWarning(clock, on, self._calendar.next_workday(last))

    def clocks(self, attention: Attention) -> list[RunningClock]:
        """Return the clocks that run, the one that runs out first before the other.

        A new owner has the whole of both terms. Nobody is without a contact before he was due: a
        follow-up that was put off, or falls into a holiday, keeps the clock from running out.
        """
        running = filter(None, self._both_clocks(attention))
        return sorted(running, key=attrgetter("runs_out_on"))

    def ladder_step(self, attention: Attention) -> Step | None:
        """Return when the follow-up climbs next if it does not take place; None on the last rung.

        The ladder of a new owner begins on the day he got the customer.
        """
        since = max(attention.due_on, attention.owned_since)
        return self._rung(attention.grade, attention.level, since, attention.climbed_on)

    def _both_clocks(self, attention: Attention) -> tuple[RunningClock | None, RunningClock | None]:
        begun = attention.owned_since
        if self._pool.counts_from is not None and self._pool.counts_from > begun:
            begun = self._pool.counts_from
        contacted = max(begun, attention.contacted_on)
        bought = begun if attention.bought_on is None else max(begun, attention.bought_on)
        return (
            self._clock(PoolClock.CONTACT, attention.grade, contacted, attention.due_on),
            self._clock(PoolClock.DEAL, attention.grade, bought, date.min),
        )

    def _reckon_clock(
        self, clock: PoolClock, grade: Grade, since: date, due_on: date
    ) -> RunningClock | None:
        term = self._pool.term(clock, grade)
        if term is None:
            return None
        ahead = timedelta(days=self._pool.warning_days)
        # The warning never comes before the follow-up is due.
        ends = max(since + timedelta(days=term), max(due_on, since) + ahead)
        warns_on = self._calendar.next_workday(ends - ahead)
        return RunningClock(clock, since, term, warns_on, ends)

    def _reckon_rung(
        self, grade: Grade, level: int, since: date, climbed_on: date | None
    ) -> Step | None:
        above = self._cadence.rung_above(level, grade)
        if above is None:
            return None
        days = above[1].days
        on = since + timedelta(days=days)
        if climbed_on is not None:
            apart = days - self._cadence.ladder[level - 1].days
            on = max(on, climbed_on + timedelta(days=apart))
        return Step(StepKind.FOLLOW_UP, self._calendar.next_workday(on))
