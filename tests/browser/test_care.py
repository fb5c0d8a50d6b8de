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
    page.goto(address.replace("/care", "/care/decided"))
    page.click(".chip:has-text('In person')")
    page.wait_for_selector(f"tr#{taken}:has-text('in person')")
    assert page.locator(f"#{skipped}").count() == 0
    page.click(".chip:has-text('Skipped')")
    page.wait_for_selector(f"tr#{skipped}:has-text('somebody decided so')")
    page.goto(str(file))
    assert "greets in person" in page.inner_text(".timeline")


def test_an_activity_shows_who_was_there_once_a_key_has_said_so(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["zhaojing"])
    page.goto("/care/activities")
    page.click("tbody th a >> nth=-1")  # that of the demonstration data
    row = page.locator(".care .row:has(.state:text-is('attended'))").first
    guest = row.get_attribute("id")

    row.focus()
    page.keyboard.press("x")

    page.wait_for_selector(f"#{guest} .state:has-text('absent')")


def test_a_campaign_shows_the_words_as_a_customer_reads_them_and_what_came_of_it(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["zhaojing"])
    page.goto("/care/campaigns")
    page.click("tbody th a >> nth=-1")  # that of the demonstration data

    assert "{{" not in page.inner_text(".letter >> nth=1")
    assert "our new oak floors are here" in page.inner_text(".letter >> nth=1")
    assert "no consent 12" in page.inner_text("main")


def test_a_campaign_is_planned_with_its_audience_in_sight_and_approved_by_somebody_else(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["liqiang"])
    page.goto("/care/campaigns")
    page.click("text=Plan a campaign")
    page.wait_for_selector("#audience:has-text('customers.')")
    everybody = page.inner_text("#audience")
    page.check("input[value=A]")
    page.check("input[value=B]")
    page.wait_for_function("before => audience.innerText !== before", arg=everybody)
    assert "can be told now" in page.inner_text("#audience")

    page.fill("#title", "Walnut floors")
    page.fill("#subject-zh", "新品")
    page.fill("#body-zh", "{{name}}，您好！")
    page.fill("#subject-en", "New")
    page.fill("#body-en", "Dear {{name}}, says {{owner}}")
    page.wait_for_selector(".letter:has-text(', says ')")
    page.wait_for_selector("#audience-skipped:has-text('channel not set up')")
    assert "Not set up here" in page.inner_text("aside .notice")
    assert "{{" not in page.inner_text("#letters")
    page.click("button:has-text('Plan it')")
    page.wait_for_url("**/care/campaigns/*-*")
    assert "another manager approves it" in page.inner_text("aside")
    assert page.locator("button:has-text('Approve')").count() == 0

    colleague = a_visitor(language="en").signs_in(tokens["wangfang"])
    colleague.goto(page.url)
    assert colleague.locator("#next-step").count() == 0

    manager = a_visitor(language="en").signs_in(tokens["zhaojing"])
    manager.goto(page.url)
    assert "Not set up here: e-mail, SMS." in manager.inner_text("aside .notice")
    assert "not set up, or no address" in manager.inner_text("section:has(> #audience)")
    manager.click("button:has-text('Approve')")
    manager.wait_for_selector(".lead:has-text('approved')")
    manager.click(".chip:has-text('In 90 days')")
    manager.wait_for_selector("text=bought in 90 days")


def test_a_plan_is_changed_on_its_form_and_what_somebody_else_changed_meanwhile_stays(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["liqiang"])
    page.goto("/care/campaigns/new")
    page.check("input[value=A]")
    page.check("input[value=B]")
    for field, text in {"title": "Cherry floors", "subject-zh": "新品", "body-zh": "您好！",
                        "subject-en": "New", "body-en": "Hello"}.items():  # fmt: skip
        page.fill(f"#{field}", text)
    page.click("button:has-text('Plan it')")
    page.wait_for_url("**/care/campaigns/*-*")
    zhao = a_visitor(language="en")
    managers = zhao.signs_in(tokens["zhaojing"])
    managers.goto(page.url)
    for each in (page, managers):
        each.click("text=Change the plan")
        each.wait_for_selector("#title")

    managers.fill("#title", "Maple floors")
    managers.uncheck("input[value=B]")
    page.fill("#subject-en", "Just arrived")
    page.click("button:has-text('Save')")
    page.wait_for_url("**/care/campaigns/*-*")
    managers.click("button:has-text('Save')")
    managers.wait_for_selector("text=Save mine on top")
    assert managers.input_value("#title") == "Maple floors"
    assert "412" in zhao.complaints.pop()
    managers.click("text=Save mine on top")

    managers.wait_for_url("**/care/campaigns/*-*")
    assert managers.inner_text("h1") == "Maple floors"
    assert "Just arrived" in managers.inner_text(".letter >> nth=1")
    assert managers.inner_text("aside .fields dd") == "A"


def test_an_activity_is_planned_at_an_hour_of_the_reader_and_customers_are_invited_by_segment(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["liqiang"])
    page.goto("/care/activities")
    page.click("text=Plan an activity")
    page.fill("#title", "Summer party")
    page.fill("#capacity", "3")
    day = date.today() + timedelta(days=30)  # noqa: DTZ011 - days ahead
    page.fill("#starts_at", f"{day}T19:30")
    page.fill("#place", "Shanghai")
    page.click("button:has-text('Plan it')")
    page.wait_for_url("**/care/activities/*-*")
    assert "19:30" in page.inner_text(".lead")
    assert "3 of 3 seats left" in page.inner_text(".lead")
    page.click("text=Change the activity")
    page.fill("#capacity", "4")
    page.click("button:has-text('Save')")
    page.wait_for_url("**/care/activities/*-*")
    assert "19:30" in page.inner_text(".lead")
    assert "4 of 4 seats left" in page.inner_text(".lead")

    page.wait_for_selector("#audience:has-text('customers.')")
    everybody = page.inner_text("#audience")
    page.check("input[value=B]")
    page.wait_for_function("before => audience.innerText !== before", arg=everybody)
    count = int(page.inner_text("#audience").split()[0])
    page.click("button:has-text('Invite')")

    page.wait_for_selector(".care .row")
    assert page.locator(".care .row").count() == count > 0
