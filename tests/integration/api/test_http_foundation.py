from __future__ import annotations

import io
import json

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.support.problems import problem_of
from tests.support.tiny_app import tiny_app

KEY = {"Idempotency-Key": "a-key-of-its-own"}
THING = "/things/01937a4e-2f1b-7c3d-9a5e-8b6f4c2d1e0a"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return tiny_app().test_client()


def _post(client: FlaskClient, body: bytes | str, **headers: str) -> TestResponse:
    headers = {"Content-Type": "application/json", **KEY, **headers}
    return client.post("/things", data=body, headers=headers)


def test_a_good_thing_comes_back_as_it_was_sent(client: FlaskClient) -> None:
    thing = {
        "name": "上海麒麟",
        "notes": "一\n二",
        "count": 3,
        "price": "12.50",
        "made_on": "2026-11-22",
        "sold_at": "2026-11-22T01:30:00Z",
        "colour": "red",
        "owner_id": "01937a4e-2f1b-7c3d-9a5e-8b6f4c2d1e0a",
        "is_new": True,
        "tags": ["新", "老"],
    }

    response = _post(client, json.dumps(thing))

    assert response.status_code == 201
    assert response.get_json() == thing
    assert "上海麒麟" in response.text


# Bodies that a stock application answers with 500, or takes for something else.
BODIES: list[tuple[bytes, int, str]] = [
    (b"[" * 30_000, 400, "body-too-deep"),
    (b'{"name":"x","count":' + b"9" * 4_000 + b"}", 400, "body-number-out-of-range"),
    (b'{"name":"x","count":2147483648}', 422, "invalid"),
    (b'{"name":"x\\u0000y"}', 400, "body-forbidden-character"),
    (b'{"name":"x\x00y"}', 400, "body-malformed"),
    (b'{"name":"\\ud800"}', 400, "body-forbidden-character"),
    (b'{"name":NaN}', 400, "body-number-out-of-range"),
    (b'{"name":"x","name":"y"}', 400, "body-duplicate-key"),
    ('{"name":"x"}'.encode("utf-16"), 400, "body-not-utf-8"),
    ('{"name":"王"}'.encode("gb18030"), 400, "body-not-utf-8"),
    (b'{"name":"x","count":1.9}', 422, "invalid"),
    ('{"name":"x","count":"７"}'.encode(), 422, "invalid"),
    (b'{"name":"x","count":true}', 422, "invalid"),
    (b'{"name":"x","owner_id":"urn:uuid:nonsense"}', 422, "invalid"),
    (b'{"name":"x","made_on":"2026-02-30"}', 422, "invalid"),
    (b'{"name":"x","made_on":"20260228"}', 422, "invalid"),
    (b'{"name":"x","made_on":"0001-01-01"}', 422, "invalid"),
    (b'{"name":"x","sold_at":"2026-02-28T10:00:00"}', 422, "invalid"),
    (b'{"name":"x","sold_at":"2026-02-28T10:00:60Z"}', 422, "invalid"),
    (b'{"name":"x","price":12.5}', 422, "invalid"),
    (b'{"name":"x","price":"1e9"}', 422, "invalid"),
    (b'{"name":"x","price":"12.505"}', 422, "invalid"),
    (b'{"name":"x","colour":"RED"}', 422, "invalid"),
    (b'{"name":"x","is_new":"yes"}', 422, "invalid"),
    (b'{"name":"x","tags":"a"}', 422, "invalid"),
    (b'{"name":"x","tags":["a","b","c","d"]}', 422, "invalid"),
    (b'{"name":"x","surprise":1}', 422, "invalid"),
    (b'{"name":null}', 422, "invalid"),
    ('{"name":"　 "}'.encode(), 422, "invalid"),
    (b'{"name":"one\\ntwo"}', 422, "invalid"),
    (b'{"name":["x"]}', 422, "invalid"),
    (b"[]", 422, "invalid"),
    (b'"text"', 422, "invalid"),
    (b"null", 422, "invalid"),
    (b"", 400, "body-malformed"),
    (b"{", 400, "body-malformed"),
]


