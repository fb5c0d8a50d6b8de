"""A machine that takes random steps with one aggregate and checks after each what always holds."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from domain.aggregate import fold
from domain.errors import CareError
from domain.policies.book import PolicyKind
from tests.support.likeness import likeness
from tests.support.moments import NOW, signed, the_book
from tests.support.sealing import the_mapper


class ReplayMachine(RuleBasedStateMachine):
    """Keeps an aggregate as a cache would, and its events as the log would."""

    def __init__(self) -> None:
        super().__init__()
        self.cached: Any = None
        self.stored: list[Any] = []
        self.moment: datetime = NOW
        self.book = the_book()
        self.books = {self.book.versions[PolicyKind.CALENDAR]: self.book}

    def keep(self, aggregate: Any) -> None:
        """Store the new events of `aggregate` and keep it."""
        self.stored += the_mapper().seal(aggregate.collect_events()).events
        self.cached = aggregate

    def take(self, step: Callable[[Any], object], why: str = "") -> bool:
        """Take a step on a copy, as a command does; tell whether it was allowed."""
        before = likeness(self.cached)
        copy = deepcopy(self.cached)
        try:
            with signed(self.moment, why=why):
                step(copy)
        except CareError:
            return False
        finally:
            assert likeness(self.cached) == before, "a command altered the cached aggregate"
        self.keep(copy)
        return True

    def take_a_day_off(self, day: date) -> None:
        """Put another calendar in force, with one more day off."""
        calendar = self.book.calendar.with_days(closed=[day], opened=[], usual=[])
        version = len(self.books) + 1
        versions = {**self.book.versions, PolicyKind.CALENDAR: version}
        self.book = self.books[version] = replace(self.book, calendar=calendar, versions=versions)

    def wait(self, span: timedelta) -> None:
        self.moment += span

    @property
    def today(self) -> Any:
        return self.book.today(self.moment)

    def events(self) -> list[Any]:
        return the_mapper().to_domain_events(self.stored)

    @invariant()
    def replay_equals_live(self) -> None:
        """Hold for every version on the way, types included."""
        if self.cached is not None:
            replayed = fold(None, self.events())

            assert likeness(replayed) == likeness(self.cached)
            assert replayed == self.cached
