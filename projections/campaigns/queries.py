"""Asks what campaigns and activities there are, whom they reached, and what came of it (R76)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed

from domain.access import Visibility
from domain.activity import ActivityKind, GuestState
from domain.campaign import CampaignState
from domain.eventstore.database import Database
from projections.listing import visible
from projections.queries import Queries


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign as it stands; `author` and `approved_by` are actors as the log names them."""

    campaign_id: UUID
    version: int
    title: str
    author: str
    state: CampaignState
    starts_on: date
    ends_on: date
    activity_id: UUID | None
    audience_count: int
    planned_at: datetime
    approved_at: datetime | None
    approved_by: str


@dataclass(frozen=True, slots=True)
class CampaignMessageRow:
    """How it stands with one customer of a campaign.

    `state` is owed, issued, sent, failed, unknown or skipped, for `reason`. `bought_on` is the day
    of his first purchase within the days asked for after he was reached.
    """

    customer_id: UUID
    name: str
    company: str
    owner_id: UUID | None
    state: str
    reason: str
    ended_at: datetime | None
    answer: str
    note: str
    bought_on: date | None


@dataclass(frozen=True, slots=True)
class CampaignResults:
    """What came of a campaign, in customers; `skipped_for` counts them by reason."""

    audience: int
    owed: int
    issued: int
    reached: int
    failed: int
    unknown: int
    skipped: int
    answered: int
    interested: int
    bought: int
    skipped_for: dict[str, int]


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity; `seated_count` of its places are given away."""

    activity_id: UUID
    version: int
    title: str
    kind: ActivityKind
    starts_at: datetime
    place: str
    capacity: int
    is_cancelled: bool
    invited_count: int
    seated_count: int
    waiting_count: int


@dataclass(frozen=True, slots=True)
class GuestRow:
    """How it stands with one guest; `is_reached` when a message of ours invited him."""

    customer_id: UUID
    name: str
    company: str
    owner_id: UUID | None
    state: GuestState
    answer: str
    is_reached: bool
    bought_on: date | None


@dataclass(frozen=True, slots=True)
class ActivityResults:
    """What came of an activity, in guests."""

    invited: int
    reached: int
    answered: int
    accepted: int
    waiting: int
    declined: int
    attended: int
    missed: int
    bought: int


_MESSAGES: LiteralString = (
    "SELECT m.customer_id, c.name, c.company, c.owner_id, m.state, m.reason, m.ended_at, m.answer,"
    " m.note, CASE WHEN m.state = 'sent' THEN (SELECT min(p.purchased_on) FROM {schema}.purchase p"
    "  WHERE p.customer_id = m.customer_id AND p.position > m.ended_position"
    "  AND p.purchased_on - (m.ended_at AT TIME ZONE %(zone)s)::date BETWEEN 0 AND %(days)s)"
    " END AS bought_on"
    " FROM {schema}.message m JOIN {schema}.customer c USING (customer_id)"
    " WHERE m.campaign_id = %(id)s AND {seen}"
)
_GUESTS: LiteralString = (
    "SELECT g.customer_id, c.name, c.company, c.owner_id, g.state, g.answer,"
    " EXISTS (SELECT FROM {schema}.message m JOIN {schema}.campaign k USING (campaign_id)"
    "  WHERE k.activity_id = g.activity_id AND m.customer_id = g.customer_id AND m.state = 'sent')"
    " AS is_reached, CASE WHEN g.state = 'attended' THEN"
    "  (SELECT min(p.purchased_on) FROM {schema}.purchase p"
    "  WHERE p.customer_id = g.customer_id AND p.position > g.named_position"
    "  AND p.purchased_on - (a.starts_at AT TIME ZONE %(zone)s)::date BETWEEN 0 AND %(days)s)"
    " END AS bought_on"
    " FROM {schema}.guest g JOIN {schema}.activity a USING (activity_id)"
    " JOIN {schema}.customer c USING (customer_id)"
    " WHERE g.activity_id = %(id)s AND {seen}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """Within how many `days` a purchase counts, days being those of the company's `zone`."""

    days: int
    zone: str


