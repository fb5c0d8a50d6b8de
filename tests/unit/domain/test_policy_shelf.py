"""The policies at hand, at most a second old."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest

from domain.errors import NotFoundError
from domain.policies.book import PolicyBook, PolicyKind
from domain.policy_shelf import PolicyShelf
from tests.support.examples import a_policy
from tests.support.moments import QIAN, TODAY, signed
from tests.support.scenario import Remembered


class CountingLog(Remembered):
    """A log of all policies that counts how often it is asked, and a clock that stands."""

    def __init__(self, *without: PolicyKind) -> None:
        super().__init__()
        self.asked = 0
        self.seconds = 0.0
        self.shelf = PolicyShelf(self, lambda: self.seconds)
        for kind in PolicyKind:
            if kind not in without:
                self.append(a_policy(kind).collect_events())

    def get_many(self, aggregate_ids: Iterable[UUID], /) -> dict[UUID, Any]:
        self.asked += 1
        return super().get_many(aggregate_ids)

    def amend(self, content: dict[str, Any]) -> None:
        policy = self.get(PolicyKind.CADENCE.stream_id)
        with signed(by=QIAN):
            policy.amend(content)
        self.append(policy.collect_events())


MORE_DAYS = {"interval_days": {"A": 2, "B": 7, "C": 15, "D": 30, "E": 365}}


def test_the_book_holds_every_policy_with_its_version() -> None:
    log = CountingLog()

    assert log.shelf.book() == PolicyBook.defaults(TODAY)
    assert set(log.shelf.book().versions.values()) == {1}


def test_the_log_is_read_at_most_once_a_second() -> None:
    log = CountingLog()
    log.shelf.book()
    log.amend(MORE_DAYS)

    log.seconds = 1.0
    assert log.shelf.book().versions[PolicyKind.CADENCE] == 1
    assert log.asked == 1

    log.seconds = 1.1
    assert log.shelf.book().versions[PolicyKind.CADENCE] == 2
    assert log.shelf.book().cadence.interval_days["A"] == 2
    assert log.asked == 2


def test_an_amendment_of_ones_own_is_seen_at_once() -> None:
    log = CountingLog()
    log.shelf.book()
    log.amend(MORE_DAYS)
    log.shelf.put_back()

    assert log.shelf.book().versions[PolicyKind.CADENCE] == 2


def test_a_book_put_back_while_it_is_read_is_still_handed_out() -> None:
    log = CountingLog()
    read = log.get_many

    def put_back_meanwhile(aggregate_ids: Iterable[UUID], /) -> dict[UUID, Any]:
        log.shelf.put_back()
        return read(aggregate_ids)

    log.get_many = put_back_meanwhile

    assert log.shelf.book() == PolicyBook.defaults(TODAY)


def test_a_policy_that_was_never_adopted_is_named() -> None:
    log = CountingLog(PolicyKind.SLA)

    with pytest.raises(NotFoundError) as refusal:
        log.shelf.book()
    assert refusal.value.fields == {"of": "policy", "id": "sla"}
