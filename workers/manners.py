"""How messages of each kind are sent (投递方式): in which lane, how often, and when in doubt."""

from __future__ import annotations

from dataclasses import dataclass

from workers.lanes import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What the kind of a message decides about its delivery.

    `repeats` tells what to do when nobody knows whether a message arrived: a reminder that comes
    twice is better than one that never comes, congratulating twice is worse than not at all.
    `is_capped` tells whether it counts against how many a recipient gets in a day.
    """

    lane: Lane
    repeats: bool = True
    is_capped: bool = False


MANNERS: dict[str, Manner] = {
    "escalation": Manner(lane=Lane.URGENT),
    "assignment": Manner(lane=Lane.URGENT),
    "complaint": Manner(lane=Lane.URGENT),
    "item": Manner(lane=Lane.NORMAL),
    "task": Manner(lane=Lane.NORMAL),
    "intake": Manner(lane=Lane.NORMAL),
    "receivables": Manner(lane=Lane.NORMAL),
    "digest": Manner(lane=Lane.NORMAL),
    "channel_disabled": Manner(lane=Lane.NORMAL),
    "second_factor_off": Manner(lane=Lane.URGENT),
    "greeting": Manner(lane=Lane.BULK, repeats=False, is_capped=True),
    "campaign": Manner(lane=Lane.BULK, repeats=False, is_capped=True),
}
"""The manner of each kind; `greeting` and `campaign` are for customers."""

CAPPED = frozenset(kind for kind, manner in MANNERS.items() if manner.is_capped)
