"""Everything that can be asked of Kezhi, as data: imperative names, one class each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.access import Grant, Role, Scope
from domain.access_record import AccessKind
from domain.card import Card, CardSource, Classification, Purchase, Verification
from domain.channel import Address
from domain.contact import Contact
from domain.delivery import End
from domain.follow_through import FollowThrough
from domain.grade import Demand, Grade
from domain.occasion import Occasion
from domain.policies.book import PolicyKind
from domain.priority import ComplaintChannel, Pressure, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something that somebody wants done; refused by raising, else it leaves events behind."""


# Customers


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCustomer(Command):
    """Open a customer's file (建档).

    Without `owner_id` the acting representative becomes the owner. `shares_company` lets a manager
    register a second customer under a company name that is taken, with a reason (D4).
    """

    card: Card
    classification: Classification = field(default_factory=Classification)
    source: CardSource = CardSource.REP_VISIT
    source_cost: Decimal | None = None
    owner_id: UUID | None = None
    second_owner_id: UUID | None = None
    grade: Grade | None = None
    reference: str = ""
    promised_on: date | None = None
    shares_company: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectCustomer(Command):
    """Correct fields of the card, which needs a reason, or move the customer on other axes.

    Both mappings hold values of the named fields only. Another demand, expected day or day of
    need is a regrading as well.
    """

    customer_id: UUID
    card: dict[str, Any] = field(default_factory=dict)
    classification: dict[str, Any] = field(default_factory=dict)
    shares_company: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyCard(Command):
    """Record that the card was checked, or is in doubt (R4)."""

    customer_id: UUID
    verification: Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContact(Command):
    """Record a contact with its grade decision and next date, and what follows (R41, R43, R71)."""

    customer_id: UUID
    contact: Contact
    then: FollowThrough = field(default_factory=FollowThrough)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuickNote(Command):
    """Record the contact that one key stands for (R44); without a date it was today."""

    customer_id: UUID
    key: str
    contacted_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegradeCustomer(Command):
    """Give a customer another grade without a contact."""

    customer_id: UUID
    grade: Grade | None = None
    demand: Demand | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseCare(Command):
    """Record what the customer chose about being cared for; what is not named stays (关怀偏好)."""

    customer_id: UUID
    choices: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveGreeting(Command):
    """Greet a customer in person on an occasion, so that no message goes to him."""

    customer_id: UUID
    occasion: Occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipGreeting(Command):
    """Have a customer not greeted on an occasion, for a reason."""

    customer_id: UUID
    occasion: Occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOwner(Command):
    """Give a customer another owner (替换跟单人); was he the second owner, that place is free."""

    customer_id: UUID
    owner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSecondOwner(Command):
    """Give a customer another second owner, or none."""

    customer_id: UUID
    owner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPartner(Command):
    """Say that a prospect is a trading partner (往来单位) now, under his number in the books."""

    customer_id: UUID
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPurchase(Command):
    """Record one line of trade history (R7)."""

    customer_id: UUID
    purchase: Purchase


# Complaints


@dataclass(frozen=True, slots=True, kw_only=True)
class FileComplaint(Command):
    """Take a complaint in (投诉受理)."""

    customer_id: UUID
    channel: ComplaintChannel
    summary: str
    details: str = ""
    severity: Severity | None = None
    pressure: Pressure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageComplaint(Command):
    """Judge severity and pressure of a complaint (R69)."""

    complaint_id: UUID
    severity: Severity
    pressure: Pressure


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignComplaint(Command):
    """Make somebody responsible for a complaint."""

    complaint_id: UUID
    handler_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeComplaint(Command):
    """Record that the customer knows somebody is on it."""

    complaint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigateComplaint(Command):
    """Record the cause of a complaint (R70)."""

    complaint_id: UUID
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveComplaint(Command):
    """Record the solution of a complaint."""

    complaint_id: UUID
    solution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOutcome(Command):
    """Record that the customer was told the outcome (反馈处理结果)."""

    complaint_id: UUID
    channel: ComplaintChannel
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseComplaint(Command):
    """Close a complaint with the customer's satisfaction."""

    complaint_id: UUID
    satisfaction: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenComplaint(Command):
    """Reopen a complaint, with a reason."""

    complaint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseComplaint(Command):
    """Stop the resolve clock while we wait for the customer, with a reason."""

    complaint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeComplaint(Command):
    """Let the resolve clock run on."""

    complaint_id: UUID


# Representatives, messages and policies


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRepresentative(Command):
    """Take somebody on, with a login, a role and a scope."""

    login: str
    name: str
    email: str = ""
    role: Role = Role.REP
    scope: Scope = Scope.OWN
    team: str = ""
    manager_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantScope(Command):
    """Change somebody's role, scope, team or manager (R57)."""

    rep_id: UUID
    role: Role
    scope: Scope
    team: str = ""
    manager_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseNotifications(Command):
    """Choose how to be reminded besides the inbox; what was chosen before is replaced as a whole.

    `addresses` has at most one for each channel. `each_item` asks for a webhook call per customer.
    """

    rep_id: UUID
    wants_email: bool = True
    each_item: bool = False
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueToken(Command):
    """Give out a bearer token; only its SHA-256 is told to anybody but its holder.

    `factor_id` is the second factor of which whoever asks gave a code when he signed in, if of any.
    """

    rep_id: UUID
    token_id: UUID
    token_sha256: str
    label: str
    grants: frozenset[Grant]
    expires_at: datetime
    factor_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeToken(Command):
    """Make a token void."""

    rep_id: UUID
    token_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadInboxItems(Command):
    """Mark items of one's own inbox as seen."""

    rep_id: UUID
    item_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAccess(Command):
    """Record a look into a customer's past: a history once a day, what is taken with its reason.

    Under a key `once` there is nothing to record a second time.
    """

    customer_id: UUID
    access: AccessKind
    once: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRepresentative(Command):
    """Record that somebody left."""

    rep_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleDelivery(Command):
    """Say how a message of unknown end ended, sent or failed, with a reason."""

    delivery_id: UUID
    end: End


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendDelivery(Command):
    """Have a message that did not arrive sent again, with a reason."""

    delivery_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendPolicy(Command):
    """Put a new version of a policy in force from now on; fields not named stay as they are.

    `recompute` tells whether open deadlines and due dates are reckoned anew under it. Unless it is
    said, that is done when the calendar's working time changes, and not for SLA and cadence.
    """

    kind: PolicyKind
    content: dict[str, Any]
    recompute: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportHolidays(Command):
    """Take the public holidays and make-up days (调休) of these years into the calendar.

    They take the place of all that was said of days of these years.
    """

    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWorkdays(Command):
    """Say which days are off, which are worked, and which are as the week has it."""

    closed: tuple[date, ...] = ()
    opened: tuple[date, ...] = ()
    usual: tuple[date, ...] = ()
