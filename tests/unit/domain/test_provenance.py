"""Who signs an event, and when (R50)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.provenance import current_provenance, signing
from tests.support.examples import a_customer
from tests.support.moments import NOW, QIAN, a_provenance, signed


def test_nobody_can_record_anything_unsigned() -> None:
    customer = a_customer()

    with pytest.raises(LookupError):
        customer.change_owner(None)
    with pytest.raises(LookupError):
        current_provenance()


def test_a_moment_without_a_zone_is_none() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        a_provenance(datetime(2026, 11, 23, 10))  # noqa: DTZ001 - the mistake it is about


def test_moments_are_kept_in_utc_so_that_replayed_ones_look_the_same() -> None:
    assert a_provenance(NOW).at == NOW
    assert a_provenance(NOW).at.tzinfo is UTC


def test_blanks_are_no_reason() -> None:
    assert a_provenance(why=" \n").why == ""
    assert a_provenance(why=" 展会 ").why == "展会"


def test_the_signature_of_an_inner_block_does_not_outlive_it() -> None:
    with signed():
        outer = current_provenance()
        with signing(a_provenance(by=QIAN)):
            assert current_provenance().principal is QIAN
        assert current_provenance() is outer
