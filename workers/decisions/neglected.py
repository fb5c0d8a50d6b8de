"""Decides on customers nobody looks after: the ladder, the warning, the way back to the pool (D10).

Each decision is made by the customer himself, on what is so now: whoever was contacted meanwhile is
left alone, whatever was owed a moment ago. A contact in the same moment wins or loses cleanly, for
only one of the two can be his next event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from domain import pool_commands
from domain.bulk import BatchItem, Bulk
from domain.errors import CareError
from domain.ids import named_id, new_id
from projections.obligations.queries import ObligationRow
from workers.decisions.office import Office


def escalate(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Let overdue follow-ups climb their next rung."""
    managers = _managers(obligations, office)
    _carry_out(
        [
            pool_commands.EscalateFollowUp(
                customer_id=each.subject_id,
                expected_owner_id=each.rep_id,
                manager_id=managers[each.rep_id],
            )
            for each in obligations
            if each.rep_id is not None
        ],
        now,
        office,
    )


def warn(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Warn owners that their customers go back to the pool."""
    ids = [each.subject_id for each in obligations]
    _carry_out([pool_commands.WarnOfPool(customer_id=each) for each in ids], now, office)


def give_back(obligations: Sequence[ObligationRow], now: datetime, office: Office) -> None:
    """Return customers whose owners did nothing after the warning.

    What an outage has put off says until when.
    """
    managers = _managers(obligations, office)
    graces = {
        due_at: office.uptime.grace_after(due_at, now)
        for due_at in {each.due_at for each in obligations}
    }
    _carry_out(
        [
            pool_commands.ReturnToPool(
                customer_id=each.subject_id,
                manager_id=managers[each.rep_id] if each.rep_id is not None else None,
                grace_until=graces[each.due_at],
            )
            for each in obligations
        ],
        now,
        office,
    )


def _managers(obligations: Iterable[ObligationRow], office: Office) -> dict[UUID, UUID | None]:
    """Return the nearest manager of each owner, None above whom there is nobody."""
    owners = {each.rep_id for each in obligations if each.rep_id is not None}
    return {owner: next(iter(office.people.managers_above(owner)), None) for owner in owners}


def _carry_out(
    decided: Sequence[
        pool_commands.EscalateFollowUp | pool_commands.WarnOfPool | pool_commands.ReturnToPool
    ],
    now: datetime,
    office: Office,
) -> None:
    """Carry out all in one save; raises the first refusal, which none of them should meet."""
    items = [
        BatchItem(
            command=command,
            provenance=office.signature(now, named_id("neglect", command.customer_id, now.date())),
        )
        for command in decided
    ]
    batches = [items] if items else []
    for outcomes in Bulk(office.care, lambda: office.signature(now, new_id())).run(batches):
        for outcome in outcomes:
            if isinstance(outcome, CareError):
                raise outcome
