"""What a batch of events changes of campaigns, activities, messages and guests."""

from __future__ import annotations

from typing import Any

from domain.activity import Activity, GuestState
from domain.campaign import Campaign, CampaignState
from domain.campaign_message import CampaignMessage, campaign_key
from domain.delivery import Delivery, End
from domain.ids import named_id
from projections.read_model import Rows

KIND = "campaign"
PRIORITY = 4

OWED_YET = "owed"
ISSUED = "issued"


class Change:
    """Collects the rows that a batch brings and changes."""

    def __init__(self, *rows: Rows) -> None:
        self.campaigns, self.messages, self.activities, self.guests, self.customers = rows
        self.owed: list[dict[str, Any]] = []
        self.decided: list[Any] = []
        self.bought: list[tuple[Any, ...]] = []
        self.named: list[Any] = []

    def fold(self, position: int, event: Any) -> None:
        """Take over what an event says."""
        match event:
            case Campaign.Event():
                self._campaign(position, event)
            case CampaignMessage.Event():
                self._message(event)
            case Activity.GuestEvent():
                self._guest(position, event)
            case Activity.Event():
                self._activity(event)
            case Delivery.Ended() if event.customer_id == event.recipient_id:
                skipped = event.reason if event.END is End.SKIPPED else ""  # type: ignore[attr-defined]  # what was skipped has one
                self.messages.update(
                    event.intent_id,
                    state=event.END.value,
                    reason=skipped,
                    delivery_id=event.originator_id,
                    ended_at=event.timestamp,
                    ended_position=position,
                )

    def _campaign(self, position: int, event: Any) -> None:
        campaign_id, version = event.originator_id, event.originator_version
        match event:
            case Campaign.Planned():
                self.campaigns.insert(
                    campaign_id,
                    version=version,
                    **_planned(event),
                    state=CampaignState.PLANNED.value,
                    audience_count=0,
                    planned_at=event.timestamp,
                    approved_by="",
                )
            case Campaign.Amended():
                self.campaigns.update(campaign_id, version=version, **_planned(event))
            case Campaign.Approved():
                self.campaigns.update(
                    campaign_id,
                    version=version,
                    state=CampaignState.APPROVED.value,
                    audience_count=event.audience_count,
                    approved_at=event.timestamp,
                    approved_by=event.actor,
                )
            case Campaign.AudienceNamed():
                self.campaigns.update(campaign_id, version=version)
                for customer_id in event.customer_ids:
                    self._owe(position, event, customer_id)

    def _owe(self, position: int, event: Any, customer_id: Any) -> None:
        key = campaign_key(event.originator_id, customer_id)
        self.named.append(key)
        self.messages.insert(
            key,
            campaign_id=event.originator_id,
            customer_id=customer_id,
            named_position=position,
            state=OWED_YET,
            reason="",
            answer="",
            note="",
        )
        self.owed.append(
            {
                "key": key,
                "kind": KIND,
                "subject_id": event.originator_id,
                "customer_id": customer_id,
                "due_at": event.due_at,
                "priority": PRIORITY,
                "payload": {},
            }
        )

    def _message(self, event: Any) -> None:
        key = event.originator_id
        match event:
            case CampaignMessage.Issued():
                self.messages.update(key, state=ISSUED)
                self.decided.append(key)
            case CampaignMessage.Skipped():
                self.messages.update(key, state=End.SKIPPED.value, reason=event.reason)
                self.decided.append(key)
            case CampaignMessage.Answered():
                self.messages.update(key, answer=event.answer, note=event.note)

    def _activity(self, event: Any) -> None:
        activity_id, version = event.originator_id, event.originator_version
        match event:
            case Activity.Planned():
                facts = {**_arranged(event), "is_cancelled": False}
                self.activities.insert(activity_id, version=version, **facts)
            case Activity.Amended():
                self.activities.update(activity_id, version=version, **_arranged(event))
            case Activity.Cancelled():
                self.activities.update(activity_id, version=version, is_cancelled=True)

    def _guest(self, position: int, event: Any) -> None:
        self.activities.update(event.originator_id, version=event.originator_version)
        key = named_id("guest", event.originator_id, event.customer_id)
        state = event.STATE.value
        if isinstance(event, Activity.GuestInvited):
            self.named.append(key)
            self.guests.insert(
                key,
                activity_id=event.originator_id,
                customer_id=event.customer_id,
                named_position=position,
                campaign_id=event.campaign_id,
                state=state,
                answer="",
            )
        elif event.STATE in {GuestState.ATTENDED, GuestState.MISSED}:
            self.guests.update(key, state=state)
        else:
            self.guests.update(key, state=state, answer=state)


def _planned(event: Any) -> dict[str, Any]:
    plan = event.plan
    return {
        "title": plan.title,
        "author": event.actor,
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "activity_id": plan.activity_id,
    }


def _arranged(event: Any) -> dict[str, Any]:
    names = ("title", "kind", "starts_at", "place", "capacity")
    return {name: getattr(event.plan, name) for name in names}
