"""Takes a picture of every page for docs/screenshots/, of a service started for it."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.support.browsers import DESK, PHONE, Visitor, a_browser
from tests.support.programs import ROOT
from tests.support.servers import a_folder_for_servers
from tests.support.services import a_free_port, a_service
from tests.support.waiting import eventually

FOLDER = ROOT / "docs" / "screenshots"
PAGES = ("sign-in", "today", "customers", "customer", "customer-past", "customer-new", "card",
         "imports", "export", "pool", "complaints", "complaint", "care", "decided", "campaigns",
         "campaign", "campaign-new", "campaign-plan", "activities", "activity", "activity-new",
         "outbox", "workload", "settings", "policy", "channels", "people", "leaving",
         "preferences", "own-keys", "tokens", "palette")  # fmt: skip


ONE_OF = {
    "customers": "customer",
    "complaints": "complaint",
    "campaigns": "campaign",
    "activities": "activity",
    "people": "person",
}
"""The lists of which the first row is shown as well."""


def take(browser: Browser, address: str, token: str, suffix: str, **looks: object) -> None:
    """Take the pictures of one kind of screen."""
    visitor = Visitor(browser, address, **looks)  # type: ignore[arg-type]
    page = visitor.page
    page.emulate_media(reduced_motion="reduce")
    found: dict[str, str] = {}
    for name in PAGES:
        path = {
            "customer": found.get("customer", ""),
            "customer-past": f"{found.get('customer')}?as_of={found.get('day')}",
            "customer-new": "/customers/new",
            "card": f"{found.get('customer')}/card",
            "export": "/customers/export?grade=A",
            "complaint": found.get("complaint", ""),
            "decided": "/care/decided",
            "campaigns": "/care/campaigns",
            "campaign": found.get("campaign", ""),
            "campaign-new": "/care/campaigns/new",
            "campaign-plan": f"{found.get('campaign')}/plan",
            "activities": "/care/activities",
            "activity": found.get("activity", ""),
            "activity-new": "/care/activities/new",
            "outbox": "/care/outbox?state=skipped",
            "policy": "/settings/policies/cadence",
            "channels": "/settings/channels",
            "people": "/settings/people",
            "leaving": f"{found.get('person')}/leaving",
            "own-keys": "/preferences#own-keys",
            "tokens": "/preferences#tokens",
            "palette": "/today",
        }.get(name, f"/{name}")
        page.goto(path)
        if name == "palette":
            page.click("#find")
            with page.expect_response("**/search"):
                page.fill("#palette-text", "hz")
            page.wait_for_selector("#palette-found a")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{name}-{suffix}.png")
        if name == "customer":
            found["day"] = page.get_attribute("#as_of", "min") or ""
        if name == "sign-in":
            visitor.signs_in(token)
        if name in ONE_OF:
            link = page.locator(".who a" if name == "complaints" else "tbody th a").first
            found[ONE_OF[name]] = link.get_attribute("href") or ""
    visitor.leaves()


def take_inbox(browser: Browser, address: str, token: str, suffix: str, **looks: object) -> None:
    """Take the picture of the inbox of a manager, who is told of what has climbed."""
    visitor = Visitor(browser, address, **looks)  # type: ignore[arg-type]
    page = visitor.signs_in(token)
    page.goto("/inbox")
    page.screenshot(path=FOLDER / f"inbox-{suffix}.png")
    visitor.leaves()


def take_audit(browser: Browser, address: str, token: str, suffix: str, **looks: object) -> None:
    """Take the pictures of the pages for auditors, with a history that is verified."""
    visitor = Visitor(browser, address, **looks)  # type: ignore[arg-type]
    page = visitor.signs_in(token)
    page.emulate_media(reduced_motion="reduce")
    page.goto("/customers?sort=grade")
    customer = page.locator("tbody th a").first.get_attribute("href")
    page.goto("/audit")
    page.screenshot(path=FOLDER / f"audit-{suffix}.png")
    page.goto(f"/audit{customer}")
    eventually(lambda: _verified(page), within=60)
    page.screenshot(path=FOLDER / f"audit-customer-{suffix}.png")
    visitor.leaves()


def _verified(page: Page) -> bool:
    page.click("#verify")
    page.wait_for_selector("#verify:enabled")
    return page.locator("#verdict.good").count() == 1


def main() -> None:
    """Write every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    with a_folder_for_servers() as folder, a_service(folder, a_free_port()) as service:
        logins = json.loads(next(Path(folder).glob("demo*.json")).read_text("utf-8"))
        token, managers, auditors = (
            next(each["token"] for each in logins if each["role"] == role)
            for role in ("administrator", "manager", "auditor")
        )
        with a_browser() as browser:
            for suffix, looks in {
                "zh": {"language": "zh-CN", "size": DESK},
                "en": {"language": "en", "size": DESK},
                "zh-dark": {"language": "zh-CN", "size": DESK, "scheme": "dark"},
                "zh-phone": {"language": "zh-CN", "size": PHONE},
            }.items():
                take(browser, service.address, token, suffix, **looks)
                take_inbox(browser, service.address, managers, suffix, **looks)
                take_audit(browser, service.address, auditors, suffix, **looks)


if __name__ == "__main__":
    main()
