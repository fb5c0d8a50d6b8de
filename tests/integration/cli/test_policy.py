from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.policies.book import PolicyKind
from domain.policies.calendar import REACH_YEARS
from tests.integration.cli.conftest import CommandLine

NEXT_YEAR = datetime.now(UTC).year + 1
A_SATURDAY, A_MONDAY = "2031-03-01", "2031-03-03"


def test_the_policies_in_force_are_listed_with_their_versions(line: CommandLine) -> None:
    listed = {row["kind"]: row["version"] for row in line.json("policy", "list")}

    assert set(listed) == set(PolicyKind)
    assert "cadence" in line("policy", "list").shown


def test_what_a_policy_says_is_shown(line: CommandLine) -> None:
    assert line.json("policy", "show", "cadence")["content"]["interval_days"]["A"] == 1
    assert "Asia/Shanghai" in line("policy", "show", "calendar").shown


def test_a_year_is_listed_with_its_holidays_and_make_up_days(line: CommandLine) -> None:
    days = {row["on"]: row for row in line.json("policy", "days", 2026)}

    assert days["2026-02-17"]["festivals"] == ["Spring Festival"]
    assert days["2026-02-17"]["lunar_day"] == "2026-01-01"
    assert not days["2026-02-17"]["is_workday"]
    assert days["2026-02-14"]["is_workday"]
    assert "2026-03-10" not in days
    assert len(line.json("policy", "days", 2026, "--all")) == 365


def test_festivals_are_named_in_the_language_of_who_asks(line: CommandLine) -> None:
    assert "春节" in line("policy", "days", 2026, language="zh").shown


def test_a_year_that_is_not_announced_is_shown_as_an_estimate(line: CommandLine) -> None:
    announced, estimated = line("policy", "days", 2026), line("policy", "days", 2035)

    assert announced.told == ""
    assert estimated.told.startswith("The holidays of 2035 are an estimate")
    assert all(row["is_provisional"] for row in line.json("policy", "days", 2035))


def test_single_days_are_entered_and_taken_back(line: CommandLine) -> None:
    off = line.json("policy", "set-days", A_MONDAY, "--off", "--why", "司庆")
    work = line.json("policy", "set-days", A_SATURDAY, "--work")
    usual = line.json("policy", "set-days", A_MONDAY, A_SATURDAY, "--usual")

    assert (off["now_off"], off["now_worked"]) == ([A_MONDAY], [])
    assert (work["now_off"], work["now_worked"]) == ([], [A_SATURDAY])
    assert (usual["now_off"], usual["now_worked"]) == ([A_SATURDAY], [A_MONDAY])
    assert usual["version"] == off["version"] + 2


def test_holidays_are_imported_in_place_of_what_was_entered(line: CommandLine) -> None:
    line.json("policy", "set-days", A_MONDAY, "--off")
    imported = line.json("policy", "import-holidays", 2031)

    assert imported["now_worked"] == [A_MONDAY]
    assert imported["now_off"] == []


def test_without_a_year_all_that_are_not_announced_are_imported(line: CommandLine) -> None:
    line.json("policy", "set-days", f"{NEXT_YEAR + REACH_YEARS - 1}-03-10", "--off")
    imported = line.json("policy", "import-holidays")

    assert imported["provisional_years"][-1] == NEXT_YEAR + REACH_YEARS - 1


def test_a_policy_is_amended_in_json(line: CommandLine) -> None:
    content = '{"workday_methods": ["visit"]}'

    amended = line.json("policy", "amend", "cadence", content, "--why", "R40")

    shown = line.json("policy", "show", "cadence")
    assert (shown["version"], shown["why"]) == (amended["version"], "R40")
    assert shown["content"]["workday_methods"] == ["visit"]


@pytest.mark.parametrize(
    "words",
    [
        ("amend", "cadence", "{"),
        ("amend", "cadence", "[]"),
        ("amend", "astrology", "{}"),
        ("set-days", "2027-02-30", "--off"),
        ("set-days", "2027-02-06"),
        ("import-holidays", "1999"),
    ],
)
def test_what_makes_no_sense_is_a_misuse(line: CommandLine, words: tuple[str, ...]) -> None:
    assert line("policy", *words).code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("amend", "cadence", '{"intervals": {}}'),
        ("amend", "grading", '{"within_days": {"A": 20, "B": 90, "C": 180}}', "--recompute"),
        ("set-days", "2026-10-01", "--off"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused(line: CommandLine, words: tuple[str, ...]) -> None:
    assert line("policy", *words).code == 1


def test_a_rep_amends_nothing(line: CommandLine) -> None:
    assert line("policy", "set-days", A_MONDAY, "--off", by="wang").code == 1
