from __future__ import annotations

import pytest
import structlog
from flask.testing import FlaskClient

from domain.errors import (
    BusyError,
    CareError,
    DuplicateCustomerError,
    EventTooLargeError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    StaleVersionError,
)
from tests.support.problems import problem_of
from tests.support.tiny_app import tiny_app


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return tiny_app().test_client()


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (NotFoundError(), 404, "not-found"),
        (ForbiddenError(needs="manager", role="rep"), 403, "forbidden"),
        (StaleVersionError(current=9), 412, "stale-version"),
        (DuplicateCustomerError(field="phone"), 409, "duplicate-customer"),
        (EventTooLargeError(limit=65_536), 422, "event-too-large"),
        (InvalidError(field="name", problem="required"), 422, "invalid"),
        (BusyError(), 503, "busy"),
    ],
)
def test_what_the_domain_refuses_becomes_a_problem_of_its_kind(
    failure: CareError, status: int, code: str
) -> None:
    response = tiny_app(failure).test_client().post("/things/refused")

    problem_of(response, status, code)
    assert ("Retry-After" in response.headers) is (status == 503)


def test_a_refusal_of_the_domain_points_at_the_field() -> None:
    failure = InvalidError(field="phones", problem="not-a-phone-number", value="12")
    client = tiny_app(failure).test_client()

    response = client.post("/things/refused", headers={"Accept-Language": "zh"})

    [error] = problem_of(response, 422, "invalid")["errors"]
    assert error["pointer"] == "/phones"
    assert "电话" in error["message"]


def test_a_failure_of_ours_shows_its_id_and_nothing_else(client: FlaskClient) -> None:
    with structlog.testing.capture_logs() as logged:
        response = client.get("/things/broken/always")

    document = problem_of(response, 500, "internal-error")
    assert set(document) == {"type", "title", "status", "detail", "code", "instance"}
    assert "王小明" not in response.text
    [entry] = logged
    assert entry["request_id"] == document["instance"]
    assert entry["error"] == "RuntimeError"
    assert any("break_thing" in place for place in entry["places"])
    assert "王小明" not in repr(entry)


def test_a_store_out_of_reach_asks_to_come_back(client: FlaskClient) -> None:
    with structlog.testing.capture_logs() as logged:
        response = client.get("/things/broken/store")

    problem_of(response, 503, "unavailable")
    assert int(response.headers["Retry-After"]) >= 1
    assert "王小明" not in response.text + repr(logged)


def test_a_sheet_that_cannot_be_read_says_why(client: FlaskClient) -> None:
    response = client.get("/things/broken/sheet", headers={"Accept-Language": "zh-CN"})

    assert "gb18030" in problem_of(response, 422, "sheet-undecodable")["detail"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("many", 429, "too-many-requests"), ("teapot", 418, "request-refused")],
)
def test_other_refusals_of_the_framework_are_problems_too(
    client: FlaskClient, kind: str, status: int, code: str
) -> None:
    problem_of(client.get(f"/things/broken/{kind}"), status, code)
