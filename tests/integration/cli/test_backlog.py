from __future__ import annotations

from uuid import uuid4

from tests.integration.cli.conftest import CommandLine


def test_an_operator_sees_whose_lists_are_planned(line: CommandLine) -> None:
    rows = line.json("backlog", "obligations", "--state", "planned")

    assert [row["kind"] for row in rows] == ["digest"] * 3
    assert {row["state"] for row in rows} == {"planned"}


def test_an_operator_foresees_tomorrow(line: CommandLine) -> None:
    foreseen = line.json("forecast")
    counts = line.json("forecast", "--counts", "--kind", "digest")

    assert {row["kind"] for row in foreseen} == {"digest"}
    assert sum(row["count"] for row in counts) == len(foreseen) == 3
    assert line("forecast", "--on", "2020-01-01").code == 1
    assert line("forecast").lines[0].split()[:2] == ["due", "at"]


def test_in_a_new_company_nothing_has_failed(line: CommandLine) -> None:
    for state in ("failed", "unknown", "quarantined"):
        assert line.json("backlog", "messages", "--state", state) == []


def test_what_is_owed_is_never_dropped(line: CommandLine) -> None:
    (row, *_) = line.json("backlog", "obligations", "--state", "planned")

    assert line.json("backlog", "drop", row["key"], uuid4()) == {"dropped": []}
    assert row in line.json("backlog", "obligations", "--state", "planned")


def test_a_message_that_there_is_not_cannot_be_sent_again(line: CommandLine) -> None:
    refused = line("backlog", "resend", uuid4(), "--why", "lost")

    assert (refused.code, refused.shown) == (1, "")
    assert refused.told.startswith("Not found")
