from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from playwright.sync_api import Page

from tests.support.browsers import PHONE, Visitor
from tests.support.waiting import eventually

Comes = Callable[..., Visitor]


def has_work_for_somebody(page: Page, manager: str, titles: list[str]) -> str:
    """Have a manager give the owner of a customer things to do; return the owner's id."""
    headers = {"Authorization": f"Bearer {manager}"}
    customer = page.request.get("/api/v1/customers?limit=1", headers=headers).json()["items"][0]
    for title in titles:
        body = {
            "kind": "todo",
            "summary": title,
            "due_on": str(date.today() + timedelta(days=9)),  # noqa: DTZ011 - days ahead
        }
        answer = page.request.post(
            f"/api/v1/customers/{customer['customer_id']}/tasks",
            data=body,
            headers={**headers, "Idempotency-Key": str(uuid4())},
        )
        assert answer.status == 201, answer.text()
    return str(customer["owner_id"])


def waits(page: Page) -> int:
    """Return how many items the frame says are unread."""
    return int(page.inner_text(".tool b").split()[0])


def test_what_somebody_was_told_waits_in_his_inbox_until_he_opens_it(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["admin"])
    headers = {"Authorization": f"Bearer {tokens['admin']}"}
    owner = has_work_for_somebody(page, tokens["zhaojing"], ["Visit", "Sample", "Price list"])
    people = page.request.get("/api/v1/representatives", headers=headers).json()["items"]
    login = next(each["login"] for each in people if each["id"] == owner)

    page = a_visitor(language="en").signs_in(tokens[login])
    rows = page.locator(".row[data-unread]:has-text('To be done')")

    def is_told_of_all() -> bool:
        page.goto("/inbox?unread=true")
        return rows.count() == 3

    eventually(is_told_of_all)
    assert waits(page) >= 3
    first = rows.first
    mark = first.get_attribute("id")
    first.focus()
    page.keyboard.press("r")
    page.wait_for_selector(f"#{mark} .state:has-text('Read')")

    opened = rows.nth(1).get_attribute("id")
    rows.nth(1).locator(".who a").click()
    page.wait_for_url("**/customers/*-*")
    page.goto("/today")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox")

    def has_seen_both() -> bool:
        page.reload()
        return all(page.inner_text(f"#{each} .state") == "Read" for each in (mark, opened))

    eventually(has_seen_both)
    assert waits(page) > 0

    page.click("#read-all")
    page.wait_for_selector("#read-all", state="detached")
    page.click(".chip:has-text('Unread')")
    page.wait_for_selector("text=Nothing unread")
    assert page.locator(".tool b").count() == 0


def test_on_a_phone_a_sentence_has_the_width_of_its_row(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en", size=PHONE).signs_in(tokens["zhaojing"])
    page.goto("/inbox")
    row, said = (page.locator(f".told {part}").first.bounding_box() for part in (".row", ".who"))

    assert row is not None
    assert said is not None
    assert said["width"] > row["width"] * 0.85
