"""What is owed to representatives: one list of what is due, at the opening of each day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.access import Role
from domain.reminder import Reminder, SkipReason, digest_key
from domain.representative import Representative
from projections.obligations.ledger import Ledger, Obligation

KIND = "digest"
PRIORITY = 1

REMINDED = frozenset({Role.REP.value, Role.MANAGER.value})
"""The roles that have customers to be reminded of."""


def _joined(event: Any, ledger: Ledger) -> None:
    if event.role in REMINDED:
        day = ledger.hours.next_day_to_open(event.timestamp)
        ledger.add(_digest(event.originator_id, day, ledger))


def _placed(event: Any, ledger: Ledger) -> None:
    if event.role in REMINDED:
        day = ledger.hours.next_day_to_open(event.timestamp)
        ledger.begin(_digest(event.originator_id, day, ledger))
    else:
        ledger.clear(KIND, event.originator_id)


def _decided(event: Any, ledger: Ledger) -> None:
    """Owe the next day's list.

    One that is late covers the days up to its own, so the next one is tomorrow's.
    """
    ledger.clear(KIND, event.rep_id)
    if isinstance(event, Reminder.Skipped) and SkipReason(event.reason).is_final:
        return
    covered = max(event.day, ledger.hours.day_of(event.timestamp))
    ledger.add(_digest(event.rep_id, covered + timedelta(days=1), ledger))


def _left(event: Any, ledger: Ledger) -> None:
    ledger.clear(KIND, event.originator_id)


def _digest(rep_id: UUID, day: date, ledger: Ledger) -> Obligation:
    return Obligation(
        key=digest_key(rep_id, day),
        kind=KIND,
        subject_id=rep_id,
        rep_id=rep_id,
        day=day,
        due_at=ledger.hours.opening(day),
        priority=PRIORITY,
    )


FOLDS: dict[type[Any], Callable[[Any, Ledger], None]] = {
    Representative.Joined: _joined,
    Representative.ScopeGranted: _placed,
    Representative.Left: _left,
    Reminder.DigestIssued: _decided,
    Reminder.Skipped: _decided,
}
"""What each event makes of the obligations."""
