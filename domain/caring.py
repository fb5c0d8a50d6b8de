"""How a customer wants to be cared for (关怀偏好): read from him, and recorded with him."""

from __future__ import annotations

from domain.card import differences
from domain.care_choices import CareChoices
from domain.customer import Customer
from domain.errors import NothingChangedError
from domain.plain import from_plain


def choices_of(customer: Customer) -> CareChoices:
    """Return what the customer chose."""
    return from_plain(CareChoices, customer.care)


def choose(customer: Customer, choices: CareChoices) -> None:
    """Record what the customer chose; NothingChangedError when it was that already."""
    before, after = differences(choices_of(customer), choices)
    if not after:
        raise NothingChangedError(of="care")
    customer.trigger_event(Customer.CareChosen, before=before, after=after)
