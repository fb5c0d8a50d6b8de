"""A segment (客户群): which customers a campaign or an activity is for, in plain criteria."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.grade import DealStage, Demand, Grade, Importance


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Criteria that a customer has to meet, all of them; what is left out does not count.

    `bought_product` is the name of a product as it was written down, bought since `bought_since`
    if that is given. Who it comes to is found once, when it is asked.
    """

    grades: tuple[Grade, ...] = ()
    owner_id: UUID | None = None
    deal_stage: DealStage | None = None
    importance: Importance | None = None
    demand: Demand | None = None
    industry: str | None = None
    district: str | None = None
    region: str | None = None
    tag: str | None = None
    last_contact_before: date | None = None
    bought_product: str | None = None
    bought_since: date | None = None
