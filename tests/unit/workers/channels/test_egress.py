from __future__ import annotations

import pytest

from workers.channels.egress import Deadline, ForbiddenAddressError, is_public, permitted


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "223.5.5.5", "2606:4700::1111", "2400:3200::1", "::ffff:8.8.8.8"]
)
def test_addresses_of_the_open_internet_may_be_reached(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104  # what is refused
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.170",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::7f00:1",
        "2001:db8::1",
        "2002:a00:1::",
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_addresses_of_one_s_own_or_of_no_network_may_not(address: str) -> None:
    assert not is_public(address)


def test_a_host_that_is_both_inside_and_outside_is_only_reached_outside() -> None:
    both = ["127.0.0.1", "1.1.1.1", "::1"]

    assert permitted(both, allow_private=False) == ["1.1.1.1"]
    assert permitted(both, allow_private=True) == both


def test_a_host_that_is_only_inside_is_forbidden() -> None:
    with pytest.raises(ForbiddenAddressError):
        permitted(["127.0.0.1", "::1"], allow_private=False)


def test_a_deadline_runs_out() -> None:
    assert 0 < Deadline(60).left() <= 60
    with pytest.raises(TimeoutError):
        Deadline(0).left()
