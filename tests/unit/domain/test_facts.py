"""Events are built past the constructor of their class, and must be as if they were not."""

from __future__ import annotations

from typing import Any

import pytest

from domain.customer import Customer
from domain.identity import ClaimKind, IdentityClaim
from domain.ids import named_id
from domain.provenance import signing
from tests.support.examples import a_customer
from tests.support.moments import a_provenance

HOLDER = named_id("holder")
FIELDS = {"kind": ClaimKind.PHONE.value, "holder_id": HOLDER}


def test_an_event_equals_the_one_its_constructor_makes() -> None:
    provenance = a_provenance()
    with signing(provenance):
        (first,) = IdentityClaim.begin(IdentityClaim.Claimed, id=HOLDER, **FIELDS).collect_events()

    assert first == IdentityClaim.Claimed(
        originator_topic="identity",
        originator_id=HOLDER,
        originator_version=1,
        **provenance.signature,  # type: ignore[arg-type]
        **FIELDS,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    "fields", [{"kind": "phone"}, {**FIELDS, "hodler_id": HOLDER}, {"kind": "phone", "holder": 1}]
)
def test_an_event_with_a_field_missing_or_unknown_cannot_be_made(fields: dict[str, Any]) -> None:
    with signing(a_provenance()), pytest.raises(TypeError):
        IdentityClaim.begin(IdentityClaim.Claimed, id=HOLDER, **fields)


def test_a_later_event_is_held_to_its_fields_too() -> None:
    customer = a_customer()

    with signing(a_provenance()), pytest.raises(TypeError):
        customer.trigger_event(Customer.OwnerChanged, from_owner_id=None)


def test_an_event_nobody_signed_cannot_be_made() -> None:
    with pytest.raises(LookupError):
        IdentityClaim.begin(IdentityClaim.Claimed, id=HOLDER, **FIELDS)
