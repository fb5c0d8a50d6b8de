from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.browsers import Visitor

Comes = Callable[..., Visitor]
GOES = {"g t": "/today", "g m": "/customers", "g o": "/complaints", "c": "/customers/new"}


def test_a_rep_works_through_his_list_without_the_mouse(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["sunlei"])
    page.wait_for_selector("#due .row:focus")
    rows = page.eval_on_selector_all("#due .row", "rows => rows.map(row => row.id)")
    focused = "document.activeElement.id"

    for key, row in (("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("j", 1)):
        page.keyboard.press(key)
        assert page.evaluate(focused) == rows[row]
    assert page.locator('#due .row[tabindex="0"]').count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*")
    page.keyboard.press("Escape")
    page.wait_for_url("**/today")
    page.wait_for_selector(f"#{rows[1]}:focus")

    # The date after each key stands there before it is pressed, and so does the telephone.
    assert all(page.locator(".pad output").all_inner_texts())
    number = page.locator(f"#{rows[1]} a.phone").first.get_attribute("href") or ""
    assert number.startswith("tel:+86")

    left = page.inner_text("#left")
    page.keyboard.press("s")
    assert page.evaluate(focused) == rows[2]
    assert page.locator("#due .row").last.get_attribute("id") == rows[1]
    assert page.inner_text("#left") == left


@pytest.mark.parametrize("keys", GOES)
def test_keys_lead_to_places(a_visitor: Comes, tokens: dict[str, str], keys: str) -> None:
    page = a_visitor(language="en").signs_in(tokens["sunlei"])
    page.goto("/pool")

    for key in keys.split():
        page.keyboard.press(key)

    page.wait_for_url(f"**{GOES[keys]}")


def test_whoever_has_switched_keys_off_is_not_surprised_by_them(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["integration"])
    page.goto("/preferences")
    page.uncheck("[name=has_keys]")
    page.click("form:has([name=has_keys]) .strong")
    page.goto("/today")

    page.keyboard.press("c")
    page.keyboard.press("?")
    page.keyboard.press("/")

    assert page.url.endswith("/today")
    assert page.locator("dialog[open]").count() == 0


def test_somebody_is_found_by_the_first_letters_of_his_name(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["sunlei"])
    page.goto("/customers/new")
    page.fill("#name", "单田芳")
    page.click("form[data-send] .strong")
    page.wait_for_url("**/customers/*-*")

    page.keyboard.press("Control+k")
    page.fill("#palette-text", "stf")
    page.wait_for_selector("#palette-found :text('单田芳')")
