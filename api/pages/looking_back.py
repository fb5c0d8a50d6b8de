"""Looking back (时点): pages that show what was on record at a moment, marked and read-only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from flask import g
from marshmallow import EXCLUDE

from api.as_of import asked_moment, today_of
from api.pages.frame import read_query, the_wording
from api.service import the_service
from api.v1.schemas.query import AsOfQuery
from projections.moments import Moment


@dataclass(frozen=True, slots=True)
class Steps:
    """Where one may go from a moment: from the first day on, to the change before and after it."""

    first: date
    earlier: int | None
    later: int | None


class _OnlyAsOf(AsOfQuery):
    class Meta:
        unknown = EXCLUDE


def look_back() -> Moment | None:
    """Return the moment of the past that the address asks for, None for now.

    From then on the page is marked as past and counts its days from that moment. A 422 Problem
    when there is no such moment.
    """
    moment = asked_moment(read_query(_OnlyAsOf))
    if moment is None or not moment.is_over:
        return None
    g.moment = moment
    g.wording = replace(the_wording(), today=today_of(moment))
    return moment


def steps_of(customer_id: UUID, moment: Moment | None) -> Steps:
    """Return the neighbours of `moment` in a customer's history."""
    service = the_service()
    page, until = service.read.history.page, moment.position if moment else None
    first = page(customer_id, limit=1, newest_first=False)[0]
    before = page(customer_id, limit=2, until=until)
    after = page(customer_id, until, limit=1, newest_first=False) if until else []
    return Steps(
        first=service.read.care.book().today(first.recorded_at),
        earlier=before[1].position if len(before) > 1 else None,
        later=after[0].position if after else None,
    )
