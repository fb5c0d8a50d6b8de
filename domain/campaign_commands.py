"""What can be asked of Kezhi about campaigns and activities, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.activity import ActivityPlan
from domain.campaign import CampaignPlan
from domain.campaign_message import CampaignAnswer
from domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCampaign(Command):
    """Plan a campaign, which goes out once somebody else approves it (营销活动)."""

    plan: CampaignPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendCampaign(Command):
    """Change fields of a plan that is not approved yet; what is not named stays."""

    campaign_id: UUID
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveCampaign(Command):
    """Let a campaign go out to these customers, whom its segment has come to (审批)."""

    campaign_id: UUID
    customer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseCampaign(Command):
    """Send nothing more of a campaign for the time being."""

    campaign_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeCampaign(Command):
    """Let a paused campaign go on."""

    campaign_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCampaign(Command):
    """Call a campaign off, with a reason."""

    campaign_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAnswer(Command):
    """Record what a customer said to a campaign; who is interested becomes a task."""

    campaign_id: UUID
    customer_id: UUID
    answer: CampaignAnswer
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanActivity(Command):
    """Plan an activity for customers (客户活动)."""

    plan: ActivityPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendActivity(Command):
    """Change fields of an activity that is still ahead; what is not named stays."""

    activity_id: UUID
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelActivity(Command):
    """Call an activity off, with a reason; who was to come becomes a task of his owner."""

    activity_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteGuests(Command):
    """Invite customers to an activity; who is invited already stays so (邀请)."""

    activity_id: UUID
    customer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInvitation(Command):
    """Record whether a guest comes; where no place is left he waits if he `may_wait`."""

    activity_id: UUID
    customer_id: UUID
    comes: bool
    may_wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAttendance(Command):
    """Record who was there and who was not; each who was becomes a task of his owner (签到)."""

    activity_id: UUID
    attended: tuple[UUID, ...] = ()
    missed: tuple[UUID, ...] = ()
