"""What is owed about complaints: to climb each rung of the ladder when its time has come (D9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.complaint import Complaint
from projections.obligations.ledger import Ledger, Obligation

KIND = "escalation"
PRIORITY = 0


def _replace(event: Any, ledger: Ledger) -> None:
    """Owe the rungs that the event lists, and no others."""
    ledger.clear(KIND, event.originator_id)
    for climb in event.climbs:
        ledger.add(
            Obligation(
                key=climb.key,
                kind=KIND,
                subject_id=event.originator_id,
                customer_id=event.customer_id,
                due_at=climb.at,
                priority=PRIORITY,
                payload={"level": climb.level},
            )
        )


def _end(event: Any, ledger: Ledger) -> None:
    ledger.end(KIND, event.originator_id, event.key)


FOLDS: dict[type[Any], Callable[[Any, Ledger], None]] = {
    Complaint.Filed: _replace,
    Complaint.Triaged: _replace,
    Complaint.Acknowledged: _replace,
    Complaint.Paused: _replace,
    Complaint.Resumed: _replace,
    Complaint.Resolved: _replace,
    Complaint.Reopened: _replace,
    Complaint.DeadlinesRecomputed: _replace,
    Complaint.Escalated: _end,
    Complaint.EscalationStranded: _end,
}
"""What each event makes of the obligations."""
