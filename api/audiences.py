"""Whom a segment comes to, and which of them could be told now (客户群)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from uuid import UUID

from domain.access import Visibility
from domain.campaign import MOST_CUSTOMERS, CampaignWords
from domain.caring import silence_for, way_to
from domain.channel import Channel
from domain.segment import Segment
from domain.silence import Silence
from projections.bootstrap import ReadSide
from projections.roster.filters import RosterFilters
from workers.ways_out import WaysOutTable

LOOKED_AT = 1_000
"""How many of an audience are looked at one by one for a forecast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A campaign while it is written: whom it is for, what it says and what it invites to."""

    segment: Segment = field(default_factory=Segment)
    words: tuple[CampaignWords, ...] = ()
    activity_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of a campaign now: `count` customers, of whom `looked_at` were asked for.

    `reachable` of these would be told; the others would be skipped for these reasons. `not_set_up`
    are channels by which they are meant to be told, and cannot.
    """

    count: int
    looked_at: int
    reachable: int
    skipped_for: dict[str, int]
    not_set_up: list[str]


def audience_of(read: ReadSide, segment: Segment, visibility: Visibility) -> tuple[UUID, ...]:
    """Return the customers in scope who meet the criteria, by id: one more than may be told."""
    names = {each.name for each in fields(RosterFilters)}
    given = {each.name: getattr(segment, each.name) for each in fields(Segment)}
    filters = RosterFilters(**{name: value for name, value in given.items() if name in names})
    found = read.roster.ids(visibility, filters, MOST_CUSTOMERS + 1)
    if segment.bought_product is not None:
        found = read.purchases.buyers(found, segment.bought_product, segment.bought_since)
    return tuple(found)


def forecast(read: ReadSide, customer_ids: Sequence[UUID]) -> Forecast:
    """Return who could be told now, and why others could not."""
    some, channels = customer_ids[:LOOKED_AT], read.care.book().greetings.channels
    set_up = WaysOutTable(read.database).read().are_there_for("campaign")
    complaining = read.complaints.complaining(some)
    ways = [
        silence_for(cared, is_offer=True, complains=cared.id in complaining)
        or way_to(cared, channels, set_up)
        for cared in read.occasions.cared(some, read.log).values()
    ]
    silent = Counter(way.value for way in ways if isinstance(way, Silence))
    reachable = len(ways) - silent.total()
    return Forecast(
        count=len(customer_ids),
        looked_at=len(some),
        reachable=reachable,
        skipped_for=dict(silent),
        not_set_up=_missing(channels, set_up),
    )


def left_in_peace(read: ReadSide, customer_ids: Collection[UUID]) -> dict[UUID, Silence]:
    """Return who of these will not be greeted, by what they chose and how they can be reached."""
    set_up = WaysOutTable(read.database).read().are_there_for("greeting")
    channels = read.care.book().greetings.channels
    ways = {
        customer_id: silence_for(cared, is_offer=False, complains=False)
        or way_to(cared, channels, set_up)
        for customer_id, cared in read.occasions.cared(customer_ids, read.log).items()
    }
    return {customer_id: way for customer_id, way in ways.items() if isinstance(way, Silence)}


def not_set_up(read: ReadSide, kind: str) -> list[str]:
    """Return the channels to customers by which messages of a kind are meant to go, and cannot."""
    set_up = WaysOutTable(read.database).read().are_there_for(kind)
    return _missing(read.care.book().greetings.channels, set_up)


def _missing(channels: Sequence[Channel], set_up: Collection[Channel]) -> list[str]:
    return [each.value for each in channels if each not in set_up]
