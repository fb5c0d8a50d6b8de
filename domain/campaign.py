"""The campaign (营销活动): something new, told to a segment of customers once each (R73, R76)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.care_choices import TextLanguage
from domain.errors import (
    AlreadyOverError,
    InvalidError,
    NothingChangedError,
    OwnApprovalError,
)
from domain.provenance import current_provenance, require_reason
from domain.segment import Segment
from domain.template import fill, require_tidy, require_words

VARIABLES = frozenset({"name", "company", "owner", "activity", "on", "place"})
"""What the words may name: the customer, his company, who looks after him; of the activity that
they invite to its name, day with hour, and place."""

OF_ACTIVITY = frozenset({"activity", "on", "place"})
"""Those of them that only the words of an invitation may name."""

LONGEST_TITLE = 100
LONGEST_RUN = 60
"""Days from the first to the last."""

MOST_CUSTOMERS = 100_000
"""Whom one campaign can be for; 100 events name them."""

_NAMED_AT_ONCE = 1_000


class CampaignState(StrEnum):
    """How a campaign stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    PAUSED = "paused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignWords:
    """What customers read in one language; `subject` is for mail only."""

    language: TextLanguage
    subject: str
    body: str

    def __post_init__(self) -> None:
        """Refuse words that say nothing, and variables that nobody could fill."""
        require_words("words", self.subject, self.body, VARIABLES)

    def filled(self, values: dict[str, str]) -> tuple[str, str]:
        """Return subject and body with the variables filled."""
        return fill(self.subject, values), fill(self.body, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """What is told to whom on which days; `activity_id` is what the words invite to.

    Days are dates where each customer lives; his hours are those of the greetings policy.
    """

    title: str
    words: tuple[CampaignWords, ...]
    starts_on: date
    ends_on: date
    segment: Segment = field(default_factory=Segment)
    activity_id: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse a plan without a title, without words in both languages, or of no days."""
        if not self.title.strip():
            raise InvalidError(field="title", problem="required")
        if len(self.title) > LONGEST_TITLE:
            raise InvalidError(field="title", problem="too-long", limit=LONGEST_TITLE)
        if sorted(each.language for each in self.words) != sorted(TextLanguage):
            raise InvalidError(field="words", problem="both-languages")
        if not 0 <= (self.ends_on - self.starts_on).days < LONGEST_RUN:
            raise InvalidError(field="ends_on", problem="out-of-range")

    def words_in(self, language: TextLanguage) -> CampaignWords:
        """Return the words in one of the languages."""
        return next(each for each in self.words if each.language is language)


class Campaign(CareAggregate):
    """Something told to a segment of customers; whom exactly is fixed when it is approved."""

    TOPIC = "campaign"

    class Event(CareAggregate.Event):
        """A fact about a campaign; nothing in it is personal."""

        PERSONAL: ClassVar[frozenset[str]] = frozenset()

    class Planned(Event, CareAggregate.Created):
        """A campaign was planned; nobody is told before it is approved."""

        TOPIC = "campaign.planned"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        plan: CampaignPlan

        def apply(self, aggregate: Campaign) -> None:
            """Begin it."""
            aggregate.plan = self.plan
            aggregate.author = self.actor
            aggregate.state = CampaignState.PLANNED
            aggregate.audience_count = 0
            aggregate.due_at = None

    class Amended(Event):
        """The plan was replaced, before it was approved; `plan` is the whole of it."""

        TOPIC = "campaign.amended"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        plan: CampaignPlan

        def apply(self, aggregate: Campaign) -> None:
            """Take the plan over; who changed it last is its author."""
            aggregate.plan, aggregate.author = self.plan, self.actor

    class Approved(Event):
        """Somebody other than its author let it go out, from `due_at` on, to so many customers."""

        TOPIC = "campaign.approved"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        audience_count: int
        due_at: datetime

        def apply(self, aggregate: Campaign) -> None:
            """Let it run."""
            aggregate.state = CampaignState.APPROVED
            aggregate.audience_count = self.audience_count
            aggregate.due_at = self.due_at

    class AudienceNamed(Event):
        """These customers are among those it goes to; stored with the approval."""

        TOPIC = "campaign.audience_named"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        customer_ids: list[UUID]
        due_at: datetime

        def apply(self, aggregate: Campaign) -> None:
            """Change nothing: each of them has a stream of his own."""

    class Paused(Event):
        """Nothing more goes out for the time being."""

        TOPIC = "campaign.paused"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()

        def apply(self, aggregate: Campaign) -> None:
            """Hold it."""
            aggregate.state = CampaignState.PAUSED

    class Resumed(Event):
        """A paused campaign goes on, from `due_at` on."""

        TOPIC = "campaign.resumed"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()
        due_at: datetime

        def apply(self, aggregate: Campaign) -> None:
            """Let it run."""
            aggregate.state = CampaignState.APPROVED

    class Cancelled(Event):
        """It was called off, for a reason; who was not told yet never is."""

        TOPIC = "campaign.cancelled"
        PERSONAL: ClassVar[frozenset[str]] = frozenset()

        def apply(self, aggregate: Campaign) -> None:
            """End it."""
            aggregate.state = CampaignState.CANCELLED

    Created = Planned

    plan: CampaignPlan
    author: str
    state: CampaignState
    audience_count: int
    due_at: datetime | None

    @classmethod
    def devise(cls, plan: CampaignPlan, *, today: date) -> Campaign:
        """Plan a campaign. InvalidError for days that are over and words with slips in them."""
        _require_sendable(plan, today)
        return cls.begin(cls.Planned, plan=plan)

    def amend(self, plan: CampaignPlan, *, today: date) -> None:
        """Replace the plan. Raises AlreadyOverError once approved, NothingChangedError.

        InvalidError as `devise` raises it.
        """
        self._require(CampaignState.PLANNED)
        if plan == self.plan:
            raise NothingChangedError(of="campaign")
        _require_sendable(plan, today)
        self.trigger_event(self.Amended, plan=plan)

    def approve(self, customer_ids: Sequence[UUID], *, due_at: datetime, today: date) -> None:
        """Let it go out to these customers from `due_at` on, each of them once.

        Raises OwnApprovalError for whoever wrote it, InvalidError for nobody, too many, days
        that are over or words with slips in them, AlreadyOverError once approved.
        """
        self._require(CampaignState.PLANNED)
        if current_provenance().principal.name == self.author:
            raise OwnApprovalError
        _require_sendable(self.plan, today)
        whom = list(dict.fromkeys(customer_ids))
        if not whom:
            raise InvalidError(field="segment", problem="nobody")
        if len(whom) > MOST_CUSTOMERS:
            raise InvalidError(field="segment", problem="too-many", limit=MOST_CUSTOMERS)
        self.trigger_event(self.Approved, audience_count=len(whom), due_at=due_at)
        for some in _groups(whom):
            self.trigger_event(self.AudienceNamed, customer_ids=some, due_at=due_at)

    def pause(self) -> None:
        """Send nothing more for the time being. Raises AlreadyOverError unless it runs."""
        self._require(CampaignState.APPROVED)
        self.trigger_event(self.Paused)

    def resume(self) -> None:
        """Go on. Raises AlreadyOverError unless it is paused."""
        self._require(CampaignState.PAUSED)
        now = current_provenance().at
        self.trigger_event(self.Resumed, due_at=max(now, self.due_at or now))

    def cancel(self) -> None:
        """Call it off, for a reason. Raises AlreadyOverError, ReasonRequiredError."""
        self._require(CampaignState.PLANNED, CampaignState.APPROVED, CampaignState.PAUSED)
        require_reason()
        self.trigger_event(self.Cancelled)

    def _require(self, *states: CampaignState) -> None:
        if self.state not in states:
            raise AlreadyOverError(state=self.state.value)


def _require_sendable(plan: CampaignPlan, today: date) -> None:
    if plan.ends_on < today:
        raise InvalidError(field="ends_on", problem="in-the-past")
    texts = [text for each in plan.words for text in (each.subject, each.body)]
    require_tidy("words", texts, VARIABLES if plan.activity_id else VARIABLES - OF_ACTIVITY)


def _groups(whom: Sequence[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(whom), _NAMED_AT_ONCE):
        yield list(whom[start : start + _NAMED_AT_ONCE])
