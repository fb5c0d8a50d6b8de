"""Signing in with a second factor: switched on, asked for, lost and switched off."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.second_factors import STEP_SECONDS, code_at
from domain.access import Grant
from domain.ids import new_id
from domain.sign_in_commands import EnableSecondFactor
from tests.support.http import Caller, Front
from tests.support.problems import problem_of


class Phone:
    """An app that has taken over the secret of a second factor."""

    def __init__(self, front: Front, secret: str) -> None:
        self._company = front.company
        self.secret = base64.b32decode(secret)

    def code(self, steps: int = 0) -> str:
        """Return the code of now, or of so many half minutes later."""
        return code_at(self.secret, int(self._company.now.timestamp()) // STEP_SECONDS + steps)


class Person:
    """Chen, who has switched a second factor on."""

    def __init__(self, front: Front, caller: Caller) -> None:
        self.front, self.caller = front, caller
        self.token = caller.headers["Authorization"].removeprefix("Bearer ")
        self.path = f"/representatives/{front.company.chen}/second-factor"
        begun = caller.post(f"{self.path}/enrolments").json
        self.phone, self.factor_id = Phone(front, begun["secret"]), begun["factor_id"]
        body = {"factor_id": self.factor_id, "code": self.phone.code()}
        self.recovery_codes = caller.post(f"{self.path}/confirmations", body).json["recovery_codes"]
        # The code of this half minute is used up.
        front.company.wait(seconds=STEP_SECONDS)
        front.settle()
        self.caller = self.program()

    def program(self) -> Caller:
        """Give out a token for a program, signed in with a code; return who comes with it."""
        browser = self.half_signed_in()
        assert tries(browser, self.phone.code()).status_code == 302
        forgery = re.search(
            r'name="forgery-token" content="(\w+)"', browser.get("/preferences").text
        )
        assert forgery
        expires_at = (self.front.company.now + timedelta(days=9)).isoformat()
        body = {"label": "till", "grants": ["read", "write"], "expires_at": expires_at}
        address = f"/api/v1{self.path.replace('second-factor', 'tokens')}"
        given = browser.post(address, json=body, headers={"Kezhi-Forgery-Token": forgery[1]})
        self.front.company.wait(seconds=STEP_SECONDS)
        self.front.settle()
        return Caller(self.front.app, given.get_json()["token"])

    def half_signed_in(self) -> FlaskClient:
        browser = self.front.app.test_client()
        answer = browser.post("/sign-in", data={"token": self.token, "next": "/customers"})
        assert answer.location.startswith("/sign-in/code?next=/customers")
        return browser

    def is_let_in(self, code: str) -> bool:
        return tries(self.half_signed_in(), code).status_code == 302


@pytest.fixture
def chens(front: Front, chen: Caller) -> Person:
    return Person(front, chen)


def tries(browser: FlaskClient, code: str) -> TestResponse:
    return browser.post("/sign-in/code", data={"code": code, "next": "/customers"})


def test_after_the_token_a_code_is_asked_for_and_only_then_anything_is_shown(
    chens: Person,
) -> None:
    browser = chens.half_signed_in()

    assert browser.get("/customers").location.startswith("/sign-in?")
    assert browser.get("/api/v1/me").status_code == 401
    wrong = tries(browser, "000000" if chens.phone.code() != "000000" else "000001")
    assert (wrong.status_code, 'id="fault"' in wrong.text) == (422, True)
    assert browser.get("/customers").location.startswith("/sign-in?")
    right = tries(browser, f" {chens.phone.code()[:3]} {chens.phone.code()[3:]}")
    assert (right.status_code, right.location) == (302, "/customers")
    assert browser.get("/customers").status_code == 200


def test_a_token_alone_opens_nothing_over_http_but_one_given_out_behind_the_code_does(
    front: Front, chen: Caller
) -> None:
    before = front.caller(front.company.chen)
    person = Person(front, chen)
    given_by_another = front.caller(front.company.chen)

    for caller in (chen, before, given_by_another):
        problem_of(caller.get("/customers"), 401, "second-factor-required")
        problem_of(caller.post(f"{person.path}/removal", {}), 401, "second-factor-required")
    assert person.caller.get("/customers").status_code == 200
    removal = person.caller.post(f"{person.path}/removal", {"code": person.phone.code()})
    front.settle()
    front.company.wait(seconds=5)
    assert (removal.status_code, chen.get("/customers").status_code) == (201, 200)


def test_a_token_that_is_still_believed_just_after_it_was_on_makes_none_that_lasts(
    front: Front, chen: Caller
) -> None:
    token = chen.headers["Authorization"].removeprefix("Bearer ")
    elsewhere = front.app.test_client()
    elsewhere.post("/sign-in", data={"token": token})
    page = elsewhere.get("/preferences").text
    forgery = re.search(r'name="forgery-token" content="(\w+)"', page)
    assert forgery
    enables = EnableSecondFactor(rep_id=front.company.chen, factor_id=new_id())
    front.company.does(enables, by=front.company.chen)
    path, before = f"/representatives/{front.company.chen}/tokens", front.head
    until = (front.company.now + timedelta(days=9)).isoformat()
    body = {"label": "thief", "grants": ["read"], "expires_at": until}

    assert chen.get("/me").status_code == 200
    problem_of(chen.post(path, body), 403, "second-factor-required")
    named = {"Kezhi-Forgery-Token": forgery[1]}
    on_a_page = elsewhere.post(f"/api/v1{path}", json=body, headers=named)
    problem_of(on_a_page, 403, "second-factor-required")
    assert front.head == before


def test_a_token_from_before_needs_the_code_though_its_clock_was_ahead(front: Front) -> None:
    company = front.company
    company.wait(minutes=1)
    path = f"/representatives/{company.chen}/tokens"
    until = (company.now + timedelta(days=9)).isoformat()
    body = {"label": "till", "grants": ["read"], "expires_at": until}
    given = front.caller(company.chen).post(path, body)
    company.wait(minutes=-1)
    enables = EnableSecondFactor(rep_id=company.chen, factor_id=new_id())
    company.does(enables, by=company.chen)
    front.settle()

    till = front.stranger(given.json["token"])
    problem_of(till.get("/customers"), 401, "second-factor-required")


def test_whoever_signed_in_elsewhere_before_it_was_on_is_signed_out(
    front: Front, chen: Caller
) -> None:
    elsewhere = front.app.test_client()
    token = chen.headers["Authorization"].removeprefix("Bearer ")
    elsewhere.post("/sign-in", data={"token": token})
    assert elsewhere.get("/customers").status_code == 200

    Person(front, chen)

    assert elsewhere.get("/customers").location.startswith("/sign-in?")


def test_a_session_begun_without_a_code_opens_nothing_once_one_is_needed(
    front: Front, chen: Caller
) -> None:
    """The process died before it ended them, or the sign-in was under way just then."""
    company, elsewhere = front.company, front.app.test_client()
    elsewhere.post(
        "/sign-in", data={"token": chen.headers["Authorization"].removeprefix("Bearer ")}
    )
    assert elsewhere.get("/customers").status_code == 200

    enables = EnableSecondFactor(rep_id=company.chen, factor_id=new_id())
    company.does(enables, by=company.chen)
    front.settle()
    company.wait(seconds=5)

    assert elsewhere.get("/customers").location.startswith("/sign-in?")
    assert elsewhere.get("/api/v1/me").status_code == 401


def test_the_right_code_of_somebody_without_the_token_opens_nothing(chens: Person) -> None:
    stranger = chens.front.app.test_client()

    assert tries(stranger, chens.phone.code()).location.startswith("/sign-in?")
    assert stranger.get("/sign-in/code").location.startswith("/sign-in?")


def test_a_code_is_accepted_once_and_so_is_none_before_it(chens: Person) -> None:
    code, before = chens.phone.code(), chens.phone.code(-1)

    assert chens.is_let_in(code)
    assert not chens.is_let_in(code)
    assert not chens.is_let_in(before)


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 302), (1, 302), (2, 422)])
def test_a_clock_may_be_half_a_minute_off(chens: Person, steps: int, status: int) -> None:
    chens.front.company.wait(minutes=5)

    assert tries(chens.half_signed_in(), chens.phone.code(steps)).status_code == status


def test_without_the_phone_each_recovery_code_lets_in_once(chens: Person) -> None:
    first, second = chens.recovery_codes[:2]

    assert chens.is_let_in(first.lower())
    assert not chens.is_let_in(first)
    assert chens.is_let_in(second)
    assert chens.caller.get(chens.path).json == {"is_on": True, "recovery_codes_left": 8}


def test_after_ten_tries_nothing_is_looked_at_before_the_next_hour(chens: Person) -> None:
    browser = chens.half_signed_in()
    for _ in range(9):
        tries(browser, "x")

    refused = tries(browser, chens.phone.code())
    assert (refused.status_code, int(refused.headers["Retry-After"]) <= 3600) == (429, True)
    removal = chens.caller.post(f"{chens.path}/removal", {"code": chens.phone.code()})
    problem_of(removal, 429, "too-many-codes")
    chens.front.company.wait(hours=1)
    assert chens.is_let_in(chens.phone.code())


def test_the_question_for_the_code_stands_for_ten_minutes_and_ends_with_the_token(
    chens: Person,
) -> None:
    slow, late = chens.half_signed_in(), chens.half_signed_in()
    chens.front.company.wait(minutes=11)
    assert tries(slow, chens.phone.code()).location.startswith("/sign-in?")

    late = chens.half_signed_in()
    token, _ = chens.caller.get(chens.path.replace("second-factor", "tokens")).json["items"]
    address = f"{chens.path.replace('second-factor', 'tokens')}/{token['token_id']}/revocation"
    assert chens.caller.post(address).status_code == 201
    chens.front.settle()
    chens.front.company.wait(seconds=5)
    assert tries(late, chens.phone.code()).location.startswith("/sign-in?")


def test_one_switches_off_ones_own_with_a_code_only(chens: Person) -> None:
    removal = f"{chens.path}/removal"
    refused = problem_of(chens.caller.post(removal, {"reason": "bored"}), 422, "invalid")

    assert refused["errors"][0]["pointer"] == "/code"
    assert chens.caller.post(removal, {"code": chens.phone.code()}).status_code == 201
    browser = chens.front.app.test_client()
    assert browser.post("/sign-in", data={"token": chens.token}).location == "/"


def test_a_manager_switches_it_off_for_whoever_lost_his_phone(chens: Person, zhao: Caller) -> None:
    removal = f"{chens.path}/removal"

    assert zhao.get(chens.path).json["is_on"] is True
    problem_of(zhao.post(removal, {}), 422, "reason-required")
    assert zhao.post(removal, {"reason": "手机遗失"}).status_code == 201
    assert chens.caller.get(chens.path).json["is_on"] is False


def test_whoever_is_let_in_by_another_is_told_and_who_did_it_himself_is_not(
    chens: Person, zhao: Caller
) -> None:
    removal = f"{chens.path}/removal"
    zhao.post(removal, {"reason": "手机遗失"})
    chens.front.settle()

    (told,) = chens.caller.get("/inbox").json["items"]
    assert (told["kind"], told["facts"]) == (
        "second_factor_off",
        {"by": str(chens.front.company.zhao)},
    )
    again = Person(chens.front, chens.caller)
    again.caller.post(removal, {"code": again.phone.code()})
    chens.front.settle()
    chens.front.company.wait(seconds=5)
    assert len(chens.caller.get("/inbox").json["items"]) == 1


def test_a_manager_finds_his_rep_on_a_page_with_that_and_nothing_else_to_do(
    front: Front, chens: Person, zhao: Caller, li: Caller
) -> None:
    def shown_to(caller: Caller, path: str) -> TestResponse:
        browser = front.app.test_client()
        token = caller.headers["Authorization"].removeprefix("Bearer ")
        browser.post("/sign-in", data={"token": token})
        return browser.get(path)

    page, peer = f"/settings/people/{front.company.chen}", f"/settings/people/{front.company.zhao}"
    assert page in shown_to(zhao, "/settings/people").text
    assert re.findall(r'data-send="(.*?)"', shown_to(zhao, page).text) == [
        f"POST /api/v1{chens.path}/removal"
    ]
    assert re.findall(r'data-send="', shown_to(zhao, peer).text) == []
    assert shown_to(li, page).status_code == 403


def test_colleagues_are_told_nothing_about_it(chens: Person, li: Caller) -> None:
    problem_of(li.get(chens.path), 403, "forbidden")


def test_nothing_is_on_before_the_first_code_was_right(front: Front, chen: Caller) -> None:
    path = f"/representatives/{front.company.chen}/second-factor"
    begun = chen.post(f"{path}/enrolments").json
    phone, before = Phone(front, begun["secret"]), front.head
    wrong = {"factor_id": begun["factor_id"], "code": "abcdef"}

    problem_of(chen.post(f"{path}/confirmations", wrong), 422, "invalid")
    unknown = {"factor_id": str(uuid4()), "code": phone.code()}
    problem_of(chen.post(f"{path}/confirmations", unknown), 404, "not-found")
    assert (front.head, chen.get(path).json["is_on"]) == (before, False)
    front.company.wait(minutes=61)
    late = {"factor_id": begun["factor_id"], "code": phone.code()}
    problem_of(chen.post(f"{path}/confirmations", late), 404, "not-found")


def test_a_token_that_only_reads_switches_nothing_on(front: Front) -> None:
    reading = front.caller(front.company.chen, Grant.READ)
    path = f"/representatives/{front.company.chen}/second-factor/enrolments"

    problem_of(reading.post(path), 403, "forbidden")


def test_secret_and_recovery_codes_are_nowhere_in_clear(chens: Person) -> None:
    database = chens.front.company.database
    with database.connection() as connection:
        (row,) = connection.execute(
            "SELECT sealed, recovery FROM web.second_factor WHERE factor_id = %s",
            (UUID(chens.factor_id),),
        ).fetchall()
        events = connection.execute("SELECT state FROM eventlog.event").fetchall()
    kept = b"".join([bytes(row[0]), *map(bytes, row[1]), *(bytes(state) for (state,) in events)])

    assert chens.phone.secret not in kept
    for code in chens.recovery_codes:
        assert code.encode() not in kept
        assert code.replace("-", "").encode() not in kept


def test_when_the_table_is_lost_the_door_stays_shut_until_it_is_switched_off(
    chens: Person, zhao: Caller
) -> None:
    with chens.front.company.database.connection() as connection:
        connection.execute("TRUNCATE web.second_factor")

    assert not chens.is_let_in(chens.phone.code())
    assert not chens.is_let_in(chens.recovery_codes[0])
    assert zhao.post(f"{chens.path}/removal", {"reason": "表已丢失"}).status_code == 201


def test_pages_do_all_of_it_without_a_script(front: Front, chen: Caller) -> None:
    browser = front.app.test_client()
    token = chen.headers["Authorization"].removeprefix("Bearer ")
    browser.post("/sign-in", data={"token": token})
    page = browser.get("/preferences").text
    named = re.search(r'name="forgery-token" content="(\w+)"', page)
    assert named
    form = {"forgery_token": named[1]}

    shown = browser.post("/preferences/second-factor", data=form).text
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', shown)
    factor = re.search(r'name="factor_id" value="([\w-]+)"', shown)
    assert secret
    assert factor
    assert 'src="data:image/svg+xml' in shown
    phone = Phone(front, secret[1].replace(" ", ""))
    form["factor_id"] = factor[1]
    confirmation = "/preferences/second-factor/confirmation"
    again = browser.post(confirmation, data={**form, "code": "x"})
    assert (again.status_code, secret[1] in again.text) == (422, True)
    on = browser.post(confirmation, data={**form, "code": phone.code()}).text
    assert len(re.findall(r"<code>(\w{4}-){3}\w{4}</code>", on)) == 10

    front.company.wait(seconds=STEP_SECONDS)
    front.settle()
    removal = "/preferences/second-factor/removal"
    assert browser.post(removal, data={**form, "code": "x"}).location == "/preferences?fault=code"
    assert browser.post(removal, data={**form, "code": phone.code()}).location == "/preferences"
    state = browser.get(f"/api/v1/representatives/{front.company.chen}/second-factor")
    assert state.json["is_on"] is False
