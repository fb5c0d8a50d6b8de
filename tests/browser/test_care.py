from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from tests.support.browsers import Visitor

Comes = Callable[..., Visitor]


def test_a_greeting_is_taken_over_with_one_key_and_skipped_with_a_reason(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["liqiang"])
    address = f"/care?last={date.today() + timedelta(days=200)}"  # noqa: DTZ011 - days ahead
    page.goto(address)
    rows = page.locator(".care .row")
    first = rows.first
    file = first.locator(".who a").get_attribute("href")
    taken, skipped = first.get_attribute("id"), rows.nth(1).get_attribute("id")

    first.focus()
    page.keyboard.press("p")
    page.wait_for_selector(f"#{taken} .state:has-text('taken over')")
    page.wait_for_selector(f"#{skipped}:focus")
    page.keyboard.press("x")
    page.fill("#why-text", "His shop is closed")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#{skipped} .state:has-text('His shop is closed')")

    page.goto(address)
    assert page.locator(f"#{taken}, #{skipped}").count() == 0
    page.goto(str(file))
    assert "greets in person" in page.inner_text(".timeline")


def test_an_activity_shows_who_was_there_once_a_key_has_said_so(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["zhaojing"])
    page.goto("/care/activities")
    page.click("tbody th a")
    row = page.locator(".care .row:has(.state:text-is('attended'))").first
    guest = row.get_attribute("id")

    row.focus()
    page.keyboard.press("x")

    page.wait_for_selector(f"#{guest} .state:has-text('missed')")


def test_a_campaign_shows_the_words_as_a_customer_reads_them_and_what_came_of_it(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["zhaojing"])
    page.goto("/care/campaigns")
    page.click("tbody th a")

    assert "{{" not in page.inner_text(".letter >> nth=1")
    assert "our new oak floors are here" in page.inner_text(".letter >> nth=1")
    assert "no consent 12" in page.inner_text("main")
