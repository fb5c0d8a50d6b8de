"""The contract (合同): what a customer owes by when, and who sees to it that he pays (R13, R67)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.aggregate import CareAggregate
from domain.errors import (
    AlreadyOverError,
    FutureDateError,
    InvalidError,
    NothingChangedError,
)
from domain.money import require_currency, require_positive
from domain.provenance import require_reason

MOST_INSTALMENTS = 120
LONGEST_NUMBER = 100
LONGEST_TITLE = 200
NOTHING = Decimal(0)


class ContractState(StrEnum):
    """Whether a contract holds; one in force keeps its customer out of the public pool (D10)."""

    IN_FORCE = "in_force"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """A part of the amount (分期), due on a date of the company's zone, of which `paid` came in."""

    number: int
    due_on: date
    amount: Decimal
    paid: Decimal = NOTHING

    @property
    def outstanding(self) -> Decimal:
        """What is still owed of it."""
        return self.amount - self.paid


class Contract(CareAggregate):
    """A contract with a customer, paid in instalments (合同).

    Payments settle the earliest instalments first. Who is responsible (催款责任人) is reminded of
    what is due, whoever owns the customer.
    """

    TOPIC = "contract"

    class Event(CareAggregate.Event):
        """A fact about a contract; what names it is under the customer's key."""

        SUBJECT: ClassVar[str] = "customer_id"
        customer_id: UUID

    class Signed(Event, CareAggregate.Created):
        """The contract was signed (签约); `claim_id` is the claim of its number."""

        TOPIC = "contract.signed"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "number", "title"})
        SUBJECT: ClassVar[str] = "customer_id"
        amount: Decimal
        currency: str
        signed_on: date
        responsible_id: UUID
        instalments: list[Instalment]
        claim_id: UUID
        number: str = ""
        title: str = ""

        def apply(self, aggregate: Contract) -> None:
            """Put it in force."""
            aggregate.customer_id = self.customer_id
            aggregate.claim_id = self.claim_id
            aggregate.currency = self.currency
            aggregate.responsible_id = self.responsible_id
            aggregate.instalments = self.instalments
            aggregate.state = ContractState.IN_FORCE

    class PaymentReceived(Event):
        """Money came in (收款), or a payment was taken back where `amount` is negative.

        `instalments` is the whole plan as it stands after it.
        """

        TOPIC = "contract.payment_received"
        PERSONAL: ClassVar[frozenset[str]] = frozenset({"why", "note"})
        amount: Decimal
        received_on: date
        instalments: list[Instalment]
        note: str = ""

        def apply(self, aggregate: Contract) -> None:
            """Take the plan over."""
            aggregate.instalments = self.instalments

    class ResponsibleChanged(Event):
        """Somebody else sees to the payments from now on."""

        TOPIC = "contract.responsible_changed"
        from_responsible_id: UUID
        to_responsible_id: UUID

        def apply(self, aggregate: Contract) -> None:
            """Take him over."""
            aggregate.responsible_id = self.to_responsible_id

    class Closed(Event):
        """The contract is fulfilled; `written_off` of it was never paid, for the reason `why`."""

        TOPIC = "contract.closed"
        written_off: Decimal

        def apply(self, aggregate: Contract) -> None:
            """End it."""
            aggregate.state = ContractState.CLOSED

    class Cancelled(Event):
        """The contract does not hold any more (作废), for the reason `why`; its number is free."""

        TOPIC = "contract.cancelled"

        def apply(self, aggregate: Contract) -> None:
            """End it."""
            aggregate.state = ContractState.CANCELLED

    Created = Signed

    customer_id: UUID
    claim_id: UUID
    currency: str
    responsible_id: UUID
    instalments: Sequence[Instalment]
    state: ContractState

    @classmethod
    def sign(
        cls,
        *,
        customer_id: UUID,
        number: str,
        title: str,
        amount: Decimal,
        currency: str,
        signed_on: date,
        responsible_id: UUID,
        instalments: Iterable[Instalment],
        claim_id: UUID,
        today: date,
        id: UUID | None = None,  # noqa: A002 - the library's own name
    ) -> Contract:
        """Sign a contract whose `instalments` add up to `amount`; they are numbered by their days.

        Raises InvalidError, FutureDateError for one that is said to have been signed after `today`.
        """
        _require_words(number, title)
        require_positive(amount, "amount")
        require_currency(currency)
        if signed_on > today:
            raise FutureDateError(field="signed_on", today=today.isoformat())
        return cls.begin(
            cls.Signed,
            id=id,
            customer_id=customer_id,
            number=number.strip(),
            title=title,
            amount=amount,
            currency=currency,
            signed_on=signed_on,
            responsible_id=responsible_id,
            instalments=_plan(instalments, amount, signed_on),
            claim_id=claim_id,
        )

    def receive_payment(
        self, amount: Decimal, received_on: date, today: date, note: str = ""
    ) -> None:
        """Record money that came in; a negative amount takes a payment back, with a reason.

        Raises InvalidError for more than is owed or was paid, AlreadyOverError, FutureDateError.
        """
        self._require_in_force()
        if not (amount.is_finite() and amount):
            raise InvalidError(field="amount", problem="out-of-range")
        if received_on > today:
            raise FutureDateError(field="received_on", today=today.isoformat())
        if amount > self.outstanding:
            raise InvalidError(field="amount", problem="more-than-owed", limit=self.outstanding)
        if -amount > self.paid:
            raise InvalidError(field="amount", problem="more-than-paid", limit=self.paid)
        if amount < 0:
            require_reason()
        self.trigger_event(
            self.PaymentReceived,
            customer_id=self.customer_id,
            amount=amount,
            received_on=received_on,
            instalments=settled(self.instalments, amount),
            note=note,
        )

    def change_responsible(self, responsible_id: UUID) -> None:
        """Have somebody else see to the payments."""
        self._require_in_force()
        if responsible_id == self.responsible_id:
            raise NothingChangedError(of="responsible")
        self.trigger_event(
            self.ResponsibleChanged,
            customer_id=self.customer_id,
            from_responsible_id=self.responsible_id,
            to_responsible_id=responsible_id,
        )

    def close(self) -> None:
        """Say that it is fulfilled; what is still owed is written off, with a reason."""
        self._require_in_force()
        if self.outstanding:
            require_reason()
        self.trigger_event(self.Closed, customer_id=self.customer_id, written_off=self.outstanding)

    def cancel(self) -> None:
        """Say that it does not hold, with a reason."""
        self._require_in_force()
        require_reason()
        self.trigger_event(self.Cancelled, customer_id=self.customer_id)

    @property
    def paid(self) -> Decimal:
        """What has come in."""
        return sum((each.paid for each in self.instalments), NOTHING)

    @property
    def outstanding(self) -> Decimal:
        """What is still owed."""
        return sum((each.outstanding for each in self.instalments), NOTHING)

    def _require_in_force(self) -> None:
        if self.state is not ContractState.IN_FORCE:
            raise AlreadyOverError(state=self.state.value)


