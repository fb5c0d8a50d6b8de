from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.integration.cli.conftest import CommandLine

NEXT_YEAR = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()


def test_lists_are_the_same_after_a_rebuild(customers: CommandLine) -> None:
    before = customers.json("due", "--on", NEXT_YEAR)

    told = customers.json("rebuild", "due_list", "roster")

    assert set(told["rebuilt"]) == {"due_list", "roster"}
    assert told["position"] > 0
    assert customers.json("due", "--on", NEXT_YEAR) == before


def test_a_list_there_is_not_cannot_be_rebuilt(customers: CommandLine) -> None:
    assert customers("rebuild", "dreams").code == 2
