from __future__ import annotations

import base64
import time
from collections.abc import Callable

from api.second_factors import STEP_SECONDS, code_at
from tests.support.browsers import DESK, PHONE, Visitor

Comes = Callable[..., Visitor]
REFUSED = "Failed to load resource: the server responded with a status of 422"


def test_whoever_has_a_token_comes_in_and_out_again(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    wang = a_visitor(language="en")
    page = wang.page
    page.goto("/customers?grade=A")
    page.fill("#token", "kezhi_guess")
    page.press("#token", "Enter")
    page.wait_for_selector("#fault")

    assert "not valid" in page.inner_text("#fault")
    assert wang.complaints.pop().startswith(REFUSED)

    page.fill("#token", tokens["wangfang"])
    page.press("#token", "Enter")
    page.wait_for_url("**/customers?grade=A")
    (cookie,) = (each for each in wang.context.cookies() if each["name"] == "kezhi")

    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")

    page.goto("/preferences")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in**")
    wang.context.add_cookies([cookie])
    page.goto("/today")

    assert "/sign-in" in page.url


def test_language_and_theme_are_kept_with_the_person(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="zh-CN").signs_in(tokens["liuyang"])
    page.goto("/preferences")
    page.select_option("#language", "en")
    page.select_option("#theme", "dark")
    with page.expect_navigation():
        page.click("main form:first-of-type .button")

    elsewhere = a_visitor(language="zh-CN").signs_in(tokens["liuyang"])

    assert elsewhere.inner_text("h1").startswith("Today")
    assert elsewhere.get_attribute("html", "data-theme") == "dark"


def test_a_second_factor_is_switched_on_asked_for_and_switched_off_by_those_above(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    wang = a_visitor(language="en", scheme="dark", size=PHONE)
    page = wang.signs_in(tokens["wangfang"])
    page.goto("/preferences")
    page.click("section button:has-text('Switch on')")
    secret = base64.b32decode(page.inner_text("#secret").replace(" ", ""))
    assert wang.faults() == []
    page.fill("#code", code_at(secret, int(time.time()) // STEP_SECONDS))
    page.press("#code", "Enter")
    recovery = page.locator(".codes code").first.inner_text()
    assert wang.faults() == []

    elsewhere = a_visitor(language="en")
    asked = elsewhere.page
    asked.goto("/sign-in")
    asked.fill("#token", tokens["wangfang"])
    asked.press("#token", "Enter")
    asked.wait_for_url("**/sign-in/code**")
    assert elsewhere.faults() == []
    asked.fill("#code", "000 000")
    asked.press("#code", "Enter")
    asked.wait_for_selector("#fault")
    assert elsewhere.complaints.pop().startswith(REFUSED)
    asked.fill("#code", recovery)
    asked.press("#code", "Enter")
    asked.wait_for_url("**/today")
    asked.goto("/preferences")
    assert "9 recovery codes are left" in asked.inner_text("main")

    admin = a_visitor(language="en", size=DESK).signs_in(tokens["admin"])
    admin.goto("/settings/people")
    admin.click("tbody th a:has-text('王芳')")
    admin.fill("#lost", "Lost her phone")
    admin.click("button:has-text('Switch off')")
    admin.wait_for_selector("#lost", state="detached")
    a_visitor().signs_in(tokens["wangfang"])
