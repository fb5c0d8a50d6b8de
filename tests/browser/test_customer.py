from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page

from tests.support.browsers import Visitor

Comes = Callable[..., Visitor]


def a_customer(page: Page, place: int = 0) -> str:
    """Return the address of a customer of whoever looks at the page."""
    page.goto("/customers?sort=-grade")
    address = page.locator("tbody th a").nth(place).get_attribute("href")
    assert address
    return address


def corrects(page: Page, field: str, value: str) -> None:
    """Correct a field of the card and say why."""
    page.keyboard.press("e")
    page.fill(f"#{field}", value)
    page.fill("#reason", "He said so")
    page.click(".card form .strong")


def test_whoever_corrects_a_card_too_late_sees_who_was_quicker_and_loses_nothing(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    li, zhao = a_visitor(language="en"), a_visitor(language="en")
    page, managers = li.signs_in(tokens["liqiang"]), zhao.signs_in(tokens["zhaojing"])
    address = a_customer(page)
    page.goto(address)
    managers.goto(address)

    corrects(managers, "wechat", "zhao_was_here")
    managers.wait_for_selector(".card dd:has-text('zhao_was_here')")
    corrects(page, "address", "1 Long Road")
    page.wait_for_selector(".card .notice :text('Card corrected: WeChat')")

    assert "赵静" in page.inner_text(".card .notice")
    assert page.input_value("#address") == "1 Long Road"
    assert "412" in li.complaints.pop()

    page.click("text=Save mine on top")
    page.wait_for_selector(".card dd:has-text('1 Long Road')")

    assert "zhao_was_here" in page.inner_text(".card")


def test_what_is_wrong_stands_beside_its_field(a_visitor: Comes, tokens: dict[str, str]) -> None:
    li = a_visitor(language="en")
    page = li.signs_in(tokens["liqiang"])
    page.goto(a_customer(page, 1))

    corrects(page, "phones", "12")
    page.wait_for_selector("#phones-fault")

    assert page.evaluate("document.activeElement.id") == "phones"
    assert page.get_attribute("#phones", "aria-describedby") == "phones-fault"
    assert "422" in li.complaints.pop()


def test_a_customer_who_is_known_is_told_while_he_is_typed(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["liqiang"])
    page.goto(a_customer(page, 2))
    phone = page.locator(".card a.phone").first.get_attribute("href")
    assert phone

    page.keyboard.press("c")
    page.wait_for_url("**/customers/new")
    page.fill("#phones", phone.removeprefix("tel:"))

    page.wait_for_selector("#alike li a")
    assert "李强" in page.inner_text("#alike")


def test_a_new_customer_is_on_file_at_once(a_visitor: Comes, tokens: dict[str, str]) -> None:
    page = a_visitor(language="en").signs_in(tokens["liqiang"])
    page.goto("/customers/new")
    page.fill("#name", "欧阳修文")
    page.fill("#phones", "13912345678")
    page.select_option("#grade", "B")
    page.click("#new .strong")
    page.wait_for_url("**/customers/*-*")

    assert "欧阳修文" in page.inner_text("h1")

    page.keyboard.press("Control+k")
    page.fill("#palette-text", "oyxw")
    page.wait_for_selector("#palette-found a:has-text('欧阳修文')")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert "欧阳修文" in page.inner_text("h1")


def test_a_complaint_is_taken_in_and_judged(a_visitor: Comes, tokens: dict[str, str]) -> None:
    page = a_visitor(language="en").signs_in(tokens["liqiang"])
    page.goto(a_customer(page, 3) + "/complaints")
    page.click("summary:has-text('Take a complaint in')")
    page.fill("#summary", "The parquet creaks")
    page.click("form[data-then] .strong")
    page.wait_for_url("**/complaints/*")

    page.select_option("#severity", "critical")
    page.click("section .strong:has-text('Judge')")
    page.wait_for_selector("h1 .priority-P1")

    page.goto("/complaints?priority=P1")
    row = page.locator(".row:has-text('The parquet creaks')")
    assert "left" in row.locator(".clock").inner_text()


def test_whoever_looks_back_sees_the_file_of_then_and_can_change_nothing(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["zhaojing"])
    page.goto("/customers?sort=grade")
    page.locator("tbody th a").first.click()
    page.wait_for_selector("#scrub")
    first = page.get_attribute("#as_of", "min") or ""
    newest = page.locator(".timeline .said").first.inner_text()
    assert "pool" in page.inner_text(".due")

    page.focus("#scrub")
    page.keyboard.press("Home")
    page.wait_for_url(f"**as_of={first}")

    # When he goes back to the pool is reckoned from today, so it is no fact of that day.
    assert "pool" not in page.inner_text(".due")
    assert "As of" in page.inner_text(".past")
    assert page.locator(".card form, .due form, [data-send]").count() == 0
    assert newest not in page.locator(".timeline .said").all_inner_texts()
    assert "Last contact" in page.inner_text("[aria-labelledby=since-title]")

    page.click("text=Change after")
    page.wait_for_url(re.compile(r"as_of=\d+$"))
    page.click("text=Back to now")
    page.wait_for_selector(".past", state="detached")

    assert newest in page.locator(".timeline .said").all_inner_texts()
