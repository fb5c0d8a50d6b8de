from __future__ import annotations

from collections.abc import Callable

from tests.support.browsers import Visitor

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
