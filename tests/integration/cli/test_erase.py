"""What is typed to forget somebody is checked first, and may be typed again."""

from __future__ import annotations

from uuid import uuid4

from tests.integration.cli.conftest import CommandLine


def test_who_is_unknown_is_refused_before_anything_begins_and_who_is_erased_may_be_named_again(
    customers: CommandLine,
) -> None:
    unknown = customers("erase", uuid4(), "--why", "工单 4711", "--yes")
    assert (unknown.code, "No such customer" in unknown.told) == (1, True)
    assert "There is nothing to erase" in customers("erase").shown

    (zhang,) = customers.json("erase", "张三", "--why", "工单 4711", "--yes")["customers"]

    assert "There is nothing to erase" in customers("erase", zhang, "--why", "工单 4711").shown
