from __future__ import annotations

from collections.abc import Callable

from tests.support.browsers import Visitor
from tests.support.waiting import eventually

Comes = Callable[..., Visitor]


def test_a_policy_says_what_would_change_before_it_is_adopted(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["admin"])
    page.goto("/settings/policies/cadence")

    page.fill("#interval_days-C", "10")
    page.click("#try")
    tried = page.locator("#trial td").all_inner_texts
    page.wait_for_selector("#trial table")
    now, then, _ = tried()[1:4]
    assert int(then) > int(now)
    assert "Version 1," in page.inner_text(".lead")

    page.fill("#reason", "Autumn is busy")
    page.click(".policy .strong")
    page.wait_for_selector(".lead:has-text('Version 2')")
    assert page.input_value("#interval_days-C") == "10"
    assert page.input_value("#interval_days-D") == "30"
    assert "Autumn is busy" in page.inner_text(".timeline")


def test_who_is_not_greeted_for_want_of_a_channel_is_shown_and_the_settings_tell_of_all(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["zhaojing"])
    page.goto("/care?last=2099-01-01")
    states = set(page.locator(".care .state").all_inner_texts())
    assert "channel not set up, or no address" in states
    assert "no consent" in states
    assert "will be greeted" not in states
    page.click(".notice a")
    page.wait_for_selector(".tabs [aria-current]:has-text('Channels')")

    rows = [row.split("\t") for row in page.locator("tbody tr").all_inner_texts()]
    told = {name: (is_set_up, kinds) for name, is_set_up, kinds in rows}
    assert (told["E-mail"], told["SMS"]) == (("no", "–"), ("no", "–"))
    assert told["Webhook"] == ("yes", "all")


def test_what_is_no_json_is_not_adopted(a_visitor: Comes, tokens: dict[str, str]) -> None:
    page = a_visitor(language="en").signs_in(tokens["admin"])
    page.goto("/settings/policies/sla")
    page.click("summary >> nth=0")

    page.fill("#matrix", "{")
    page.click(".policy .strong")

    assert page.locator("#matrix:invalid").count() == 1
    assert "Version 1," in page.inner_text(".lead")


def test_a_token_is_shown_once_and_revoked(a_visitor: Comes, tokens: dict[str, str]) -> None:
    page = a_visitor(language="en").signs_in(tokens["admin"])
    page.goto("/settings/people")
    page.click("tbody th a:has-text('李强')")
    page.fill("#label", "His tablet")
    page.click("#issue .strong")
    page.wait_for_selector("#issued code:has-text('kezhi_')")

    page.reload()
    row = "tr:has-text('His tablet')"
    assert "kezhi_" not in page.inner_text("main")
    page.click(f"{row} button")
    page.wait_for_selector(f"{row}:has-text('revoked')")


def test_a_rep_reads_policies_and_changes_none(a_visitor: Comes, tokens: dict[str, str]) -> None:
    page = a_visitor(language="en").signs_in(tokens["liqiang"])
    page.goto("/settings/policies/pool")

    assert page.locator("fieldset:not([disabled]), .policy button").count() == 0


def test_who_leaves_hands_everything_over_first_and_is_told_how_much_it_is(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    administrator = a_visitor(language="en")
    page = administrator.signs_in(tokens["admin"])
    page.goto("/settings/people")
    page.click("summary:has-text('Take somebody on')")
    page.fill("#login", "zhouli")
    page.fill("#name", "周离")
    page.click("details .strong")
    page.wait_for_url("**/settings/people/*-*")
    person = page.url
    headers = {"Authorization": f"Bearer {tokens['admin']}", "Idempotency-Key": "zhou-li-leaves"}
    body = {"name": "周离的客户", "owner_id": person.rsplit("/", 1)[1]}
    filed = page.request.post("/api/v1/customers", data=body, headers=headers)
    customer = f"/customers/{filed.json()['id']}"

    page.goto(person)
    page.click("text=Handing over and leaving")
    # Lists follow a write by a moment.
    eventually(lambda: page.reload() and page.locator("#hand-over").count(), within=10)
    assert "Customers: 1," in page.inner_text("#hand-over")
    page.select_option("#to_id", label="李强")
    page.fill("#reason", "Moves away")
    with page.expect_event("load"):
        page.click("#hand-over .strong")

    # It was too early: he has her back, and it stands there as a handover of its own.
    eventually(lambda: page.reload() and page.locator("summary").count(), within=10)
    page.click("summary:has-text('Undo the handover')")
    assert "Customers: 1," in page.inner_text("details[open]")
    assert administrator.faults() == []
    with page.expect_event("load"):
        page.click("details[open] button")
    eventually(lambda: page.reload() and page.locator("#hand-over").count(), within=10)
    assert page.locator("h2:has-text('Given back')").count() == 1
    page.select_option("#to_id", label="李强")
    with page.expect_event("load"):
        page.click("#hand-over .strong")
    eventually(lambda: page.reload() and page.locator("#leave").count(), within=10)

    page.click("#leave button")
    page.wait_for_selector(".lead:has-text('left on')")
    page.goto(customer)
    assert "李强" in page.inner_text("main")


def test_whoever_has_a_token_can_revoke_it_without_scrolling_sideways(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["chenmin"])
    page.goto("/preferences")
    table = page.locator(".scroll").bounding_box()
    revoke = page.locator(".list .button").first.bounding_box()

    assert table is not None
    assert revoke is not None
    assert revoke["x"] + revoke["width"] <= table["x"] + table["width"]
