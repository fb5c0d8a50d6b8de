"""The cases that the event-sourcing library holds every recorder to, run against ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.tests import persistence

from domain.eventstore.recorder import CareRecorder


class FromFixture:
    """Gives the library's cases our recorder."""

    _recorder: CareRecorder

    @pytest.fixture(autouse=True)
    def use_recorder(self, recorder: CareRecorder) -> None:
        self._recorder = recorder

    def create_recorder(self) -> CareRecorder:
        return self._recorder


class TestApplicationRecorder(FromFixture, persistence.ApplicationRecorderTestCase[CareRecorder]):
    """Inserts, selects, conflicts, limits, and ten writers beside two readers.

    The case of subscriptions is optional in the library and left out: whoever follows our log
    reads it in batches with select_notifications.
    """


class WithoutPositions(CareRecorder):
    """What the library's case of plain streams expects: a store that numbers nothing."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> None:
        super().insert_events(stored_events)


class TestAggregateRecorder(FromFixture, persistence.AggregateRecorderTestCase):
    """Selecting one stream from either end, between versions and up to a limit."""

    def create_recorder(self) -> WithoutPositions:
        recorder = super().create_recorder()
        return WithoutPositions(recorder.database, recorder.schema)


class TestPositions(FromFixture, persistence.NonInterleavingNotificationIDsBaseCase):
    """Two saves of a thousand events at once never mix their positions."""


def test_a_subscription_is_refused_with_the_way_to_go(recorder: CareRecorder) -> None:
    with pytest.raises(NotImplementedError, match="select_notifications"):
        recorder.subscribe(gt=3)
