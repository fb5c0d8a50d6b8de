from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.greeting import Greeting
from tests.support.http import Caller, Front
from tests.support.problems import problem_of


@pytest.fixture
def customer(front: Front) -> UUID:
    """A customer of Chen's whose birthday is in three days."""
    customer = front.company.registers(
        front.company.chen, "王小明", company="麒麟商贸", birthday="1990-03-05"
    )
    front.settle()
    return customer


def birthday_of(caller: Caller) -> dict[str, Any]:
    items = caller.get("/greetings").get_json()["items"]
    (birthday,) = [item for item in items if item["occasion"] == "birthday"]
    return dict(birthday)


def test_a_consent_is_recorded_with_how_he_told_us(chen: Caller, customer: UUID) -> None:
    path = f"/customers/{customer}/care-choices"
    said = chen.post(path, {"consents": {"sms": True}, "reason": "on the phone"})
    more = chen.post(path, {"language": "en", "zone": "Asia/Urumqi", "reason": "on the phone"})

    assert said.status_code == 201
    assert more.get_json() == chen.get(path).get_json()
    assert more.get_json()["consents"] == {"sms": True}
    assert (more.get_json()["language"], more.get_json()["zone"]) == ("en", "Asia/Urumqi")


@pytest.mark.parametrize(
    "body",
    [
        {"consents": {"sms": True}},
        {"consents": {"fax": True}, "reason": "x"},
        {"consents": {"sms": "yes"}, "reason": "x"},
        {"zone": "Asia/Atlantis", "reason": "x"},
        {"language": "fr", "reason": "x"},
    ],
)
def test_a_choice_that_means_nothing_is_refused(
    front: Front, chen: Caller, customer: UUID, body: dict[str, Any]
) -> None:
    before = front.head

    problem_of(chen.post(f"/customers/{customer}/care-choices", body), 422, "invalid")
    assert front.head == before


def test_reps_see_whom_we_are_going_to_greet(chen: Caller, li: Caller, customer: UUID) -> None:
    row = birthday_of(chen)

    assert (row["customer_id"], row["on"], row["year"]) == (str(customer), "2026-03-05", "2026")
    assert li.get("/greetings").get_json()["items"] == []
    none = chen.get("/greetings", first="2026-03-06", last="2026-03-07").get_json()
    assert none["items"] == []


@pytest.mark.usefixtures("customer")
def test_a_rep_who_greets_in_person_reserves_it_once(front: Front, chen: Caller) -> None:
    key = birthday_of(chen)["key"]
    taken = chen.post(f"/greetings/{key}/reservation", {"reason": "I visit him"})
    again = chen.post(f"/greetings/{key}/reservation")
    front.settle()

    assert (taken.status_code, taken.get_json()["on"]) == (201, "2026-03-05")
    problem_of(again, 409, "already-decided")
    assert [row["occasion"] for row in chen.get("/greetings").get_json()["items"]] == []
    assert isinstance(front.company.log.get(UUID(key)), Greeting)


@pytest.mark.usefixtures("customer")
def test_a_greeting_is_left_out_for_a_reason(front: Front, chen: Caller) -> None:
    key = birthday_of(chen)["key"]
    before = front.head
    problem_of(chen.post(f"/greetings/{key}/skipping", {}), 422, "invalid")
    assert front.head == before

    assert chen.post(f"/greetings/{key}/skipping", {"reason": "in mourning"}).status_code == 201


@pytest.mark.usefixtures("customer")
def test_what_became_of_greetings_is_listed_by_state_to_whom_they_concern(
    front: Front, chen: Caller, li: Caller
) -> None:
    key = birthday_of(chen)["key"]
    chen.post(f"/greetings/{key}/skipping", {"reason": "in mourning"})
    front.settle()

    (row,) = chen.get("/greetings/decided").get_json()["items"]
    assert (row["key"], row["state"], row["reason"]) == (key, "skipped", "by-hand")
    assert li.get("/greetings/decided").get_json()["items"] == []
    assert chen.get("/greetings/decided", last="2026-03-04").get_json()["items"] == []
    assert chen.get("/greetings/decided", state="sent").get_json()["items"] == []
    problem_of(chen.get("/greetings/decided", state="lost"), 422, "invalid")


@pytest.mark.usefixtures("customer")
def test_the_words_are_seen_before_they_go(chen: Caller) -> None:
    key = birthday_of(chen)["key"]
    english = chen.get(f"/greetings/{key}/preview", language="en").get_json()

    assert chen.get(f"/greetings/{key}/preview").get_json()["subject"] == "王小明，生日快乐"
    assert english["subject"] == "Happy birthday, 王小明"
    assert english["body"].endswith("Chen")
