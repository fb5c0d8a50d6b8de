from __future__ import annotations

from collections.abc import Callable

from tests.support.browsers import Visitor

Comes = Callable[..., Visitor]


def test_everybody_keeps_the_columns_of_his_roster(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["liuyang"])
    page.goto("/customers?grade=B")
    headings = page.locator("thead th").all_inner_texts
    usual = "Name,Grade,Company,Phone,Region,Deal stage,Last contact,Due on,Owner"
    assert headings() == usual.split(",")

    page.click("summary:has-text('Columns')")
    page.uncheck("[value=region]")
    page.check("[value=wechat]")
    page.click("details[open] button")
    page.wait_for_selector("thead:has-text('WeChat')")
    assert page.url.endswith("/customers?grade=B")
    elsewhere = a_visitor(language="en").signs_in(tokens["liuyang"])
    elsewhere.goto("/customers")
    assert "Region" not in elsewhere.inner_text("thead")

    page.goto("/customers?fields=tags,grade")
    assert headings() == ["Name", "Grade", "Tags"]
