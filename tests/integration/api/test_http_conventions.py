from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from tests.support.problems import problem_of
from tests.support.tiny_app import tiny_app

THING = "/things/01937a4e-2f1b-7c3d-9a5e-8b6f4c2d1e0a"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return tiny_app().test_client()


@pytest.mark.parametrize(
    ("if_match", "status", "code"),
    [
        (None, 428, "if-match-required"),
        ("*", 400, "if-match-any"),
        ("v7", 400, "if-match-malformed"),
        ('"7"', 400, "if-match-malformed"),
        ('W/"v7"', 400, "if-match-malformed"),
        ('"v7", "v8"', 400, "if-match-malformed"),
        ('"v0"', 400, "if-match-malformed"),
        ('"v' + "9" * 30 + '"', 400, "if-match-malformed"),
        ('"v6"', 412, "stale-version"),
    ],
)
def test_a_change_must_say_which_version_it_changes(
    client: FlaskClient, if_match: str | None, status: int, code: str
) -> None:
    headers = {} if if_match is None else {"If-Match": if_match}

    response = client.patch(THING, json={"notes": "x"}, headers=headers)

    problem_of(response, status, code)
    if status == 412:
        assert response.headers["ETag"] == '"v7"'


def test_a_change_of_the_right_version_answers_with_the_next(client: FlaskClient) -> None:
    response = client.patch(THING, json={"notes": "x"}, headers={"If-Match": '"v7"'})

    assert response.status_code == 200
    assert response.headers["ETag"] == '"v8"'


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency-key-required"),
        ("short", "idempotency-key-malformed"),
        ("x" * 129, "idempotency-key-malformed"),
        ("with spaces in it", "idempotency-key-malformed"),
        ('"half-quoted', "idempotency-key-malformed"),
    ],
)
def test_a_write_needs_a_well_formed_key(client: FlaskClient, key: str | None, code: str) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}

    problem_of(client.post("/things", json={"name": "x"}, headers=headers), 400, code)


def test_a_key_may_stand_in_quotes(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": '"a-key-of-its-own"'}

    response = client.post("/things", json={"name": "x"}, headers=headers)

    assert response.status_code == 201


def test_pages_follow_one_another_without_gaps_or_repeats(client: FlaskClient) -> None:
    seen: list[int] = []
    address: str | None = "/things?limit=50&colour=red,blue"
    while address:
        response = client.get(address)
        page = response.get_json()
        seen += [item["number"] for item in page["items"]]
        link = response.headers.get("Link")
        address = link.split(">")[0].lstrip("<") if link else None
        assert ("next_cursor" in page) is (address is not None)

    assert sorted(seen) == list(range(120))


def test_a_cursor_belongs_to_the_query_it_came_from(client: FlaskClient) -> None:
    cursor = client.get("/things?limit=5&colour=red").get_json()["next_cursor"]

    assert client.get(f"/things?limit=9&colour=red&cursor={cursor}").status_code == 200
    for other in ("colour=blue&", "", "colour=red&name=x&"):
        problem_of(client.get(f"/things?{other}cursor={cursor}"), 400, "cursor-invalid")


@pytest.mark.parametrize("cursor", ["x", "AAAA", "!!!!", "%E7%8E%8B", "A" * 1_999])
def test_a_cursor_that_we_never_made_is_refused(client: FlaskClient, cursor: str) -> None:
    problem_of(client.get(f"/things?cursor={cursor}"), 400, "cursor-invalid")


def test_the_document_is_valid_openapi_3_1_with_problems_tokens_and_names(
    client: FlaskClient,
) -> None:
    document = json.loads(client.get("/api/openapi.json").data)

    validate(document)
    create = document["paths"]["/things"]["post"]
    change = document["paths"]["/things/{thing_id}"]["patch"]
    assert document["openapi"] == "3.1.0"
    assert document["security"] == [{"bearer": []}]
    assert create["operationId"] == "createThing"
    assert {"Idempotency-Key"} == {each["name"] for each in create["parameters"]}
    assert {"If-Match"} == {each["name"] for each in change["parameters"] if isinstance(each, dict)}
    refusal = document["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert set(refusal) == {"application/problem+json"}
    thing = document["components"]["schemas"]["Thing"]["properties"]
    assert thing["name"] == {"type": "string", "minLength": 1, "maxLength": 20}
    assert thing["colour"] == {"type": "string", "enum": ["red", "blue"]}
    assert thing["price"]["format"] == "decimal"
    assert thing["made_on"]["format"] == "date"
    query = {each["name"]: each for each in document["paths"]["/things"]["get"]["parameters"]}
    assert query["colour"]["style"] == "form"
    assert query["colour"]["explode"] is False
    assert query["limit"]["schema"]["maximum"] == 200


def test_the_documentation_page_needs_no_internet_and_no_inline_script(
    client: FlaskClient,
) -> None:
    page = client.get("/api/docs").text

    assert "://" not in page
    assert "<script>" not in page
    assert "style=" not in page
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "start.css"):
        assert f"docs/{name}" in page
        with client.get(f"/api/docs/{name}") as asset:
            assert asset.status_code == 200
    problem_of(client.get("/api/docs/index.html"), 404, "not-found")


def test_the_document_is_sent_once_and_then_only_confirmed(client: FlaskClient) -> None:
    first = client.get("/api/openapi.json")
    again = client.get("/api/openapi.json", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