def settled(instalments: Sequence[Instalment], amount: Decimal) -> list[Instalment]:
    """Return the plan after `amount` came in: the earliest owed is settled first.

    A negative amount is taken from what was settled last. The plan has to have room for it.
    """
    plan = list(instalments)
    order = range(len(plan)) if amount > 0 else reversed(range(len(plan)))
    for index in order:
        each = plan[index]
        part = min(amount, each.outstanding) if amount > 0 else max(amount, -each.paid)
        plan[index] = replace(each, paid=each.paid + part)
        amount -= part
    return plan


def _plan(instalments: Iterable[Instalment], amount: Decimal, signed_on: date) -> list[Instalment]:
    plan = sorted(instalments, key=lambda each: (each.due_on, each.number))
    if not plan:
        raise InvalidError(field="instalments", problem="required")
    if len(plan) > MOST_INSTALMENTS:
        raise InvalidError(field="instalments", problem="too-many", limit=MOST_INSTALMENTS)
    for each in plan:
        require_positive(each.amount, "instalments")
    if plan[0].due_on < signed_on:
        raise InvalidError(field="instalments", problem="due-before-signing")
    if sum((each.amount for each in plan), NOTHING) != amount:
        raise InvalidError(field="instalments", problem="sum-differs", amount=amount)
    return [replace(each, number=number, paid=NOTHING) for number, each in enumerate(plan, 1)]


def _require_words(number: str, title: str) -> None:
    if not number.strip():
        raise InvalidError(field="number", problem="required")
    for field, text, limit in (("number", number, LONGEST_NUMBER), ("title", title, LONGEST_TITLE)):
        if len(text) > limit:
            raise InvalidError(field=field, problem="too-long", limit=limit)
