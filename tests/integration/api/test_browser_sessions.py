"""What a browser that is signed in may do, and what others cannot do in its name."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.auth import new_token
from domain import commands
from domain.access import GRANTS_BY_ROLE, Role, Scope
from domain.ids import new_id
from tests.support.http import Front
from tests.support.waiting import eventually

TOKEN_ID = new_id()


def a_token(front: Front, rep_id: UUID) -> str:
    token, digest = new_token()
    front.company.does(
        commands.IssueToken(
            rep_id=rep_id,
            token_id=TOKEN_ID,
            token_sha256=digest,
            label="browser",
            grants=GRANTS_BY_ROLE[front.company.log.get(rep_id).role],
            expires_at=front.company.now + timedelta(days=30),
        )
    )
    front.settle()
    return token


@pytest.fixture
def chens(front: Front) -> FlaskClient:
    """Chen's browser, signed in."""
    client = front.app.test_client()
    token = a_token(front, front.company.chen)
    answer = client.post("/sign-in", data={"token": token, "next": "/customers"})
    assert (answer.status_code, answer.location) == (302, "/customers")
    return client


def forgery_token(client: FlaskClient) -> str:
    page = client.get("/today").text
    found = re.search(r'name="forgery-token" content="(\w+)"', page)
    assert found
    return found[1]


def enters(client: FlaskClient, **headers: str) -> TestResponse:
    sent = {"Idempotency-Key": str(uuid4()), **headers}
    return client.post("/api/v1/customers", json={"name": "王五"}, headers=sent)


def test_writes_of_a_page_go_through_the_api_and_are_signed_as_such(
    front: Front, chens: FlaskClient
) -> None:
    answer = enters(chens, **{"Kezhi-Forgery-Token": forgery_token(chens)})

    assert answer.status_code == 201
    front.settle()
    history = chens.get(f"/api/v1/customers/{answer.json['id']}/history").json
    assert {entry["through"] for entry in history["items"]} == {"page"}


@pytest.mark.parametrize("forged", ["", "0" * 48])
def test_another_site_cannot_write_in_the_name_of_whoever_is_signed_in(
    front: Front, chens: FlaskClient, forged: str
) -> None:
    before = front.head

    answer = enters(chens, **({"Kezhi-Forgery-Token": forged} if forged else {}))

    assert (answer.status_code, answer.json["code"]) == (403, "forged-request")
    assert chens.post("/preferences", data={"theme": "dark"}).status_code == 403
    assert chens.post("/sign-out").status_code == 403
    assert front.head == before


def test_another_site_cannot_sign_anybody_in(front: Front) -> None:
    token = a_token(front, front.company.chen)

    answer = front.app.test_client().post(
        "/sign-in", data={"token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("end", ["revoked", "idle", "old", "left"])
def test_a_session_ends_with_its_token_and_with_time(
    front: Front, chens: FlaskClient, end: str
) -> None:
    company = front.company
    if end == "revoked":
        company.does(commands.RevokeToken(rep_id=company.chen, token_id=TOKEN_ID))
    elif end == "left":
        company.does(commands.RemoveRepresentative(rep_id=company.chen))
    elif end == "idle":
        company.wait(hours=4)
    else:
        for _ in range(6):
            company.wait(hours=2)
            chens.get("/today")
    company.wait(seconds=5)
    front.settle()

    assert chens.get("/today").location.startswith("/sign-in?next=")
    assert chens.get("/api/v1/me").status_code == 401


def test_a_page_leads_nowhere_else_after_signing_in(front: Front) -> None:
    token = a_token(front, front.company.chen)
    client = front.app.test_client()

    for elsewhere in ("https://example.com", "//example.com", "/\\example.com", "javascript:x"):
        answer = client.post("/sign-in", data={"token": token, "next": elsewhere})
        assert answer.location == "/"


def test_people_are_told_refusals_on_a_page_and_programs_in_a_document(
    front: Front, chens: FlaskClient
) -> None:
    wants = {"Accept": "text/html", "Accept-Language": "en"}

    page = chens.get("/customers?grade=Z", headers=wants)
    document = chens.get("/api/v1/customers?grade=Z", headers=wants)
    for_programs = chens.get("/nowhere", headers={"Accept": "application/json"})

    assert (page.status_code, page.mimetype) == (422, "text/html")
    assert "Invalid content" in page.text
    assert document.mimetype == for_programs.mimetype == "application/problem+json"
    assert front.app.test_client().get("/nowhere", headers=wants).mimetype == "text/html"


def test_pages_and_their_files_run_nothing_that_is_not_ours(chens: FlaskClient) -> None:
    page = chens.get("/today")
    files = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)

    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=", page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert files
    for file in files:
        answer = chens.get(file)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_the_next_page_shows_what_was_just_written(front: Front, chens: FlaskClient) -> None:
    answer = enters(chens, **{"Kezhi-Forgery-Token": forgery_token(chens)})

    (cookie,) = (
        each for each in answer.headers.getlist("Set-Cookie") if each.startswith("kezhi_position=")
    )
    assert cookie.startswith(f"kezhi_position={front.head};")
    assert "HttpOnly" in cookie


def test_a_page_of_the_past_that_takes_long_says_how_far_it_is_and_asks_again(
    front: Front, chens: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.as_of.BUILD_SECONDS", 0)
    path, reader = f"/customers?as_of={front.head}", {"Accept": "text/html"}

    answer = chens.get(path, headers=reader)

    assert (answer.status_code, answer.headers["Refresh"]) == (202, "1")
    assert f'<progress max="{front.head}"' in answer.text
    assert eventually(lambda: 'class="past"' in chens.get(path, headers=reader).text)


@pytest.mark.parametrize("page", ["", "/greetings", "/card", "/changes/0"])
def test_a_page_that_shows_a_history_to_an_auditor_is_recorded_as_any_other_look(
    front: Front, page: str
) -> None:
    company = front.company
    customer_id = company.registers(company.chen, "王小明")
    he = company.joins("he", role=Role.AUDITOR, scope=Scope.ALL)
    client = front.app.test_client()
    client.post("/sign-in", data={"token": a_token(front, he)})

    assert client.get(f"/customers/{customer_id}{page}").status_code == 200

    front.settle()
    (look,) = front.read.history.page(customer_id, kind="access")
    assert look.actor == str(he)
