from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.browsers import PHONE, Visitor

Comes = Callable[..., Visitor]
TOUCH, WIDE = 44, 80
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

    page.keyboard.press("d")
    for typed, said in (("+3", ""), ("下周二", "Tuesday"), ("12-21", "December 21"), ("x", "")):
        page.fill("#record-next", typed)
        assert said in page.inner_text("#record-date")
        assert page.get_attribute("#record-next", "aria-invalid") == str(typed == "x").lower()
    page.keyboard.press("Escape")
    page.wait_for_selector("#record", state="hidden")

    left = page.inner_text("#left")
    page.keyboard.press("s")
    assert page.evaluate(focused) == rows[2]
    assert page.locator("#due .row").last.get_attribute("id") == rows[1]
    assert page.inner_text("#left") == left


def test_on_a_phone_the_thumb_reaches_what_records_and_it_covers_no_row_at_hand(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(size=PHONE).signs_in(tokens["sunlei"])
    page.wait_for_selector("#due .row:focus")
    buttons = [
        box for each in page.locator(".pad-keys button").all() if (box := each.bounding_box())
    ]
    assert min(box["height"] for box in buttons) >= TOUCH
    assert min(box["y"] for box in buttons) > PHONE[1] / 2

    top = min(box["y"] for box in buttons)
    for _ in range(8):
        page.keyboard.press("j")
        row = page.locator("#due .row:focus .line").bounding_box()
        assert row is not None
        assert row["y"] >= 0
        assert row["y"] + row["height"] <= top


def test_a_printed_card_is_the_card_and_nothing_around_it(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor().signs_in(tokens["sunlei"])
    page.goto("/customers?sort=grade")
    page.goto(f"{page.locator('tbody th a').first.get_attribute('href')}/card")
    page.emulate_media(media="print")

    assert page.locator("main").is_visible()
    for around in (".rail", ".skip", "#toast", "#outbox"):
        assert not any(each.is_visible() for each in page.locator(around).all()), around


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


def test_whoever_has_switched_keys_off_is_shown_none(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["chenmin"])

    def switches(*, on: bool) -> None:
        page.goto("/preferences")
        page.set_checked("[name=has_keys]", on)
        page.click("form:has([name=has_keys]) .strong")
        page.wait_for_load_state()

    switches(on=False)
    page.goto("/customers?sort=grade")
    customer = page.locator("tbody th a").first.get_attribute("href") or ""
    for path in ("/today", customer, "/pool", "/care", "/preferences"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.click("#find")
        page.wait_for_selector("#palette-found [role=option]")

        assert page.locator("kbd:visible").count() == 0, path

    # Whatever has a key and whatever has none begin at one edge.
    edges = page.eval_on_selector_all(
        "#palette-found [role=option] > span", "all => all.map(each => each.offsetLeft)"
    )
    assert len(set(edges)) == 1
    page.goto("/today")
    # What a button of the pad does has the place of its key as well; no list of keys is offered.
    boxes = [box for each in page.locator(".pad-keys span").all() if (box := each.bounding_box())]
    assert min(box["width"] for box in boxes) > WIDE
    assert page.locator("[data-press=keys]").count() == 0
    assert page.inner_text(".pad h2") == "Record"
    switches(on=True)
    page.goto("/today")
    assert page.locator(".pad-keys kbd:visible").count() == len(boxes)


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


def test_keys_record_nothing_while_something_else_has_the_focus(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["sunlei"])
    page.wait_for_selector("#due .row:focus")
    rows = page.eval_on_selector_all("#due .row", "rows => rows.map(row => row.id)")
    page.keyboard.press("j")

    page.focus(".chips a")
    for key in ("2", "s", "n", "Shift+A"):
        page.keyboard.press(key)
    assert page.eval_on_selector_all("#due .row", "rows => rows.map(row => row.id)") == rows
    assert page.locator("dialog[open]").count() == 0

    # Beside the list the row that had the focus is still at hand.
    page.mouse.click(700, 8)
    assert page.evaluate("document.activeElement.closest('.row')") is None
    page.keyboard.press("s")
    assert page.locator("#due .row").last.get_attribute("id") == rows[1]


def test_a_rep_chooses_his_own_keys_and_gets_the_usual_ones_back(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    liu = a_visitor(language="en")
    page = liu.signs_in(tokens["liuyang"])

    def chooses(**keys: str) -> None:
        page.goto("/preferences")
        for action, key in keys.items():
            page.fill(f"[name={action}]", key)
        page.click("form[action$='/keys'] .strong")
        page.wait_for_load_state()

    chooses(skip="n")
    assert "n is already the key of" in page.inner_text("[role=alert]")
    assert page.evaluate("document.activeElement.name") == "skip"
    assert "422" in liu.complaints.pop()
    chooses(skip="W", keys=";")
    assert page.locator(".fault").count() == 0

    page.goto("/today")
    page.wait_for_selector("#due .row:focus")
    first = page.locator("#due .row").first.get_attribute("id")
    page.keyboard.press("s")
    assert page.locator("#due .row").first.get_attribute("id") == first
    page.keyboard.press("w")
    assert page.locator("#due .row").last.get_attribute("id") == first
    assert page.locator(".pad [data-press=skip] kbd").inner_text() == "w"
    page.keyboard.press(";")
    assert "w\nLater" in page.inner_text("#keys dl")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.fill("#palette-text", "later")
    page.wait_for_selector("#palette-found :text('Later') + kbd:text-is('w')")
    page.keyboard.press("Escape")

    page.goto("/preferences")
    page.click("[name=usual]")
    page.goto("/today")
    page.wait_for_selector("#due .row:focus")
    assert page.locator(".pad [data-press=skip] kbd").inner_text() == "s"


@pytest.mark.parametrize("place", ["today", "customer"])
def test_a_key_copies_the_number_of_the_customer_at_hand_and_says_so(
    a_visitor: Comes, tokens: dict[str, str], place: str
) -> None:
    sun = a_visitor(language="en")
    page = sun.signs_in(tokens["sunlei"])
    sun.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=sun.address)
    page.wait_for_selector("#due .row:focus")
    page.keyboard.press("j")
    number = page.locator("#due .row:focus a.phone").first
    dialled, shown = number.get_attribute("href") or "", number.inner_text()
    if place == "customer":
        page.keyboard.press("Enter")
        page.wait_for_url("**/customers/*")
        page.wait_for_load_state("networkidle")
        assert page.locator(f"#main a[href='{dialled}']").first.inner_text() == shown

    page.keyboard.press("y")

    page.wait_for_selector(f"[role=status]:visible:has-text('Copied {shown}')")
    assert page.evaluate("navigator.clipboard.readText()") == dialled.removeprefix("tel:")
    page.keyboard.press("?")
    assert "y\nCopy the number" in page.inner_text("#keys dl")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette-found :text('Copy the number') + kbd:text-is('y')")


def test_whoever_may_not_copy_is_told(a_visitor: Comes, tokens: dict[str, str]) -> None:
    page = a_visitor(language="en").signs_in(tokens["sunlei"])
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.wait_for_selector("#due .row:focus")

    page.keyboard.press("y")

    page.wait_for_selector("[role=status]:visible:has-text('does not let us copy')")
