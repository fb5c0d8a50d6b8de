"""What is owed to those responsible for contracts: to look each day at what customers owe (R13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.contract import Contract
from domain.reminder import Reminder, SkipReason, receivables_key
from projections.obligations.ledger import Ledger, Obligation

KIND = "receivables"
PRIORITY = 1


def _signed(event: Any, ledger: Ledger) -> None:
    _look_next(event.responsible_id, event, ledger)


def _changed(event: Any, ledger: Ledger) -> None:
    _look_next(event.to_responsible_id, event, ledger)


def _look_next(rep_id: UUID, event: Any, ledger: Ledger) -> None:
    """Owe a look at the next opening; whoever looks every day already owes the same one."""
    ledger.add(_look(rep_id, ledger.hours.next_day_to_open(event.timestamp), ledger))


def _decided(event: Any, ledger: Ledger) -> None:
    """Owe the next day's look; one that is late has covered the days up to its own.

    What a contract signed meanwhile asks for later stays, even if this look did not know of it.
    """
    covered = max(event.day, ledger.hours.day_of(event.timestamp))
    ledger.end_until(KIND, event.rep_id, covered)
    if isinstance(event, Reminder.ReceivablesSkipped) and SkipReason(event.reason).is_final:
        return
    ledger.add(_look(event.rep_id, covered + timedelta(days=1), ledger))


def _look(rep_id: UUID, day: date, ledger: Ledger) -> Obligation:
    return Obligation(
        key=receivables_key(rep_id, day),
        kind=KIND,
        subject_id=rep_id,
        rep_id=rep_id,
        day=day,
        due_at=ledger.hours.opening(day),
        priority=PRIORITY,
    )


FOLDS: dict[type[Any], Callable[[Any, Ledger], None]] = {
    Contract.Signed: _signed,
    Contract.ResponsibleChanged: _changed,
    Reminder.ReceivablesIssued: _decided,
    Reminder.ReceivablesSkipped: _decided,
}
"""What each event makes of the obligations."""
