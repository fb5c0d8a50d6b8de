"""A handover as it stands in the log, for whatever needs one of each event."""

from __future__ import annotations

from domain.handover import Handover
from tests.support.moments import LI, WANG, ZHAO, an_id, signed


def a_handovers_history() -> Handover:
    """Return a handover that undid another, with every event of its kind."""
    former = an_id("former-handover")
    with signed(by=ZHAO, why="调往总部"):
        handover = Handover.between(an_id("handover"), from_id=LI.id, to_id=WANG.id, undoes=former)
        handover.complete(customers=3, complaints=2, contracts=1, refused=1)
    return handover
