"""What events make of a customer's owners, the same in every list that knows them (R56, R57)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.customer import Customer

OWNERS: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    Customer.OwnerChanged: lambda event: {"owner_id": event.to_owner_id},
    Customer.SecondOwnerChanged: lambda event: {"second_owner_id": event.to_owner_id},
    Customer.ReturnedToPool: lambda _: {"owner_id": None, "second_owner_id": None},
    Customer.Claimed: lambda event: {"owner_id": event.to_owner_id},
}
"""The columns `owner_id` and `second_owner_id` after an event, those that it changes."""
