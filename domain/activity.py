"""The activity (客户活动): a thank-you party, a launch, a training, and its guests (R74)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.errors import (
    ActivityFullError,
    AlreadyOverError,
    FutureDateError,
    InvalidError,
    NotFoundError,
    NothingChangedError,
)
from domain.provenance import current_provenance, require_reason

LONGEST_TITLE = 100
LONGEST_PLACE = 200
LONGEST_DETAILS = 4_000
MOST_GUESTS = 1_000
"""Who can be invited to one activity."""


class ActivityKind(StrEnum):
    """What kind of activity it is."""

    PARTY = "party"
    """A party to thank customers (答谢会)."""
    LAUNCH = "launch"
    """The launch of a product (新品发布会)."""
    TRAINING = "training"
    """A lecture or a training (培训讲座)."""


class GuestState(StrEnum):
    """How an invitation stands; only who accepted has a place."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    DECLINED = "declined"
    ATTENDED = "attended"
    MISSED = "missed"


SEATED = frozenset({GuestState.ACCEPTED, GuestState.ATTENDED, GuestState.MISSED})
"""Who takes or took one of the places."""

EXPECTED = frozenset({GuestState.INVITED, GuestState.ACCEPTED, GuestState.WAITING})
"""Who may come when it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPlan:
    """What takes place, when and where; `capacity` is how many guests it has a place for."""

    title: str
    kind: ActivityKind
    starts_at: datetime
    place: str
    capacity: int
    details: str = ""

    def __post_init__(self) -> None:
        """Refuse what nobody could come to."""
        lengths = {"title": LONGEST_TITLE, "place": LONGEST_PLACE, "details": LONGEST_DETAILS}
        for name, limit in lengths.items():
            if len(getattr(self, name)) > limit:
                raise InvalidError(field=name, problem="too-long", limit=limit)
        for name in ("title", "place"):
            if not getattr(self, name).strip():
                raise InvalidError(field=name, problem="required")
        if not 0 < self.capacity <= MOST_GUESTS:
            raise InvalidError(field="capacity", problem="out-of-range")


class Activity(CareAggregate):
    """An activity and its guests; one stream, so that no place is given away twice."""

    TOPIC = "activity"

    class Event(CareAggregate.Event):
        """A fact about an activity; nothing in it is personal."""

        PERSONAL: ClassVar[frozenset[str]] = frozenset()

    class Planned(Event, CareAggregate.Created):
        """An activity was planned."""

        TOPIC = "activity.planned"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        plan: ActivityPlan

        def apply(self, aggregate: Activity) -> None:
            """Begin without guests."""
            aggregate.plan = self.plan
            aggregate.author = self.actor
            aggregate.is_cancelled = False
            aggregate.guests = {}
            aggregate.waiting = ()

    class Amended(Event):
        """It was changed; `plan` is the whole of it."""

        TOPIC = "activity.amended"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        plan: ActivityPlan

        def apply(self, aggregate: Activity) -> None:
            """Take the plan over."""
            aggregate.plan = self.plan

    class Cancelled(Event):
        """It does not take place, for a reason."""

        TOPIC = "activity.cancelled"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()

        def apply(self, aggregate: Activity) -> None:
            """End it."""
            aggregate.is_cancelled = True

    class GuestEvent(Event):
        """What facts about one guest have in common; `title` is that of the activity."""

        TOPIC = "activity.guest_event"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why"})
        SUBJECT: ClassVar[str] = "customer_id"
        STATE: ClassVar[GuestState]
        customer_id: UUID
        title: str

        def apply(self, aggregate: Activity) -> None:
            """Have the guest stand so; only who waits is on the waiting list."""
            aggregate.seat(self.customer_id, self.STATE)

    class GuestInvited(GuestEvent):
        """A customer was invited; by a campaign if `campaign_id` names one."""

        TOPIC = "activity.guest_invited"
        STATE = GuestState.INVITED
        campaign_id: UUID | None

    class GuestAccepted(GuestEvent):
        """A guest accepts and has a place; `from_waiting` when one has become free for him."""

        TOPIC = "activity.guest_accepted"
        STATE = GuestState.ACCEPTED
        from_waiting: bool

    class GuestWaitlisted(GuestEvent):
        """A guest would come, and waits for a place."""

        TOPIC = "activity.guest_waitlisted"
        STATE = GuestState.WAITING

    class GuestDeclined(GuestEvent):
        """A guest does not come."""

        TOPIC = "activity.guest_declined"
        STATE = GuestState.DECLINED

    class GuestAttended(GuestEvent):
        """A guest was at the activity, with a place or without."""

        TOPIC = "activity.guest_attended"
        STATE = GuestState.ATTENDED

    class GuestMissed(GuestEvent):
        """A guest who had a place was not there."""

        TOPIC = "activity.guest_missed"
        STATE = GuestState.MISSED

    Created = Planned

    plan: ActivityPlan
    author: str
    is_cancelled: bool
    guests: Mapping[UUID, GuestState]
    waiting: tuple[UUID, ...]

    @classmethod
    def arrange(cls, plan: ActivityPlan) -> Activity:
        """Plan an activity that is still ahead."""
        _require_ahead(plan)
        return cls.begin(cls.Planned, plan=plan)

    @property
    def places_left(self) -> int:
        """How many more guests have a place."""
        return self.plan.capacity - sum(state in SEATED for state in self.guests.values())

    def expects(self, customer_id: UUID) -> bool:
        """Tell whether a guest may still come."""
        is_ahead = not self.is_cancelled and self.plan.starts_at > current_provenance().at
        return is_ahead and self.guests.get(customer_id) in EXPECTED

    def amend(self, plan: ActivityPlan) -> list[UUID]:
        """Change it; return who has a place now and was waiting.

        Raises InvalidError for fewer places than are given away, or a moment that is over.
        """
        self._require_ahead()
        _require_ahead(plan)
        if plan == self.plan:
            raise NothingChangedError(of="activity")
        if plan.capacity < self.plan.capacity - self.places_left:
            raise InvalidError(field="capacity", problem="places-taken")
        self.trigger_event(self.Amended, plan=plan)
        return self._give_places()

    def cancel(self) -> list[UUID]:
        """Call it off, for a reason; return who was to come or waits, and has to be told."""
        self._require_ahead()
        require_reason()
        coming = [
            i for i, s in self.guests.items() if s in {GuestState.ACCEPTED, GuestState.WAITING}
        ]
        self.trigger_event(self.Cancelled)
        return coming

    def invite(self, customer_ids: Sequence[UUID], campaign_id: UUID | None = None) -> None:
        """Invite those who are not yet. Raises InvalidError for too many."""
        self._require_ahead()
        fresh = [each for each in dict.fromkeys(customer_ids) if each not in self.guests]
        if len(self.guests) + len(fresh) > MOST_GUESTS:
            raise InvalidError(field="customer_ids", problem="too-many", limit=MOST_GUESTS)
        for customer_id in fresh:
            self._tell(self.GuestInvited, customer_id, campaign_id=campaign_id)

    def accept(self, customer_id: UUID, *, may_wait: bool) -> None:
        """Give a guest a place; when there is none let him wait if he would.

        Raises ActivityFullError when he would not, NotFoundError for who was not invited.
        """
        self._require_ahead()
        state = self._state_of(customer_id)
        if state is GuestState.ACCEPTED or (state is GuestState.WAITING and may_wait):
            return
        if self.places_left > 0:
            self._tell(self.GuestAccepted, customer_id, from_waiting=False)
        elif may_wait:
            self._tell(self.GuestWaitlisted, customer_id)
        else:
            raise ActivityFullError(capacity=self.plan.capacity)

    def decline(self, customer_id: UUID) -> list[UUID]:
        """Record that a guest does not come; return who has his place now and was waiting."""
        self._require_ahead()
        if self._state_of(customer_id) is not GuestState.DECLINED:
            self._tell(self.GuestDeclined, customer_id)
        return self._give_places()

    def record_attendance(
        self, attended: Sequence[UUID], missed: Sequence[UUID], *, today: date, held_on: date
    ) -> list[UUID]:
        """Record who was there and who was not; return who was and is told of for the first time.

        Whoever was invited may come, with a place or without. Raises FutureDateError before the
        day of the activity, NotFoundError for who was not invited.
        """
        self._require_held()
        if today < held_on:
            raise FutureDateError(field="attended", today=today.isoformat())
        fresh = self._note(attended, GuestState.ATTENDED, self.GuestAttended)
        self._note(missed, GuestState.MISSED, self.GuestMissed)
        return fresh

    def seat(self, customer_id: UUID, state: GuestState) -> None:
        """Have a guest stand so; called by events."""
        self.guests = {**self.guests, customer_id: state}
        others = tuple(each for each in self.waiting if each != customer_id)
        self.waiting = (*others, customer_id) if state is GuestState.WAITING else others

    def _note(self, ids: Sequence[UUID], state: GuestState, kind: type[Any]) -> list[UUID]:
        fresh = [each for each in dict.fromkeys(ids) if self._state_of(each) is not state]
        for customer_id in fresh:
            self._tell(kind, customer_id)
        return fresh

    def _give_places(self) -> list[UUID]:
        lucky = list(self.waiting[: max(self.places_left, 0)])
        for customer_id in lucky:
            self._tell(self.GuestAccepted, customer_id, from_waiting=True)
        return lucky

    def _tell(self, kind: type[Any], customer_id: UUID, **facts: Any) -> None:
        self.trigger_event(kind, customer_id=customer_id, title=self.plan.title, **facts)

    def _state_of(self, customer_id: UUID) -> GuestState:
        state = self.guests.get(customer_id)
        if state is None:
            raise NotFoundError(of="guest", id=str(customer_id))
        return state

    def _require_held(self) -> None:
        if self.is_cancelled:
            raise AlreadyOverError(state="cancelled")

    def _require_ahead(self) -> None:
        self._require_held()
        if self.plan.starts_at <= current_provenance().at:
            raise AlreadyOverError(state="held")


def _require_ahead(plan: ActivityPlan) -> None:
    if plan.starts_at <= current_provenance().at:
        raise InvalidError(field="starts_at", problem="in-the-past")
