"""The kinds of obligation: who decides each, and in which lane."""

from __future__ import annotations

from dataclasses import dataclass

from workers.decisions import digest, escalation
from workers.decisions.office import Decide
from workers.lanes import Lane


@dataclass(frozen=True, slots=True)
class Kind:
    """How obligations of one kind are decided."""

    lane: Lane
    decide: Decide


KINDS: dict[str, Kind] = {
    "escalation": Kind(Lane.URGENT, escalation.decide),
    "digest": Kind(Lane.NORMAL, digest.decide),
}
"""Every kind; another one is another module and another line."""
