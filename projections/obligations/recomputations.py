"""What is owed after a policy was amended: to reckon open deadlines anew, step by step (D17)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from domain.policies.book import PolicyKind
from domain.policy import Policy
from domain.recomputation import SUBJECTS, Recomputation, step_key
from projections.obligations.ledger import Ledger, Obligation

KIND = "recomputation"
PRIORITY = 2

SETTLING = timedelta(seconds=10)
"""Other processes may decide by the former version for a second; what they decide is waited for."""

_POLICIES = {kind.stream_id: kind for kind in PolicyKind}


def _amended(event: Any, ledger: Ledger) -> None:
    """Owe the first step, in place of what an earlier version still had to do."""
    if not event.recomputes:
        return
    policy = _POLICIES[event.originator_id]
    ledger.clear(KIND, event.originator_id)
    ledger.add(
        _step(
            policy,
            event.originator_version,
            0,
            due_at=event.timestamp + SETTLING,
            subject=SUBJECTS[policy][0].value,
            after=None,
        )
    )


def _advanced(event: Any, ledger: Ledger) -> None:
    """Owe the next step, unless another version has taken over."""
    policy = PolicyKind(event.policy)
    ledger.end(KIND, policy.stream_id, event.originator_id)
    ledger.add(
        _step(
            policy,
            event.version,
            event.step + 1,
            due_at=event.timestamp,
            subject=event.subject,
            after=str(event.until),
        )
    )


def _completed(event: Any, ledger: Ledger) -> None:
    ledger.end(KIND, PolicyKind(event.policy).stream_id, event.originator_id)


def _step(
    policy: PolicyKind, version: int, step: int, *, due_at: datetime, **place: str | None
) -> Obligation:
    return Obligation(
        key=step_key(policy, version, step),
        kind=KIND,
        subject_id=policy.stream_id,
        due_at=due_at,
        priority=PRIORITY,
        payload={"policy": policy.value, "version": version, "step": step, **place},
    )


FOLDS: dict[type[Any], Callable[[Any, Ledger], None]] = {
    Policy.Amended: _amended,
    Recomputation.Advanced: _advanced,
    Recomputation.Completed: _completed,
}
"""What each event makes of the obligations."""
