"""The kinds of obligation: who decides each, and in which lane."""

from __future__ import annotations

from dataclasses import dataclass

from workers.decisions import (
    campaign,
    courtesy,
    digest,
    escalation,
    greeting,
    neglected,
    receivables,
    recomputation,
    return_visit,
)
from workers.decisions.office import Decide
from workers.lanes import Lane


@dataclass(frozen=True, slots=True)
class Kind:
    """How obligations of one kind are decided, and how many of them in one go.

    Few where each is a save of its own, many where all are saved together: when a process dies,
    what it had begun is what is suspected. What `waits_after_outage` is not decided for as long as
    the outage lasted: people could not do what would have prevented it.
    """

    lane: Lane
    decide: Decide
    together: int
    waits_after_outage: bool = False


KINDS: dict[str, Kind] = {
    "escalation": Kind(Lane.URGENT, escalation.decide, together=10),
    "digest": Kind(Lane.NORMAL, digest.decide, together=100),
    "recomputation": Kind(Lane.BULK, recomputation.decide, together=1),
    "receivables": Kind(Lane.NORMAL, receivables.decide, together=100),
    "return_visit": Kind(Lane.BULK, return_visit.decide, together=100),
    "follow_up": Kind(Lane.BULK, neglected.escalate, together=100),
    "pool_warning": Kind(Lane.BULK, neglected.warn, together=100),
    "pool_return": Kind(Lane.BULK, neglected.give_back, together=100, waits_after_outage=True),
}
"""Every kind; another one is another module and another line."""

GREETINGS: dict[str, Kind] = {
    "greeting": Kind(Lane.BULK, greeting.decide, together=100),
    "gift": Kind(Lane.NORMAL, courtesy.decide, together=100),
    "visit": Kind(Lane.NORMAL, courtesy.decide, together=100),
}
"""What is owed to customers, of which very much may fall due at once: a worklist of its own."""

CAMPAIGNS: dict[str, Kind] = {"campaign": Kind(Lane.BULK, campaign.decide, together=100)}
"""The same for whom campaigns go to, so that they hold up no greeting either."""
