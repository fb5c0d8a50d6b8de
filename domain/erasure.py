"""Forgetting a person (删除权), and the legal hold (法律保全) that forbids it for a while (D12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from domain.customer import Customer
from domain.erasure_events import ErasureGround
from domain.errors import ErasedError, InvalidError, LegalHoldError, NothingChangedError
from domain.provenance import current_provenance, require_reason

SHORTEST_NAME = 2
"""Characters from which on a value of the card counts as naming the person."""


def hold(customer: Customer) -> None:
    """Forbid that the customer be erased; ReasonRequiredError, NothingChangedError."""
    if customer.is_on_hold:
        raise NothingChangedError(of="hold")
    require_reason()
    customer.trigger_event(Customer.Held)


def lift_hold(customer: Customer) -> None:
    """Let the customer be erased again; ReasonRequiredError, NothingChangedError."""
    if not customer.is_on_hold:
        raise NothingChangedError(of="hold")
    require_reason()
    customer.trigger_event(Customer.HoldLifted)


def erase(
    customer: Customer, ground: ErasureGround, today: date, *, is_again: bool = False
) -> None:
    """Forget the person for good.

    Raises LegalHoldError under a hold, ReasonRequiredError without a reason, InvalidError for one
    that names the person: it stays readable when he is forgotten.
    """
    if customer.is_on_hold and not is_again:
        raise LegalHoldError(customer_id=str(customer.id))
    require_reason()
    why = current_provenance().why.casefold()
    if any(value.casefold() in why for value in personal_values(customer.card)):
        raise InvalidError(field="reason", problem="names-the-person")
    customer.trigger_event(
        Customer.Erased,
        ground=ground.value,
        erased_on=today,
        owner_id=customer.owner_id,
        second_owner_id=customer.second_owner_id,
    )


def require_known(customer: Customer | None) -> None:
    """Raise ErasedError for somebody who was forgotten."""
    if customer is not None and customer.erased_on is not None:
        raise ErasedError(customer_id=str(customer.id), erased_on=customer.erased_on.isoformat())


def personal_values(values: Any) -> Iterator[str]:
    """Yield the texts in plain `values` that are long enough to tell somebody by."""
    if isinstance(values, dict):
        values = values.values()
    elif isinstance(values, str):
        if len(values) >= SHORTEST_NAME:
            yield values
        return
    elif not isinstance(values, (list, tuple)):
        return
    for value in values:
        yield from personal_values(value)