@pytest.mark.parametrize(("body", "status", "code"), BODIES, ids=[repr(b[0][:40]) for b in BODIES])
def test_every_malformed_body_gets_a_clear_answer(
    client: FlaskClient, body: bytes, status: int, code: str
) -> None:
    problem_of(_post(client, body), status, code)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=120)
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text(alphabet='[]{},:"\\0123456789eE+-.uUnNtruefals', max_size=60).map(str.encode)
    | st.dictionaries(
        st.sampled_from(["name", "notes", "count", "price", "made_on", "sold_at", "tags", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ),
    ).map(lambda document: json.dumps(document).encode())
)
def test_no_body_whatever_makes_the_server_fail(client: FlaskClient, body: bytes) -> None:
    response = _post(client, body)

    assert response.status_code in {201, 400, 413, 422}
    if response.status_code != 201:
        problem_of(response, response.status_code, response.get_json(force=True)["code"])


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=st.binary(max_size=60))
def test_no_address_whatever_makes_the_server_fail(client: FlaskClient, address: bytes) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in address)

    for path in (f"/things/{encoded}", f"/things?name={encoded}", f"/things?{encoded}"):
        response = client.get(path)
        assert response.status_code < 500
        if response.status_code >= 400:
            problem_of(response, response.status_code, response.get_json(force=True)["code"])


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("application/json; charset=gbk", 415),
        ("text/json", 415),
        ("application/merge-patch+json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
def test_only_json_in_utf_8_is_read(client: FlaskClient, content_type: str, status: int) -> None:
    response = _post(client, b'{"name":"x"}', **{"Content-Type": content_type})

    assert response.status_code == status
    if status == 415:
        problem_of(response, 415, "unsupported-media-type")
        assert response.headers["Accept"] == "application/json"


def test_a_compressed_body_is_not_read(client: FlaskClient) -> None:
    response = _post(client, b"\x1f\x8b", **{"Content-Encoding": "gzip"})

    problem_of(response, 415, "unsupported-media-type")


def test_a_missing_body_lacks_what_is_required(client: FlaskClient) -> None:
    response = client.post("/things", headers=KEY)

    assert problem_of(response, 422, "invalid")["errors"] == [
        {"pointer": "/name", "code": "field-required", "message": "This is required."}
    ]


def test_a_body_of_more_than_64_kib_is_refused_with_the_limit(client: FlaskClient) -> None:
    response = _post(client, b'{"notes":"' + b"x" * 65_536 + b'"}')

    assert "65536" in problem_of(response, 413, "body-too-large")["detail"]


def _post_chunks(client: FlaskClient, body: io.RawIOBase | io.BytesIO) -> TestResponse:
    environ = {
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": "application/json",
    }
    return client.post("/things", headers=KEY, environ_overrides=environ)


def test_a_body_of_unknown_length_is_read_to_its_end(client: FlaskClient) -> None:
    padded = b'{"name":"x"}'.ljust(65_536)

    assert _post_chunks(client, io.BytesIO(b'{"name":"x"}')).status_code == 201
    assert _post_chunks(client, io.BytesIO(padded)).status_code == 201


def test_a_body_of_unknown_length_beyond_the_limit_is_refused_and_not_cut(
    client: FlaskClient,
) -> None:
    padded = b'{"name":"x"}'.ljust(65_537)

    problem_of(_post_chunks(client, io.BytesIO(padded)), 413, "body-too-large")


def test_a_body_whose_chunks_are_broken_is_refused(client: FlaskClient) -> None:
    class Broken(io.RawIOBase):
        def readinto(self, _buffer: object) -> int:
            raise RuntimeError("what a server raises for a chunk of length zz")

    problem_of(_post_chunks(client, Broken()), 400, "bad-request")


def test_every_fault_of_a_body_is_told_with_its_place(client: FlaskClient) -> None:
    response = _post(client, json.dumps({"name": "x" * 21, "tags": ["a", 7], "a/b~": 1}))

    errors = problem_of(response, 422, "invalid")["errors"]
    assert {(each["pointer"], each["code"]) for each in errors} == {
        ("/name", "field-too-long"),
        ("/tags/1", "field-not-text"),
        ("/a~1b~0", "field-unknown"),
    }


def test_people_read_the_refusal_in_their_language(client: FlaskClient) -> None:
    chinese = _post(client, b'{"count":1}', **{"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
    english = _post(client, b'{"count":1}', **{"Accept-Language": "fr,en;q=0.5"})

    assert problem_of(chinese, 422, "invalid")["title"] == "内容有误"
    assert chinese.get_json(force=True)["errors"][0]["message"] == "此项必填。"
    assert chinese.headers["Content-Language"] == "zh-CN"
    assert "Accept-Language" in chinese.headers["Vary"]
    assert problem_of(english, 422, "invalid")["title"] == "Invalid content"


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("limit=0", "limit", "field-out-of-range"),
        ("limit=201", "limit", "field-out-of-range"),
        ("limit=ten", "limit", "field-not-integer"),
        ("limit=%EF%BC%97", "limit", "field-not-integer"),
        ("limit=" + "9" * 400, "limit", "field-not-integer"),
        ("limit=1.0", "limit", "field-not-integer"),
        ("limit=", "limit", "field-not-integer"),
        ("limit=1&limit=2", "limit", "parameter-repeated"),
        ("lmit=10", "lmit", "field-unknown"),
        ("colour=red,green", "colour", "field-not-choice"),
        ("colour=", "colour", "field-blank"),
        ("colour=red&colour=blue", "colour", "parameter-repeated"),
        ("is_new=1", "is_new", "field-not-boolean"),
        ("name=%E2%80%AEx", None, "unreadable-address"),
        ("name=%00", None, "unreadable-address"),
        ("name=%FF", None, "unreadable-address"),
        ("name=a%0Ab", None, "unreadable-address"),
    ],
)
def test_every_malformed_query_gets_a_clear_answer(
    client: FlaskClient, query: str, parameter: str | None, code: str
) -> None:
    response = client.get(f"/things?{query}")

    if parameter is None:
        problem_of(response, 400, code)
    else:
        [error] = problem_of(response, 422, "invalid")["errors"]
        assert (error["parameter"], error["code"]) == (parameter, code)


@pytest.mark.parametrize(
    "path", ["/things/7", "/things/nonsense", "/things/' OR 1=1", "/nowhere", f"{THING}/x"]
)
def test_an_id_or_path_that_cannot_be_is_not_found(client: FlaskClient, path: str) -> None:
    problem_of(client.patch(path), 404, "not-found")


@pytest.mark.parametrize("path", ["/things/\x00", "/things/\xff\xfe", "/things/\r\nSet-Cookie:x"])
def test_a_path_that_is_no_text_is_refused(client: FlaskClient, path: str) -> None:
    response = client.get("/", environ_overrides={"PATH_INFO": path})

    problem_of(response, 400, "unreadable-address")


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient) -> None:
    response = client.delete("/things")

    problem_of(response, 405, "method-not-allowed")
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_an_address_of_more_than_4_kib_is_refused(client: FlaskClient) -> None:
    problem_of(client.get("/things?name=" + "x" * 4_096), 414, "address-too-long")


@pytest.mark.parametrize(
    "headers",
    [{"X-Long": "x" * 17_000}, {f"X-Header-{n}": "x" for n in range(101)}],
    ids=["long", "many"],
)
def test_too_much_header_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    problem_of(client.get("/things", headers=headers), 431, "headers-too-large")


@pytest.mark.parametrize(
    ("given_id", "kept"),
    [
        ("order-4711.a", True),
        ("short", False),
        ("x" * 65, False),
        ("spaces are not", False),
        ("<script>alert(1)</script>", False),
    ],
)
def test_a_well_formed_request_id_is_kept_and_any_other_replaced(
    client: FlaskClient, given_id: str, *, kept: bool
) -> None:
    answered = client.get("/things", headers={"X-Request-Id": given_id}).headers["X-Request-Id"]

    assert (answered == given_id) is kept
    assert len(answered) >= 8


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for response in (client.get("/things"), client.get("/nowhere"), client.get("/api/docs")):
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
        assert "max-age" in response.headers["Strict-Transport-Security"]
