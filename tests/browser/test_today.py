from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Page

from tests.support.browsers import DESK, HAN, PHONE, Visitor
from tests.support.services import Service
from tests.support.waiting import eventually

Comes = Callable[..., Visitor]
HOLD = 8
OFFLINE = "Failed to load resource: net::ERR_INTERNET_DISCONNECTED"


class Books:
    """What the service has stored, as its API tells it to whoever has the token."""

    def __init__(self, service: Service, token: str) -> None:
        self._address = f"{service.address}/api/v1"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str) -> Any:
        return self._send(path, None)

    def are_open(self) -> bool:
        """Return whether the token is known by now."""
        try:
            return bool(self.get("/me"))
        except HTTPError:
            return False

    def post(self, path: str, body: Any) -> Any:
        return self._send(path, json.dumps(body).encode())

    def _send(self, path: str, body: bytes | None) -> Any:
        headers = {**self._headers, "Idempotency-Key": f"test-{path}-{len(body or b'')}"[:60]}
        request = urllib.request.Request(self._address + path, body, headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def contacts(self, customer_id: str) -> list[Any]:
        """Return every contact of a customer that came in through a page."""
        entries = self.get(f"/customers/{customer_id}/history?limit=200")["items"]
        return [
            entry
            for entry in entries
            if entry["topic"] == "customer.contacted" and entry["through"] == "page"
        ]


@pytest.fixture
def books(service: Service, tokens: dict[str, str]) -> Books:
    """What the director sees."""
    return Books(service, tokens["sunlei"])


def due(page: Page) -> list[str]:
    """Return the ids of the customers on the list, in its order."""
    ids: list[str] = page.eval_on_selector_all("#due .row", "rows => rows.map(r => r.dataset.id)")
    return ids


def focused(page: Page) -> str:
    """Return the id of the customer whose row has the focus."""
    focus: str = page.evaluate("document.activeElement.dataset.id")
    return focus


def test_one_key_records_one_contact_and_the_next_customer_has_the_focus(
    a_visitor: Comes, tokens: dict[str, str], books: Books
) -> None:
    page = a_visitor().signs_in(tokens["chenmin"])
    first, second, *_ = due(page)

    page.wait_for_selector("#due .row:focus")
    page.keyboard.press("2")

    assert focused(page) == second
    assert first not in due(page)
    assert "无人接听" in page.inner_text("#toast")
    page.goto("/customers")  # leaving sends what waits
    (contact,) = eventually(lambda: books.contacts(first), within=20)
    assert contact["facts"]["quick_note"] == "2"


def test_twelve_keys_in_a_hurry_reach_twelve_customers(
    a_visitor: Comes, tokens: dict[str, str], books: Books
) -> None:
    page = a_visitor().signs_in(tokens["liqiang"])
    customers = due(page)[:12]
    page.wait_for_selector("#due .row:focus")

    for _ in range(12):
        page.keyboard.press("2")
        page.wait_for_timeout(60)

    assert not set(customers) & set(due(page))
    page.goto("/customers")
    assert eventually(
        lambda: [len(books.contacts(customer)) for customer in customers] == [1] * 12, within=30
    )


def test_what_is_undone_was_never_stored(
    a_visitor: Comes, tokens: dict[str, str], books: Books
) -> None:
    page = a_visitor().signs_in(tokens["liuyang"])
    customers = due(page)
    page.wait_for_selector("#due .row:focus")

    page.keyboard.press("1")
    page.keyboard.press("u")
    page.wait_for_selector(f"#c-{customers[0]}:focus")

    assert due(page) == customers
    page.goto("/customers")
    assert books.contacts(customers[0]) == []


def test_records_made_without_a_connection_survive_the_tab(
    a_visitor: Comes, tokens: dict[str, str], books: Books
) -> None:
    liu = a_visitor()
    page = liu.signs_in(tokens["liuyang"])
    customer = due(page)[1]
    page.focus(f"#c-{customer}")
    liu.loses_the_connection()

    page.keyboard.press("2")
    page.wait_for_selector("#outbox:has-text('1')", timeout=(HOLD + 20) * 1000)
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    with page.expect_event("close"):
        asked.value.accept()
    liu.context.set_offline(False)
    liu.context.new_page().goto("/customers")

    assert eventually(lambda: len(books.contacts(customer)) == 1, within=HOLD + 20)
    liu.complaints[:] = [each for each in liu.complaints if not each.startswith(OFFLINE)]


def test_a_change_that_comes_too_late_returns_to_its_row_and_says_why(
    a_visitor: Comes, tokens: dict[str, str], books: Books
) -> None:
    chen = a_visitor()
    page = chen.signs_in(tokens["chenmin"])
    customer = due(page)[-1]
    grade = page.get_attribute(f"#c-{customer}", "data-grade")
    books.post(f"/customers/{customer}/contacts", {"method": "email", "text": "x"})
    page.focus(f"#c-{customer}")

    page.keyboard.press("Shift+A" if grade != "A" else "Shift+B")
    page.wait_for_selector(f"#c-{customer} .fault", timeout=(HOLD + 20) * 1000)

    assert page.get_attribute(f"#c-{customer}", "data-grade") == grade
    assert "412" in chen.complaints.pop()


def test_a_contact_in_detail_takes_the_date_as_it_is_typed(
    a_visitor: Comes, tokens: dict[str, str], books: Books
) -> None:
    page = a_visitor(language="en").signs_in(tokens["chenmin"])
    customer = due(page)[2]
    page.focus(f"#c-{customer}")

    page.keyboard.press("n")
    page.fill("#record-text", "Wants a sample")
    page.fill("#record-next", "+1")
    page.press("#record-next", "Enter")
    page.goto("/customers")

    (contact,) = eventually(lambda: books.contacts(customer), within=20)
    assert contact["facts"]["text"] == "Wants a sample"
    assert contact["facts"]["due"]["rule"] == "promise"


def test_keys_of_an_input_method_a_held_key_and_those_switched_off_do_nothing(
    a_visitor: Comes, tokens: dict[str, str]
) -> None:
    page = a_visitor().signs_in(tokens["wangfang"])
    customers = due(page)
    page.wait_for_selector("#due .row:focus")

    for event in ("isComposing: true", "keyCode: 229", "repeat: true", "ctrlKey: true"):
        page.evaluate(
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
            f" {{key: '2', code: 'Digit2', bubbles: true, {event}}}))"
        )

    assert due(page) == customers


def test_colleagues_see_who_is_at_a_customer(a_visitor: Comes, tokens: dict[str, str]) -> None:
    rep = a_visitor().signs_in(tokens["wangfang"])
    manager = a_visitor(language="en").signs_in(tokens["sunlei"])
    customer = due(rep)[1]

    with rep.expect_response(lambda answer: answer.request.method == "POST"):
        rep.focus(f"#c-{customer}")
    manager.goto(f"/customers/{customer}")
    manager.wait_for_selector("[data-here]:has-text('王芳 is on it now')")

    # In the list it stands in a line of its own, where nothing covers it.
    for size in (DESK, PHONE):
        colleague = a_visitor(language="en", size=size)
        list_of_all = colleague.signs_in(tokens["zhaojing"])
        list_of_all.goto("/today?limit=200")
        list_of_all.wait_for_selector(f"[data-presence='{customer}']:has-text('王芳, 孙磊')")
        assert colleague.faults() == []
        assert HAN.findall(colleague.says()) == []

    # The rep himself is told of the other, and nobody of himself.
    rep.goto(f"/customers/{customer}")
    rep.wait_for_selector("[data-here]:has-text('正在联系')")
    assert "王芳" not in rep.inner_text("[data-here]")


@pytest.fixture
def newcomer(service: Service, tokens: dict[str, str]) -> str:
    """The token of a rep with two customers, who both wanted to be called today."""
    office = Books(service, tokens["admin"])
    names = {"login": "xinren", "name": "新人", "scope": "own", "team": "east"}
    rep_id = office.post("/representatives", {**names, "role": "rep"})["id"]
    ends = (datetime.now(UTC) + timedelta(days=9)).isoformat(timespec="seconds")
    grants = ["read", "write"]
    token: str = office.post(
        f"/representatives/{rep_id}/tokens", {"label": "x", "grants": grants, "expires_at": ends}
    )["token"]
    own = Books(service, token)
    # Which tokens there are is a list as well.
    eventually(own.are_open, within=20)
    today = date.fromisoformat(own.get("/due-list/counts")["on"])
    for name, grade in (("甲", "C"), ("乙乙", "D")):
        customer = own.post("/customers", {"name": name * 2, "grade": grade})["id"]
        told = {"method": "email", "contacted_on": str(today), "promised_on": str(today)}
        own.post(f"/customers/{customer}/contacts", told)
    assert eventually(lambda: own.get("/due-list/counts")["due"] == 2, within=20)
    return token


def test_whoever_has_worked_off_his_list_reads_so_and_what_comes_next(
    a_visitor: Comes, service: Service, newcomer: str
) -> None:
    page = a_visitor(language="en").signs_in(newcomer)
    page.wait_for_selector("#due .row:focus")
    done = int(page.inner_text("#done"))

    # A list that is filtered is not the whole.
    page.goto("/today?grade=D")
    page.wait_for_selector("#due .row:focus")
    page.keyboard.press("2")
    page.wait_for_selector("#unfinished")
    assert not page.locator("#finished").is_visible()
    page.click("#unfinished .button")
    page.wait_for_selector("#due .row:focus")
    assert (page.inner_text("#done"), page.inner_text("#left")) == (str(done + 1), "1")

    page.keyboard.press("2")
    page.wait_for_selector("#finished")
    assert page.locator("#finished use[href$='#done']").count() == 1
    assert not page.locator("#unfinished").is_visible()
    assert (page.inner_text("#done"), page.inner_text("#left")) == (str(done + 2), "0")
    # The second is sent when it cannot be taken back any more, and counts tomorrow.
    page.wait_for_selector("#ahead:has-text('2 customers')", timeout=(HOLD + 20) * 1000)
    assert Books(service, newcomer).get("/due-list/session")["next_due"] == 2

    page.reload()
    assert "All done for today" in page.inner_text("#finished h2")
