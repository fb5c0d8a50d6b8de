from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Page, Route

from domain.eventstore.embedded import EmbeddedPostgres
from tests.support.browsers import DESK, HAN, PHONE, Visitor
from tests.support.waiting import eventually

Comes = Callable[..., Visitor]
LOOKS = [
    {"language": "zh-CN", "size": DESK},
    {"language": "en", "scheme": "dark", "size": PHONE},
]


def an_audited(page: Page) -> None:
    """Find a customer as an auditor does, and look at him."""
    page.goto("/customers")
    name = page.locator("tbody th a").first.inner_text()
    page.goto("/audit")
    page.fill("#text", name)
    page.press("#text", "Enter")
    page.locator(".who a").first.click()
    page.wait_for_selector("#verify")


def writes(page: Page, token: str, path: str, body: dict[str, str]) -> dict[str, str]:
    """Write over HTTP, as a program does, and return the answer."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    if "/" in path:
        headers["If-Match"] = '"v1"'
    answer = page.context.request.post(f"/api/v1/{path}", data=body, headers=headers)
    assert answer.ok, answer.text()
    told: dict[str, str] = answer.json()
    return told


def somebody_registered(page: Page, token: str) -> str:
    return writes(page, token, "customers", {"name": "尤不留"})["id"]


A_CHECKPOINT = 150
"""Within how many seconds one is signed that holds what was recorded before, with time to spare."""


def verdict(page: Page) -> str:
    page.click("#verify")
    page.wait_for_selector("#verify:enabled")
    return page.inner_text("#verdict.notice")


def test_an_auditor_sees_in_the_browser_that_a_history_is_what_was_signed(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["auditor"])
    an_audited(page)

    assert eventually(lambda: verdict(page).startswith("No tampering found"), within=A_CHECKPOINT)


@pytest.mark.parametrize(
    ("field", "value"), [("state_hash", "00" * 32), ("topic", "customer.other"), ("version", 2)]
)
def test_an_auditor_sees_that_an_event_is_not_what_was_signed(
    a_visitor: Comes, tokens: dict[str, str], field: str, value: object
) -> None:
    page = a_visitor(language="en").signs_in(tokens["auditor"])
    an_audited(page)

    def tampers(route: Route) -> None:
        proof = route.fetch().json()
        proof["streams"][0]["leaves"][0][field] = value
        route.fulfill(body=json.dumps(proof), content_type="application/json")

    assert eventually(lambda: verdict(page).startswith("No tampering found"), within=A_CHECKPOINT)
    page.route("**/proof", tampers)

    assert verdict(page).startswith("Not proved")


def test_what_is_not_signed_yet_is_no_alarm(a_visitor: Comes, tokens: dict[str, str]) -> None:
    page = a_visitor(language="en").signs_in(tokens["auditor"])
    an_audited(page)
    page.route(
        "**/proof",
        lambda route: route.fulfill(
            body=json.dumps(route.fetch().json() | {"streams": []}), content_type="application/json"
        ),
    )

    assert verdict(page).startswith("Nothing is signed yet")


def test_an_auditor_takes_a_bundle_away_and_that_is_recorded(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor(language="en").signs_in(tokens["auditor"])
    an_audited(page)

    page.fill("#reason", "quarterly audit")
    with page.expect_download() as download:
        page.click("text=Download the bundle")
    with zipfile.ZipFile(download.value.path()) as bundle:
        assert "data-keys.json" not in bundle.namelist()
    page.reload()

    assert "quarterly audit" in page.inner_text("[aria-labelledby=looks]")


def test_an_auditor_sees_whom_a_purge_waits_for_until_he_has_gone(
    a_visitor: Comes, tokens: dict[str, str], service_folder: Path
) -> None:
    visitor = a_visitor(language="en", size=PHONE)
    page = visitor.signs_in(tokens["auditor"])
    erased = somebody_registered(page, tokens["admin"])
    database = EmbeddedPostgres(service_folder / "postgres").address
    with psycopg.connect(database, application_name="pg_dump") as dump:
        dump.execute("LOCK TABLE eventlog.subject_key IN ACCESS SHARE MODE")
        writes(page, tokens["admin"], f"customers/{erased}/erasure", {"reason": "#4711"})

        def tells() -> bool:
            page.goto("/audit")
            told = page.locator("[aria-labelledby=erased] .notice", has_text="purging goes on when")
            return told.count() == 1 and f"session {dump.info.backend_pid}" in told.inner_text()

        assert eventually(tells, within=60)
        row = page.locator("[aria-labelledby=erased] tr", has_text=erased)
        assert "being purged" in row.inner_text()
        assert visitor.faults() == []
        row.locator("a").click()
        assert "pg_dump · kezhi · since" in page.inner_text("main > .notice")

    def is_told_no_more() -> bool:
        page.goto("/audit")
        return page.locator(".notice").count() == 0 and "being purged" not in row.inner_text()

    assert eventually(is_told_no_more, within=60)


@pytest.mark.parametrize("looks", LOOKS, ids=str)
def test_everybody_can_use_the_pages_for_auditors(
    a_visitor: Comes, tokens: dict[str, str], looks: dict[str, object]
) -> None:
    visitor = a_visitor(**looks)
    page = visitor.signs_in(tokens["auditor"])
    an_audited(page)
    verdict(page)
    customer = page.url
    for path in (None, "/audit", "/audit/accesses", customer):
        if path:
            page.goto(path)

        assert visitor.faults() == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if looks["language"] == "en":
            assert HAN.findall(visitor.says()) == []


def test_who_does_not_audit_finds_no_way_to_it(a_visitor: Comes, tokens: dict[str, str]) -> None:
    visitor = a_visitor(language="en")
    page = visitor.signs_in(tokens["liqiang"])

    assert page.locator("nav a[href='/audit']").count() == 0
    answer = page.goto("/audit")
    assert answer is not None
    assert answer.status == 403
    assert "403" in visitor.complaints.pop()
