"""What is sent twice, at once, or while the database is away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pytest

import api.own_writes
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.migrate import migrate
from projections import positions
from projections.projector import Projector
from projections.registry import READ_MODELS
from tests.support.http import Caller, Front, a_front
from tests.support.problems import problem_of
from tests.support.waiting import eventually

WANG = {"name": "王小明", "phones": ["13800138000"]}


def test_the_same_key_gives_the_first_answer_again(front: Front, chen: Caller) -> None:
    first = chen.post("/customers", WANG, key="once-and-no-more")
    before = front.head
    again = chen.post("/customers", WANG, key="once-and-no-more")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert front.head == before


def test_a_repetition_is_answered_even_when_the_version_has_moved_on(chen: Caller) -> None:
    customer = chen.post("/customers", WANG).get_json()
    path = f"/customers/{customer['id']}"
    body = {"importance": "key"}
    first = chen.patch(path, body, if_match=1, key="patch-it-once")
    chen.post(f"{path}/quick-notes", {"key": "1"})

    again = chen.patch(path, body, if_match=1, key="patch-it-once")

    assert again.status_code == 200
    assert again.headers["ETag"] == first.headers["ETag"] == '"v2"'
    assert again.headers["Idempotency-Replayed"] == "true"


def test_the_same_key_for_something_else_is_refused(front: Front, chen: Caller) -> None:
    chen.post("/customers", WANG, key="once-and-no-more")
    before = front.head

    other_body = chen.post("/customers", {"name": "李四"}, key="once-and-no-more")
    other_path = chen.post("/search", {"text": "李四"}, key="once-and-no-more")

    problem_of(other_body, 422, "idempotency-key-reused")
    assert other_path.status_code == 200
    assert front.head == before


def test_two_people_may_use_the_same_key(front: Front, chen: Caller, li: Caller) -> None:
    before = front.head

    for caller, name in ((chen, "王五"), (li, "赵六")):
        assert caller.post("/customers", {"name": name}, key="my-first-customer").status_code == 201
    assert front.head == before + 2


def test_the_same_key_sent_many_times_at_once_leaves_one_event(front: Front, chen: Caller) -> None:
    customer = chen.post("/customers", WANG).get_json()
    path = f"/customers/{customer['id']}/contacts"
    before = front.head

    def send(_: int) -> tuple[int, str | None]:
        answer = chen.post(path, {"method": "phone"}, key="called-him-once")
        return answer.status_code, answer.headers.get("Idempotency-Replayed")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))

    assert {status for status, _ in answers} == {201}
    assert [replayed for _, replayed in answers].count(None) == 1
    assert front.head == before + 1


def test_who_names_a_version_that_moved_on_adds_nothing(front: Front, chen: Caller) -> None:
    customer = chen.post("/customers", WANG).get_json()
    path = f"/customers/{customer['id']}"
    for step, body in (
        ("contacts", {"method": "visit"}),
        ("quick-notes", {"key": "2"}),
        (
            "purchases",
            {"purchased_on": "2026-03-01", "product": "地板", "quantity": "20", "amount": "9.50"},
        ),
    ):
        version = chen.get(path).get_json()["version"]
        before = front.head
        problem_of(chen.post(f"{path}/{step}", body, if_match=version + 1), 412, "stale-version")
        problem_of(chen.post(f"{path}/{step}", body, if_match="*"), 400, "if-match-any")
        assert front.head == before
        assert chen.post(f"{path}/{step}", body, if_match=version).status_code == 201
        assert chen.post(f"{path}/{step}", body).status_code == 201


def test_of_many_who_change_the_same_version_one_wins(front: Front, chen: Caller) -> None:
    customer = chen.post("/customers", WANG).get_json()
    before = front.head

    def send(number: int) -> int:
        body = {"industry": f"行业{number}"}
        return chen.patch(f"/customers/{customer['id']}", body, if_match=1).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(16)))

    assert sorted(set(statuses)) == [200, 412]
    assert statuses.count(200) == 1
    assert front.head == before + 1


def test_a_list_read_with_the_position_of_a_write_shows_it(
    front: Front, chen: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.own_writes, "WAIT_SECONDS", 30.0)  # however busy the machine is
    stop = Event()
    projector = Projector(front.read.log, front.company.database, READ_MODELS)
    thread = Thread(target=projector.run, args=(stop,))
    thread.start()
    try:
        for number in range(10):
            written = chen.post("/customers", {"name": f"客户{number}"})
            position = {"Kezhi-Position": written.headers["Kezhi-Position"]}
            rows = chen.get("/customers", limit="200", headers=position).get_json()["items"]
            assert written.get_json()["id"] in {row["customer_id"] for row in rows}
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("position", ["", "soon", "-1", "１", "9" * 5000])
def test_a_position_that_is_none_is_no_reason_to_wait_or_to_fail(
    chen: Caller, position: str
) -> None:
    assert chen.get("/customers", headers={"Kezhi-Position": position}).status_code == 200


@pytest.mark.embedded
def test_while_the_database_is_away_requests_say_so_and_then_go_on(server_folder: Path) -> None:
    with EmbeddedPostgres(server_folder / "postgres") as engine:
        migrate(engine.address)
        with a_front(engine.address) as front:
            positions.prepare(front.company.database)
            chen = front.caller(front.company.chen)
            assert chen.get("/me").status_code == 200
            engine.stop()

            for answer in (
                chen.get("/customers"),
                chen.post("/customers", WANG, key="while-it-was-away"),
            ):
                problem = problem_of(answer, 503, "unavailable")
                assert int(answer.headers["Retry-After"]) > 0
                assert "postgres" not in problem["detail"].lower()

            engine.start()
            saved = eventually(
                lambda: _saved(chen.post("/customers", WANG, key="while-it-was-away")), within=30
            )
            front.settle()
            assert [row["customer_id"] for row in chen.get("/customers").get_json()["items"]] == [
                saved["id"]
            ]


def _saved(answer: object) -> dict[str, str]:
    assert answer.status_code == 201, answer.text  # type: ignore[attr-defined]
    return dict(answer.get_json())  # type: ignore[attr-defined]
