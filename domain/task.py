"""The task (待办任务): something to be done for a customer by whoever owns him (R46, R71)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.errors import AlreadyOverError, InvalidError
from domain.provenance import require_reason

LONGEST_SUMMARY = 200


class TaskKind(StrEnum):
    """What kind of thing is to be done."""

    TODO = "todo"
    """Whatever somebody wrote down."""
    FEEDBACK = "feedback"
    """An opinion of the customer wants an answer (客户反馈, R71)."""
    RETURN_VISIT = "return_visit"
    """He is to be asked how satisfied he is (回访, R46)."""
    GIFT = "gift"
    """A gift is to be brought (礼物, R75)."""
    VISIT = "visit"
    """A visit of courtesy is to be paid (拜访, R75)."""
    FOLLOW_UP = "follow_up"
    """He came to an activity, or a campaign interests him (活动跟进, R74, R76)."""
    NOTICE = "notice"
    """He is to be told how it stands with an activity (活动告知, R74)."""


class TaskState(StrEnum):
    """How a task stands; one that is skipped was decided against and never stood on a list."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Cause:
    """The event that something follows from: a stream and its version then."""

    stream_id: UUID
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Courtesy:
    """Why a gift or a visit is due (礼遇): the occasion of a year, its day, and his grade then.

    `policy_version` is that of the greetings policy, which asks for it.
    """

    occasion: str
    year: str
    on: date
    grade: str
    policy_version: int


class Task(CareAggregate):
    """Something to be done for a customer.

    It belongs to whoever owns the customer, today and after every handover: no copy of the owner is
    kept that could differ. One that the background work decides on has a key for its id, so it is
    decided on once (D7).
    """

    TOPIC = "task"

    class Event(CareAggregate.Event):
        """A fact about a task; what it says is under the customer's key."""

        SUBJECT: ClassVar[str] = "customer_id"
        customer_id: UUID

    class Opened(Event, CareAggregate.Created):
        """Something was to be done for a customer by a day, a date of the company's zone.

        `owner_id` was the customer's owner then, who is told unless he opened it himself. `cause`
        is the event it follows from, `courtesy` the occasion of a gift or a visit. `owed_at` is
        when the background work had to decide on it.
        """

        TOPIC = "task.opened"
        class_version: ClassVar[int] = 2
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "summary", "details"})
        SUBJECT: ClassVar[str] = "customer_id"
        kind: str
        owner_id: UUID | None
        due_on: date
        cause: Cause | None
        owed_at: datetime | None
        courtesy: Courtesy | None
        summary: str = ""
        details: str = ""

        def apply(self, aggregate: Task) -> None:
            """Open it."""
            aggregate.begin_as(TaskState.OPEN, self.customer_id, TaskKind(self.kind), self.due_on)

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Say that nobody planned gifts and visits."""
            state["courtesy"] = None

    class Skipped(Event, CareAggregate.Created):
        """The background work decided that nothing is to be done, for a reason."""

        TOPIC = "task.skipped"
        class_version: ClassVar[int] = 2
        SUBJECT: ClassVar[str] = "customer_id"
        kind: str
        due_on: date
        cause: Cause | None
        owed_at: datetime
        reason: str
        courtesy: Courtesy | None

        def apply(self, aggregate: Task) -> None:
            """End it before it begins."""
            aggregate.begin_as(
                TaskState.SKIPPED, self.customer_id, TaskKind(self.kind), self.due_on
            )

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Say that nobody planned gifts and visits."""
            state["courtesy"] = None

    class Done(Event):
        """It was done; `contact` is the contact that did it, where one did."""

        TOPIC = "task.done"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "outcome"})
        contact: Cause | None
        outcome: str = ""

        def apply(self, aggregate: Task) -> None:
            """End it."""
            aggregate.state = TaskState.DONE

    class Dropped(Event):
        """It was given up; `why` says for what reason."""

        TOPIC = "task.dropped"

        def apply(self, aggregate: Task) -> None:
            """End it."""
            aggregate.state = TaskState.DROPPED

    Created = Opened

    customer_id: UUID
    kind: TaskKind
    due_on: date
    state: TaskState

    @classmethod
    def open(
        cls,
        *,
        customer_id: UUID,
        owner_id: UUID | None,
        kind: TaskKind,
        due_on: date,
        summary: str = "",
        details: str = "",
        cause: Cause | None = None,
        owed_at: datetime | None = None,
        courtesy: Courtesy | None = None,
        id: UUID | None = None,  # noqa: A002 - the library's own name
    ) -> Task:
        """Have something done by `due_on`; what a person asks for needs a summary."""
        if not summary.strip() and kind in {TaskKind.TODO, TaskKind.FEEDBACK}:
            raise InvalidError(field="summary", problem="required")
        return cls.begin(
            cls.Opened,
            id=id,
            customer_id=customer_id,
            owner_id=owner_id,
            kind=kind.value,
            due_on=due_on,
            summary=summary,
            details=details,
            cause=cause,
            owed_at=owed_at,
            courtesy=courtesy,
        )

    @classmethod
    def skip(
        cls,
        *,
        id: UUID,  # noqa: A002 - the library's own name
        customer_id: UUID,
        kind: TaskKind,
        due_on: date,
        cause: Cause | None,
        owed_at: datetime,
        reason: StrEnum,
        courtesy: Courtesy | None = None,
    ) -> Task:
        """Decide that nothing is to be done."""
        return cls.begin(
            cls.Skipped,
            id=id,
            customer_id=customer_id,
            kind=kind.value,
            due_on=due_on,
            cause=cause,
            owed_at=owed_at,
            reason=reason.value,
            courtesy=courtesy,
        )

    def complete(self, outcome: str, contact: Cause | None = None) -> None:
        """Record that it is done, and by which contact if one did it. Raises AlreadyOverError."""
        self._require_open()
        self.trigger_event(
            self.Done, customer_id=self.customer_id, contact=contact, outcome=outcome
        )

    def drop(self) -> None:
        """Give it up, for a reason. Raises AlreadyOverError, ReasonRequiredError."""
        self._require_open()
        require_reason()
        self.trigger_event(self.Dropped, customer_id=self.customer_id)

    def begin_as(self, state: TaskState, customer_id: UUID, kind: TaskKind, due_on: date) -> None:
        """Start in `state`; called by events."""
        self.state, self.customer_id, self.kind, self.due_on = state, customer_id, kind, due_on

    def _require_open(self) -> None:
        if self.state is not TaskState.OPEN:
            raise AlreadyOverError(state=self.state.value)
