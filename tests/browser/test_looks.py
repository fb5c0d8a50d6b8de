from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browsers import DESK, HAN, PHONE, Visitor
from tests.support.services import Service

LOOKS = {
    "zh-CN, light, desk": {"language": "zh-CN", "scheme": "light", "size": DESK},
    "en, dark, phone": {"language": "en", "scheme": "dark", "size": PHONE},
}
PAGES = (
    "/today",
    "/customers",
    "/customers?grade=E&region=nowhere",
    "/customers/new",
    "/customers/export?grade=A&tag=VIP",
    "/imports",
    "{customer}",
    "{customer}/purchases",
    "{customer}/complaints",
    "{customer}/tasks",
    "{customer}/card",
    "{customer}?as_of={first}",
    "/customers?as_of={first}",
    "/today?as_of={first}",
    "/pool?as_of={first}",
    "/pool",
    "/complaints",
    "{complaint}",
    "/care",
    "/care/decided",
    "/care/decided?state=unknown",
    "/care/campaigns",
    "/care/campaigns/new",
    "{campaign}/plan",
    "{campaign}",
    "/care/activities",
    "/care/activities/new",
    "{activity}",
    "{activity}/plan",
    "/inbox",
    "/inbox?unread=true",
    "/workload",
    "/workload?complaints=90&first_day=2020-01-01&last_day=2020-01-02",
    "/settings",
    "/settings/policies/calendar",
    "/settings/channels",
    "/settings/people",
    "{rep}",
    "/preferences",
    "/nowhere",
)
FOR_ADMINISTRATORS = (
    "/care/outbox?state=unknown",
    "/care/outbox?state=skipped",
    "/settings/policies/sla",
    "/settings/policies/greetings",
    "/settings/policies/pool",
    "/settings/people",
    "{person}",
    "{person}/leaving",
)
CARDS_THAT_SCROLL = """() => [...document.querySelectorAll('.scroll:has(.folded)')]
    .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.ariaLabel)"""
VALUES = """(row) => [...row.querySelectorAll('td')].filter((cell) => cell.checkVisibility())
    .map((cell) => [JSON.parse(getComputedStyle(cell, '::before').content), cell.innerText])"""
MISSING = "Failed to load resource: the server responded with a status of 404"


@pytest.fixture(scope="module", params=LOOKS)
def zhao(
    request: pytest.FixtureRequest, browser: Browser, service: Service, tokens: dict[str, str]
) -> Iterator[Visitor]:
    """A manager, on one kind of screen after the other."""
    visitor = Visitor(browser, service.address, **LOOKS[request.param])  # type: ignore[arg-type]
    visitor.signs_in(tokens["zhaojing"])
    yield visitor
    visitor.leaves()


@pytest.fixture(scope="module")
def places(zhao: Visitor) -> dict[str, str]:
    """One of each kind of thing that has a page, and the day when he was first heard of."""
    found = {}
    for name, path, link in (
        ("customer", "/customers?sort=grade", "tbody th a"),
        ("complaint", "/complaints", ".who a"),
        ("campaign", "/care/campaigns", "tbody th a"),
        ("activity", "/care/activities", "tbody th a"),
        ("rep", "/settings/people", "tbody th a"),
    ):
        zhao.page.goto(path)
        found[name] = zhao.page.locator(link).first.get_attribute("href") or ""
    zhao.page.goto(found["customer"])
    found["first"] = zhao.page.get_attribute("#as_of", "min") or ""
    return found


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_every_page(zhao: Visitor, places: dict[str, str], path: str) -> None:
    zhao.page.goto(path.format(**places))

    can_be_used(zhao)


