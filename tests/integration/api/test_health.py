from __future__ import annotations

from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.service import Service
from tests.support.evidence import Audit
from tests.support.http import Caller, Front
from tests.support.problems import problem_of
from workers.signing.signer import LogChangedError

TOKEN = "a token for the scraper alone"


@pytest.fixture
def client(front: Front) -> FlaskClient:
    return front.app.test_client()


def checks(client: FlaskClient, status: HTTPStatus) -> dict[str, Any]:
    response = client.get("/readyz")
    assert response.status_code == status
    document = response.get_json()
    assert document["ready"] is (status == HTTPStatus.OK)
    return dict(document["checks"])


def test_a_service_whose_lists_are_up_to_date_is_ready(client: FlaskClient) -> None:
    found = checks(client, HTTPStatus.OK)

    assert set(found) == {"database", "migrations", "read_models", "lag", "parked", "keys"}
    assert all(check["ok"] for check in found.values())


def test_lists_that_are_an_hour_behind_are_not_ready(front: Front, client: FlaskClient) -> None:
    front.company.registers(front.company.chen, "王小明")
    front.company.wait(hours=1)

    found = checks(client, HTTPStatus.SERVICE_UNAVAILABLE)

    assert not found["lag"]["ok"]
    assert found["lag"]["detail"] == "1 events, 3600.0 s"


def test_a_read_model_that_is_not_built_is_named(front: Front, client: FlaskClient) -> None:
    with front.company.database.connection() as connection:
        connection.execute("DELETE FROM projection.read_model WHERE name = 'roster'")

    found = checks(client, HTTPStatus.SERVICE_UNAVAILABLE)

    assert found["read_models"] == {"ok": False, "detail": "roster"}


def test_a_list_that_is_still_being_built_is_not_to_be_had_yet(front: Front, chen: Caller) -> None:
    with front.company.database.connection() as connection:
        connection.execute("ALTER TABLE roster.customer RENAME COLUMN name TO full_name")
        connection.execute("DROP SCHEMA due_list CASCADE")

    for path in ("/customers", "/due-list"):
        problem_of(chen.get(path), 503, "unavailable")


def test_a_migration_that_is_missing_is_named(front: Front, client: FlaskClient) -> None:
    with front.company.database.connection() as connection:
        connection.execute("DELETE FROM eventlog.migration")

    found = checks(client, HTTPStatus.SERVICE_UNAVAILABLE)

    assert found["migrations"]["detail"].startswith("0001_")


def test_figures_show_requests_commands_and_how_far_lists_are_behind(
    front: Front, chen: Caller, client: FlaskClient
) -> None:
    chen.post("/customers", {"name": "王小明", "phones": ["13800138000"]}, key="the-first-one")
    chen.post("/customers", {"name": "王小明", "phones": ["13800138000"]}, key="the-first-one")
    chen.post("/customers", {"name": "王大明", "phones": ["13800138000"]})
    chen.get("/nowhere")

    figures = client.get("/metrics").text.splitlines()

    assert 'kezhi_commands_total{command="RegisterCustomer",outcome="recorded"} 1.0' in figures
    assert 'kezhi_commands_total{command="RegisterCustomer",outcome="replayed"} 1.0' in figures
    assert 'kezhi_commands_total{command="RegisterCustomer",outcome="conflict"} 1.0' in figures
    created = 'endpoint="customers.create_customer",status="201"'
    assert f"kezhi_request_seconds_count{{{created}}} 2.0" in figures
    assert 'kezhi_request_seconds_count{endpoint="none",status="404"} 1.0' in figures
    assert 'kezhi_projection_lag_events{name="roster"} 2.0' in figures
    assert f"kezhi_log_position {front.head}.0" in figures


def test_figures_tell_what_is_signed_and_when_the_signer_refuses(
    audit: Audit, client: FlaskClient, at_work: str
) -> None:
    audit.sign()
    size = audit.front.read.leaves.size
    figures = client.get("/metrics").text.splitlines()

    assert f"kezhi_checkpoint_position {size}.0" in figures
    assert "kezhi_checkpoint_age_seconds 0.0" in figures
    assert "kezhi_signing_refused 0.0" in figures
    assert "kezhi_log_append_only 0.0" in figures

    with psycopg.connect(at_work) as connection:
        connection.execute("UPDATE eventlog.leaf SET hash = sha256(hash) WHERE position = 1")
    with pytest.raises(LogChangedError):
        audit.sign()
    assert "kezhi_signing_refused 1.0" in client.get("/metrics").text.splitlines()


@pytest.mark.parametrize(
    ("configured", "headers", "status"),
    [
        ("", {}, 200),
        ("", {"X-Forwarded-For": "203.0.113.9"}, 404),
        (TOKEN, {}, 404),
        (TOKEN, {"Authorization": "Bearer something else"}, 404),
        (TOKEN, {"Authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_figures_are_for_this_machine_or_for_who_has_the_token(
    front: Front, configured: str, headers: dict[str, str], status: int
) -> None:
    service = Service.build(front.read, monotonic=lambda: 0.0, metrics_token=configured)

    response = create_app(service).test_client().get("/metrics", headers=headers)

    assert response.status_code == status


def test_figures_are_not_for_another_machine(client: FlaskClient) -> None:
    response = client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})

    assert response.status_code == 404
