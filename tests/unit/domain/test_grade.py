"""The axes that a grade is mixed from, each a type of its own (R16-R20, X6, X7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.grade import DealStage, Demand, Grade, Importance, Urgency, urgency
from tests.support.moments import TODAY


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (-400, Urgency.URGENT),
        (-1, Urgency.URGENT),
        (0, Urgency.URGENT),
        (7, Urgency.URGENT),
        (8, Urgency.SOON),
        (30, Urgency.SOON),
        (31, Urgency.UNHURRIED),
        (90, Urgency.UNHURRIED),
        (91, Urgency.SLOW),
    ],
)
def test_urgency_follows_from_the_day_of_need(days: int, band: Urgency) -> None:
    """X6: at most 7 days, 30, 90, more; a day gone by is urgent."""
    assert urgency(TODAY + timedelta(days=days), TODAY) is band


def test_without_a_day_of_need_nothing_is_said_about_urgency() -> None:
    assert urgency(None, TODAY) is None


def test_the_two_potentials_share_nothing_but_the_chinese_word() -> None:
    """X7: 潜在 by deal and 潜在 by demand."""
    assert DealStage.PROSPECT != Demand.LATENT
    assert DealStage.PROSPECT.value != Demand.LATENT.value


def test_there_are_five_grades_and_three_three_two_four_places_on_the_axes() -> None:
    sizes = [len(axis) for axis in (Grade, DealStage, Demand, Importance, Urgency)]

    assert sizes == [5, 3, 3, 2, 4]