def test_the_rail_looks_the_same_on_every_page(zhao: Visitor) -> None:
    # Each page loads a sheet of its own, whose names could reach the rail as well.
    heights = set()
    for path in ("/customers", "/today", "/pool", "/complaints", "/care", "/workload", "/settings"):
        zhao.page.goto(path)
        heights.add(
            zhao.page.eval_on_selector_all(
                ".rail a, .rail button",
                "all => all.map(each => each.getBoundingClientRect().height).join()",
            )
        )

    assert len(heights) == 1


def test_a_row_of_a_table_is_a_card_on_a_phone_and_says_what_each_value_is(
    a_visitor: Callable[..., Visitor], tokens: dict[str, str]
) -> None:
    page = a_visitor(**LOOKS["en, dark, phone"]).signs_in(tokens["zhaojing"])
    page.goto("/settings/people")
    card = page.locator("tbody tr", has_text="liuyang")

    assert page.locator("thead").is_hidden()
    said = card.evaluate(VALUES)
    assert ["Login", "liuyang"] in said
    assert ["Team", "east/hangzhou"] in said
    # Who has no team is not told that he has none.
    nowhere = page.locator("tbody tr", has_text="sunlei").evaluate(VALUES)
    assert "Team" not in dict(nowhere)


def test_only_a_list_that_was_worked_off_shows_a_check(zhao: Visitor) -> None:
    for path in ("/customers?grade=E&region=nowhere", "/care/decided?state=unknown"):
        zhao.page.goto(path)
        assert zhao.page.locator(".empty use").count() == 1
        assert zhao.page.locator(".empty use[href$='#done']").count() == 0


@pytest.mark.parametrize("looks", LOOKS)
def test_administrators_can_use_the_pages_for_them(
    a_visitor: Callable[..., Visitor], tokens: dict[str, str], looks: str
) -> None:
    admin = a_visitor(**LOOKS[looks])
    admin.signs_in(tokens["admin"])
    admin.opens("/settings/people")
    person = admin.page.locator("tbody th a").first.get_attribute("href") or ""
    for path in FOR_ADMINISTRATORS:
        admin.opens(path.format(person=person))
        can_be_used(admin)


def can_be_used(visitor: Visitor) -> None:
    """Assert what holds for every page, with all of it opened."""
    for summary in visitor.page.locator("main summary").all():
        summary.click()
    visitor.page.wait_for_load_state("networkidle")

    assert visitor.faults() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if (visitor.page.viewport_size or {})["width"] == PHONE[0]:
        assert visitor.page.evaluate(CARDS_THAT_SCROLL) == []
    if visitor.page.get_attribute("html", "lang") == "en":
        assert HAN.findall(visitor.says()) == []
    assert [each for each in visitor.complaints if not each.startswith(MISSING)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_what_opens_over_a_page(
    a_visitor: Callable[..., Visitor], tokens: dict[str, str], scheme: str
) -> None:
    visitor = a_visitor(scheme=scheme, language="en")
    page = visitor.signs_in(tokens["zhaojing"])
    page.wait_for_selector("#due .row:focus")

    page.keyboard.press("2")
    page.hover("#toast")  # or it would go while it is looked at
    with_toast = visitor.faults("#toast")
    page.keyboard.press("u")
    page.keyboard.press("n")
    with_record = visitor.faults("#record")
    page.keyboard.press("Escape")
    page.wait_for_selector("#record", state="hidden")
    page.keyboard.press("Shift+?")
    with_keys = visitor.faults("#keys")
    page.keyboard.press("Escape")
    page.wait_for_selector("#keys", state="hidden")
    page.keyboard.press("/")
    with page.expect_response("**/search"):
        page.fill("#palette-text", "a")
    with_palette = visitor.faults("#palette")

    assert with_toast + with_record + with_keys + with_palette == []


def test_everybody_can_sign_in(
    a_visitor: Callable[..., Visitor],
) -> None:
    visitor = a_visitor(**LOOKS["en, dark, phone"])
    visitor.opens("/sign-in")

    assert visitor.faults() == []
    assert HAN.findall(visitor.says().replace("中文", "")) == []
