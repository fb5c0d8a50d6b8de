"""Identifiers: ordered by time, derived from names, or blind (RFC 9562, D4, D7)."""

from __future__ import annotations

import hmac
import time
from uuid import RFC_4122, UUID, uuid5

from domain.ids import NAMESPACE, blind_id, named_id, new_id


def test_new_ids_are_of_version_7_and_follow_the_clock() -> None:
    before = time.time_ns() // 1_000_000
    ids = [new_id() for _ in range(1000)]
    after = time.time_ns() // 1_000_000

    assert len(set(ids)) == 1000
    assert {(new.version, new.variant) for new in ids} == {(7, RFC_4122)}
    assert all(before <= new.int >> 80 <= after for new in ids)


def test_equal_names_give_equal_ids_and_the_place_of_a_part_matters() -> None:
    assert named_id("reminder", 1, "x") == named_id("reminder", 1, "x")
    assert named_id("reminder", 1, "x") != named_id("reminder", "x", 1)


def test_named_ids_never_change() -> None:
    """Old names have to stay findable: this one is in logs already."""
    assert named_id("policy", "cadence") == UUID("408c8ced-e87f-56a1-8ce4-d7d02a12c13c")
    assert named_id("inbox", 7, "客户") == uuid5(NAMESPACE, "inbox/7/客户")


def test_blind_ids_depend_on_secret_kind_and_value() -> None:
    ids = {
        blind_id(secret, kind, value)
        for secret in (b"a", b"b")
        for kind in ("phone", "login")
        for value in ("1", "2")
    }

    assert len(ids) == 8
    assert {(blind.version, blind.variant) for blind in ids} == {(8, RFC_4122)}


def test_blind_ids_never_change() -> None:
    """Claims have to be found again: an HMAC-SHA256 cut to 16 bytes, marked as version 8."""
    digest = hmac.digest(bytes(32), b"phone\x001", "sha256").hex()[:32]
    blind = blind_id(bytes(32), "phone", "1")

    assert blind == UUID("5c3e870f-a6cb-832f-8cbe-bdf99305e179")
    assert [a == b for a, b in zip(blind.hex, digest, strict=True)].count(False) == 1
