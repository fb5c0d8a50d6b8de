"""The policy book: all policies as they stand at one moment, each with its version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.ids import named_id
from domain.policies import courtesies
from domain.policies.attention import AttentionRules
from domain.policies.cadence import CadencePolicy
from domain.policies.calendar import REACH_YEARS, CalendarPolicy
from domain.policies.grading import GradingPolicy
from domain.policies.greetings import GreetingPolicy
from domain.policies.pool import PoolPolicy
from domain.policies.quick_notes import QuickNotes
from domain.policies.receivables import ReceivablesPolicy
from domain.policies.return_visits import ReturnVisitPolicy
from domain.policies.sla import SlaPolicy


class PolicyKind(StrEnum):
    """The policies of a company; each is a stream whose version is the policy's version."""

    GRADING = "grading"
    CADENCE = "cadence"
    SLA = "sla"
    QUICK_NOTES = "quick_notes"
    CALENDAR = "calendar"
    GREETINGS = "greetings"
    RETURN_VISITS = "return_visits"
    RECEIVABLES = "receivables"
    POOL = "pool"

    @property
    def stream_id(self) -> UUID:
        """The id of the policy's stream."""
        return named_id("policy", self.value)


CONTENT_TYPES: dict[PolicyKind, type[Any]] = {
    PolicyKind.GRADING: GradingPolicy,
    PolicyKind.CADENCE: CadencePolicy,
    PolicyKind.SLA: SlaPolicy,
    PolicyKind.QUICK_NOTES: QuickNotes,
    PolicyKind.CALENDAR: CalendarPolicy,
    PolicyKind.GREETINGS: GreetingPolicy,
    PolicyKind.RETURN_VISITS: ReturnVisitPolicy,
    PolicyKind.RECEIVABLES: ReceivablesPolicy,
    PolicyKind.POOL: PoolPolicy,
}

DEFAULTS: dict[PolicyKind, Callable[[date], Any]] = {
    PolicyKind.GRADING: lambda _: GradingPolicy(),
    PolicyKind.CADENCE: lambda _: CadencePolicy(),
    PolicyKind.SLA: lambda _: SlaPolicy(),
    PolicyKind.QUICK_NOTES: lambda _: QuickNotes.default(),
    PolicyKind.CALENDAR: lambda today: CalendarPolicy.china(
        today.year - 2, today.year + REACH_YEARS
    ),
    PolicyKind.GREETINGS: lambda _: GreetingPolicy(courtesies=courtesies.USUAL),
    PolicyKind.RETURN_VISITS: lambda _: ReturnVisitPolicy(),
    PolicyKind.RECEIVABLES: lambda _: ReceivablesPolicy(),
    PolicyKind.POOL: lambda today: PoolPolicy(counts_from=today),
}
"""What a new company adopts on the day it installs Kezhi."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyBook:
    """The policies in force; `versions` goes into the events decided under them."""

    grading: GradingPolicy
    cadence: CadencePolicy
    sla: SlaPolicy
    quick_notes: QuickNotes
    calendar: CalendarPolicy
    greetings: GreetingPolicy
    return_visits: ReturnVisitPolicy
    receivables: ReceivablesPolicy
    pool: PoolPolicy
    versions: dict[PolicyKind, int]

    def today(self, at: datetime) -> date:
        """Return the company's calendar date at the instant `at`."""
        return at.astimezone(self.calendar.tz).date()

    @property
    def attention_rules(self) -> AttentionRules:
        """What the policies mean for customers nobody looks after."""
        return AttentionRules(self.pool, self.cadence, self.calendar.calendar)

    @classmethod
    def of(cls, policies: Mapping[PolicyKind, Any]) -> PolicyBook:
        """Return the book of `policies`, the aggregate of each kind."""
        return cls(
            **{kind.value: policy.read() for kind, policy in policies.items()},
            versions={kind: policy.version for kind, policy in policies.items()},
        )

    @classmethod
    def defaults(cls, today: date) -> PolicyBook:
        """Return the book of a company that has just adopted the defaults."""
        contents = {kind.value: make(today) for kind, make in DEFAULTS.items()}
        return cls(**contents, versions=dict.fromkeys(PolicyKind, 1))
