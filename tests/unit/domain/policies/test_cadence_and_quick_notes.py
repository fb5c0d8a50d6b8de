"""Which cadences and quick notes a company may have (R39, R44)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.contact import ContactMethod
from domain.grade import Grade
from domain.policies.cadence import CadencePolicy
from domain.policies.quick_notes import QuickNote, QuickNotes


@pytest.mark.parametrize(
    "days",
    [
        {"A": 1, "B": 7, "C": 15, "D": 30},
        {"A": 1, "B": 7, "C": 15, "D": 30, "E": 365, "S": 1},
        {"A": 0, "B": 7, "C": 15, "D": 30, "E": 365},
        {"A": 1, "B": 7, "C": 15, "D": 30, "E": 3651},
        {},
    ],
)
def test_each_grade_needs_an_interval_of_a_day_to_ten_years(days: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="1 to 3650 days for each of A to E"):
        CadencePolicy(interval_days=days)


def test_a_company_may_keep_other_journals() -> None:
    policy = CadencePolicy(interval_days={"A": 2, "B": 7, "C": 15, "D": 30, "E": 730})

    assert (policy.interval(Grade.A), policy.interval(Grade.E)) == (2, 730)


def a_note(**changes: Any) -> QuickNote:
    fields = {"key": "1", "label_zh": "不需要", "label_en": "No need", "text": "不需要"}
    return QuickNote(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"key": ""}, "one letter or digit"),
        ({"key": "12"}, "one letter or digit"),
        ({"key": "!"}, "one letter or digit"),
        ({"text": ""}, "1 to 500 characters"),
        ({"text": "好" * 501}, "1 to 500 characters"),
        ({"interval_days": 0}, "1 to 3650 days"),
        ({"interval_days": 3651}, "1 to 3650 days"),
    ],
)
def test_a_note_that_no_keyboard_or_journal_could_use_is_refused(
    changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        a_note(**changes)


def test_one_key_stands_for_one_note() -> None:
    with pytest.raises(ValueError, match="share a key: 1 2 1"):
        QuickNotes(notes=(a_note(), a_note(key="2"), a_note()))


def test_a_new_company_can_record_no_need_with_one_key() -> None:
    """X20: the note carries its own grade decision."""
    note = QuickNotes.default().find("1")

    assert note is not None
    assert (note.text, note.grade, note.method) == ("不需要", Grade.E, ContactMethod.PHONE)


def test_there_is_nothing_under_a_free_key() -> None:
    assert QuickNotes.default().find("9") is None