class CampaignQueries(Queries):
    """Reads campaigns, activities, and whatever of them concerns customers in scope."""

    def __init__(self, database: Database, schema: str = "campaigns") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)
        self._campaigns = self._sql(
            "SELECT campaign_id, version, title, author, state, starts_on, ends_on, activity_id,"
            " audience_count, planned_at, approved_at, approved_by FROM {schema}.campaign"
            " WHERE %(at)s::timestamptz IS NULL"
            " OR (planned_at, campaign_id) < (%(at)s::timestamptz, %(id)s::uuid)"
            " ORDER BY planned_at DESC, campaign_id DESC LIMIT %(limit)s"
        )
        self._activities = self._sql(
            "SELECT a.activity_id, a.version, a.title, a.kind, a.starts_at, a.place, a.capacity,"
            " a.is_cancelled, count(g.key),"
            " count(g.key) FILTER (WHERE g.state IN ('accepted', 'attended', 'missed')),"
            " count(g.key) FILTER (WHERE g.state = 'waiting')"
            " FROM (SELECT * FROM {schema}.activity WHERE %(at)s::timestamptz IS NULL"
            "  OR (starts_at, activity_id) < (%(at)s::timestamptz, %(id)s::uuid)"
            "  ORDER BY starts_at DESC, activity_id DESC LIMIT %(limit)s) AS a"
            " LEFT JOIN {schema}.guest g USING (activity_id)"
            " GROUP BY a.activity_id, a.version, a.title, a.kind, a.starts_at, a.place,"
            " a.capacity, a.is_cancelled ORDER BY a.starts_at DESC, a.activity_id DESC"
        )

    def page(
        self, after: tuple[datetime, UUID] | None = None, limit: int = 50
    ) -> list[CampaignRow]:
        """Return campaigns, the newest first; `after` is moment and id of the last one seen."""
        at, campaign_id = after or (None, None)
        rows = self._rows(self._campaigns, at=at, id=campaign_id, limit=limit)
        return [CampaignRow(*_with(row, 4, CampaignState)) for row in rows]

    def messages(
        self,
        campaign_id: UUID,
        visibility: Visibility,
        counting: After,
        *,
        after: tuple[UUID] | None = None,
        limit: int = 50,
    ) -> list[CampaignMessageRow]:
        """Return how it stands with each customer in scope, by his id."""
        rows = self._listed(_MESSAGES, (campaign_id, visibility, counting), after, limit)
        return [CampaignMessageRow(*row) for row in rows]

    def results(
        self, campaign_id: UUID, visibility: Visibility, counting: After
    ) -> CampaignResults:
        """Count what came of a campaign with the customers in scope."""
        found = self._counted(
            "SELECT count(*), count(*) FILTER (WHERE state = 'owed'),"
            " count(*) FILTER (WHERE state = 'issued'), count(*) FILTER (WHERE state = 'sent'),"
            " count(*) FILTER (WHERE state = 'failed'),"
            " count(*) FILTER (WHERE state = 'unknown'),"
            " count(*) FILTER (WHERE state = 'skipped'), count(*) FILTER (WHERE answer <> ''),"
            " count(*) FILTER (WHERE answer = 'interested'), count(bought_on),"
            " (SELECT coalesce(jsonb_object_agg(reason, number), '{{}}') FROM (SELECT reason,"
            "  count(*) AS number FROM found WHERE reason <> '' GROUP BY reason) AS why)"
            " FROM found",
            _MESSAGES,
            (campaign_id, visibility, counting),
        )
        return CampaignResults(*found)

    def activities(
        self, after: tuple[datetime, UUID] | None = None, limit: int = 50
    ) -> list[ActivityRow]:
        """Return activities, the latest first; `after` is moment and id of the last one seen."""
        at, activity_id = after or (None, None)
        rows = self._rows(self._activities, at=at, id=activity_id, limit=limit)
        return [ActivityRow(*_with(row, 3, ActivityKind)) for row in rows]

    def guests(
        self,
        activity_id: UUID,
        visibility: Visibility,
        counting: After,
        *,
        after: tuple[UUID] | None = None,
        limit: int = 50,
    ) -> list[GuestRow]:
        """Return how it stands with each guest in scope, by his id."""
        rows = self._listed(_GUESTS, (activity_id, visibility, counting), after, limit)
        return [GuestRow(*_with(row, 4, GuestState)) for row in rows]

    def activity_results(
        self, activity_id: UUID, visibility: Visibility, counting: After
    ) -> ActivityResults:
        """Count what came of an activity with the guests in scope."""
        found = self._counted(
            "SELECT count(*), count(*) FILTER (WHERE is_reached),"
            " count(*) FILTER (WHERE answer <> ''), count(*) FILTER (WHERE answer = 'accepted'),"
            " count(*) FILTER (WHERE state = 'waiting'),"
            " count(*) FILTER (WHERE state = 'declined'),"
            " count(*) FILTER (WHERE state = 'attended'),"
            " count(*) FILTER (WHERE state = 'missed'), count(bought_on) FROM found",
            _GUESTS,
            (activity_id, visibility, counting),
        )
        return ActivityResults(*found)

    def _listed(
        self,
        text: LiteralString,
        asked: tuple[UUID, Visibility, After],
        after: tuple[UUID] | None,
        limit: int,
    ) -> list[tuple[Any, ...]]:
        query, arguments = self._found(text, *asked)
        end = SQL(
            " AND (%(after)s::uuid IS NULL OR customer_id > %(after)s::uuid)"
            " ORDER BY customer_id LIMIT %(limit)s"
        )
        last = after[0] if after else None
        return self._rows(Composed([query, end]), **arguments, after=last, limit=limit)

    def _counted(
        self, counts: LiteralString, text: LiteralString, asked: tuple[UUID, Visibility, After]
    ) -> tuple[Any, ...]:
        query, arguments = self._found(text, *asked)
        whole = self._sql("WITH found AS ({found}) " + counts, found=query)
        return self._rows(whole, **arguments)[0]

    def _found(
        self, text: LiteralString, about: UUID, visibility: Visibility, counting: After
    ) -> tuple[Composed, Mapping[str, Any]]:
        conditions, arguments = visible(visibility)
        seen: Composable = SQL(" AND ").join(conditions) if conditions else SQL("true")
        given = {"id": about, "days": counting.days, "zone": counting.zone}
        return self._sql(text, seen=seen), {**arguments, **given}


def _with(row: tuple[Any, ...], place: int, kind: type[StrEnum]) -> list[Any]:
    """Return a row whose value at `place` is one of `kind`."""
    values = list(row)
    values[place] = kind(row[place])
    return values
