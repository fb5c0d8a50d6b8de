"""Named instants of a few working days, who acts in them, and the policies they act under."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.access import Principal, Role, Scope
from domain.ids import named_id
from domain.policies.book import PolicyBook
from domain.provenance import Provenance, signing

SHANGHAI = ZoneInfo("Asia/Shanghai")

YESTERDAY = date(2026, 11, 22)
TODAY = date(2026, 11, 23)
"""A Monday without a holiday for weeks around."""
TOMORROW = date(2026, 11, 24)


def at(day: date, hour: int = 10, minute: int = 0, second: int = 0) -> datetime:
    """Return the instant at which the clocks of Shanghai show this time of `day`."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)


NOW = at(TODAY)


def an_id(name: str) -> UUID:
    """Return the id that tests know by `name`."""
    return named_id("test", name)


LI = Principal.representative(an_id("li"), role=Role.REP, scope=Scope.OWN)
"""A representative who sees his own customers."""
WANG = Principal.representative(an_id("wang"), role=Role.REP, scope=Scope.OWN)
"""Another one."""
ZHAO = Principal.representative(an_id("zhao"), role=Role.MANAGER, scope=Scope.ALL)
"""The manager of both."""
QIAN = Principal.representative(an_id("qian"), role=Role.ADMINISTRATOR, scope=Scope.ALL)
"""The administrator."""


@cache
def the_book() -> PolicyBook:
    """Return the policies of a company that adopted the defaults in 2026."""
    return PolicyBook.defaults(TODAY)


def a_provenance(
    moment: datetime = NOW, by: Principal = LI, why: str = "", through: str = "http"
) -> Provenance:
    """Return the signature under what `by` does at `moment`."""
    return Provenance(
        principal=by, at=moment, through=through, correlation=an_id("correlation"), why=why
    )


@contextmanager
def signed(moment: datetime = NOW, by: Principal = LI, why: str = "") -> Iterator[None]:
    """Sign the events of the block."""
    with signing(a_provenance(moment, by, why)):
        yield
