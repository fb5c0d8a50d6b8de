from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.support.browsers import DESK, PHONE, Visitor

Comes = Callable[..., Visitor]


def test_every_square_of_what_is_due_leads_to_just_that_list_and_figures_tell_their_age(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["zhaojing"])
    page.goto("/workload")
    chosen = "nav:not([aria-label*=omplaint]) .chip[aria-current]"
    first = page.inner_text(chosen)
    page.click(".chip:has-text('Last month')")
    page.wait_for_url("**first_day=**")
    assert page.inner_text(chosen) == "Last month" != first
    page.goto("/workload")
    assert "Figures as of" in page.inner_text("#behind")
    assert "more than can be made" in page.inner_text("[aria-labelledby=ahead]")

    # What is late has a corner; whose square is the first depends on what others did meanwhile.
    squares = page.locator("[aria-labelledby=due] svg a")
    corner = page.locator("path")
    for square in (squares.filter(has=corner).first, squares.filter(has_not=corner).first):
        count = int(str(square.locator("title").text_content()).rsplit(" ", 1)[-1])
        address = str(square.get_attribute("href"))
        visitor = a_visitor(language="en")
        list_behind = visitor.signs_in(tokens["zhaojing"])
        list_behind.goto(address)
        assert list_behind.locator("#due .row").count() == count

    page.click(".chip:has-text('Last 90 days') >> nth=-1")
    page.wait_for_url("**complaints=90**")
    burnt = page.locator("[aria-labelledby=burn-down]")
    burnt.locator("summary").click()
    assert burnt.locator("tbody tr").count() == 90
    newest = re.findall(r"\d+", burnt.locator("tbody tr >> nth=0").inner_text())
    bar = burnt.locator("svg a:has(rect)").first
    came = int(re.findall(r"again (\d+)", str(bar.locator("title").text_content()))[0])
    page.goto(str(bar.get_attribute("href")))
    assert page.locator(".cases .row").count() == came
    page.goto("/complaints")
    assert page.locator(".cases .row").count() == int(newest[-1])


def test_on_a_phone_bars_fit_and_letters_stay_as_large(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en", size=PHONE).signs_in(tokens["zhaojing"])
    page.goto("/workload")

    for chart in page.locator("svg.bars").all():
        box, panel = chart.bounding_box(), chart.locator("xpath=..").bounding_box()
        assert box is not None
        assert panel is not None
        assert box["x"] >= panel["x"]
        assert box["x"] + box["width"] <= panel["x"] + panel["width"]
        for text in chart.locator("text").all():
            letters = text.bounding_box()
            assert letters is not None
            assert letters["height"] >= 12
            assert letters["x"] + letters["width"] <= box["x"] + box["width"] + 1


@pytest.mark.parametrize("size", [DESK, PHONE], ids=str)
def test_the_days_of_three_months_fill_their_picture_and_tell_their_figures(
    a_visitor: Comes, tokens: dict[str, str], size: tuple[int, int]
) -> None:
    page = a_visitor(language="en", size=size).signs_in(tokens["zhaojing"])
    page.goto("/workload")
    page.click(".chip:has-text('Last 90 days') >> nth=0")
    page.wait_for_url("**first_day=**")
    card = page.locator("[aria-labelledby=by-day]")

    picture = card.locator("svg").bounding_box()
    days = [box for each in card.locator("svg rect").all() if (box := each.bounding_box())]
    assert picture is not None
    assert max(day["x"] + day["width"] for day in days) > picture["x"] + picture["width"] * 0.95
    assert min(day["x"] for day in days) < picture["x"] + picture["width"] * 0.15
    card.locator("summary").click()
    in_table = sum(map(int, card.locator("td.number").all_inner_texts()))
    assert sum(map(int, card.locator("svg a text").all_text_contents())) == in_table > 0
