"""Every route, asked by everybody: who may, who may not, and what those learn who may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from api.auth import new_token
from domain import aftercare_commands, commands
from domain.access import Grant, Role, Scope
from domain.delivery import Delivery
from domain.erasure_commands import EraseCustomer
from domain.ids import new_id
from domain.occasion import greeting_key
from domain.priority import ComplaintChannel
from tests.support.audits import KEY
from tests.support.http import V1, Caller, Front, a_front
from tests.support.problems import problem_of
from tests.support.routes import CUSTOMER, REP, ROUTES, Route
from tests.support.servers import Databases
from workers.signing.checkpoint_file import CheckpointFile
from workers.signing.signer import Signer
from workers.uploads import Judged, UploadState

FOR_ROLES = {
    "manager": {Role.MANAGER, Role.ADMINISTRATOR},
    "managers": {Role.MANAGER, Role.ADMINISTRATOR},
    "authors": {Role.MANAGER, Role.ADMINISTRATOR},
    "claim": {Role.MANAGER, Role.REP},
    "auditor": {Role.AUDITOR, Role.ADMINISTRATOR},
    "everything": {Role.AUDITOR, Role.ADMINISTRATOR, Role.INTEGRATION},
}
IN_SCOPE = {"customer", "complaint", "manager", "filing", "claim", "uploader"}
BY_ID = [route for route in ROUTES if route.about in IN_SCOPE]


@dataclass(frozen=True)
class Asker:
    """Who asks: through which token, in which role, and whether Wang's file is in his scope."""

    caller: Caller
    role: Role = Role.REP
    sees: bool = False
    grants: frozenset[Grant] = frozenset({Grant.READ, Grant.WRITE})


class Office:
    """A company whose rep Chen has the customer Wang, with Li as second owner, and a complaint."""

    def __init__(self, front: Front) -> None:
        self.front = front
        company = front.company
        customer_id = company.registers(
            company.chen,
            "王小明",
            phones=("13800138000",),
            birthday="03-05",
            second_owner_id=company.li,
        )
        complaint_id = company.does(
            commands.FileComplaint(
                customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="地板开裂"
            )
        ).subject_id
        handled = company.does(
            commands.FileComplaint(
                customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="门框变形"
            )
        ).subject_id
        company.does(commands.AssignComplaint(complaint_id=handled, handler_id=company.li))
        task = aftercare_commands.OpenTask(
            customer_id=customer_id, summary="送样品", due_on=company.now.date()
        )
        self.askers = self._askers()
        handover_id = company.hands_nothing_over()
        front.settle()
        self._sign()
        (item,) = self.askers["second owner"].caller.get("/inbox").get_json()["items"]
        self.ids = {
            "customer_id": str(customer_id),
            "complaint_id": str(complaint_id),
            "task_id": str(company.does(task).subject_id),
            "contract_id": company.signs(customer_id, "HT-1"),
            **company.hears_from_a_stranger(),
            **company.turns_to(customer_id),
            "rep_id": str(company.chen),
            "handover_id": handover_id,
            "manager_id": str(company.zhao),
            "token_id": self.a_token(),
            "item_id": item["item_id"],
            "greeting_key": str(greeting_key(customer_id, "birthday", "2026")),
            "erased_id": self.an_erased_person(),
            "import_id": self.an_import(),
            "kind": "cadence",
            "compared": "roster",
            "key": str(
                company.tells_in_vain(
                    company.chen, Delivery.Failed, code="550", reason="no such user"
                )
            ),
        }
        self.absent = {name: str(uuid4()) for name in self.ids} | {
            "kind": "cadence",
            "compared": "roster",
        }

    def ask(self, asker: Caller, route: Route, ids: dict[str, str] | None = None) -> TestResponse:
        """Ask for a route; changes name a version that nothing has, so they change nothing."""
        ids = ids or self.ids
        path = route.path.format(**ids)
        if route.method == "GET":
            path, _, query = path.partition("?")
            return asker.get(path, **dict(parse_qsl(query)))
        body = {name: _filled(value, ids) for name, value in (route.body or {}).items()}
        if route.about == "filing":
            body["customer_id"] = ids["customer_id"]
        write = asker.patch if route.method == "PATCH" else asker.post
        return write(path, body, if_match=999_999)

    def _sign(self) -> None:
        read, company = self.front.read, self.front.company
        with TemporaryDirectory() as folder:
            Signer(
                KEY,
                read.leaves,
                read.checkpoints,
                CheckpointFile(Path(folder) / "checkpoints.txt"),
                clock=lambda: company.now,
            ).sign()

    def _askers(self) -> dict[str, Asker]:
        front, company = self.front, self.front.company
        whole = frozenset(Grant)
        read = frozenset({Grant.READ})
        sun = company.joins("sun", team="west")
        auditor = company.joins("he", role=Role.AUDITOR, scope=Scope.ALL)
        qian = company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL)
        program = company.joins("erp", role=Role.INTEGRATION, scope=Scope.ALL)
        elsewhere = company.joins("zhou", role=Role.MANAGER, scope=Scope.TEAM, team="west")
        return {
            "owner": Asker(front.caller(company.chen), sees=True),
            "second owner": Asker(front.caller(company.li), sees=True),
            "colleague": Asker(front.caller(company.wang)),
            "rep elsewhere": Asker(front.caller(sun)),
            "manager": Asker(front.caller(company.zhao), Role.MANAGER, sees=True),
            "manager elsewhere": Asker(front.caller(elsewhere), Role.MANAGER),
            "auditor": Asker(front.caller(auditor), Role.AUDITOR, sees=True, grants=read),
            "administrator": Asker(front.caller(qian), Role.ADMINISTRATOR, sees=True, grants=whole),
            "integration": Asker(front.caller(program), Role.INTEGRATION, sees=True),
            "reading owner": Asker(front.caller(company.chen, Grant.READ), sees=True, grants=read),
        }

    def an_erased_person(self) -> str:
        """Have somebody forgotten and return his id."""
        company = self.front.company
        erased = company.registers(company.wang, "赵六")
        company.does(EraseCustomer(customer_id=erased), why="工单 1")
        return str(erased)

    def an_import(self) -> str:
        """Have Chen check a sheet of which a row is refused; return its id."""
        company, uploads, key = self.front.company, self.front.service.uploads, new_id()
        uploads.add(
            key,
            b"name,phone\nWang,12\n",
            rep_id=company.chen,
            kind="customers",
            settings={},
            findings={},
            now=company.now,
        )
        uploads.begin(key, UploadState.CHECKING, 1, company.now)
        upload = uploads.get(key)
        assert upload is not None
        uploads.finish(upload, Judged(errors=b"refused"), UploadState.CHECKED, company.now)
        return str(key)

    def a_token(self) -> str:
        """Give Chen a token to be revoked and return its id."""
        company, token_id = self.front.company, new_id()
        command = commands.IssueToken(
            rep_id=company.chen,
            token_id=token_id,
            token_sha256=new_token()[1],
            label="to be revoked",
            grants=frozenset({Grant.READ}),
            expires_at=company.now + timedelta(days=1),
        )
        company.does(command)
        return str(token_id)


def _filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled(each, ids) for each in value]
    return value.format(**ids) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def office(databases: Databases) -> Iterator[Office]:
    with databases.a_copy() as address, a_front(address) as front:
        yield Office(front)


def documented(office: Office) -> dict[str, dict[str, Any]]:
    document = json.loads(office.front.app.test_client().get("/api/openapi.json").text)
    return {
        f"{method.upper()} {path.removeprefix(V1)}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if path.startswith(V1) and method != "parameters"
    }


def test_every_route_of_the_document_is_asked_here(office: Office) -> None:
    assert set(documented(office)) == {str(route) for route in ROUTES}


def test_every_write_needs_more_than_reading_unless_it_is_about_oneself(office: Office) -> None:
    needed = {
        name: grant
        for name, operation in documented(office).items()
        for grant in operation["security"][0]["bearer"]
    }

    assert {name for name, grant in needed.items() if grant == "read" and "GET" not in name} == {
        "POST /duplicates/check",
        "POST /customers/export",
        "POST /search",
        "PATCH /me/preferences",
        "POST /campaigns/preview",
        "POST /inbox/reading",
        "POST /inbox/{item_id}/reading",
        f"POST {REP}/notifications",
        f"POST {REP}/tokens",
        f"POST {REP}/tokens/{{token_id}}/revocation",
        f"POST {REP}/second-factor/enrolments",
        f"POST {REP}/second-factor/confirmations",
        f"POST {REP}/second-factor/removal",
        f"POST {CUSTOMER}/bundles",
        f"POST {CUSTOMER}/subject-links",
    }
    assert {name for name, grant in needed.items() if grant == "administer"} == {
        "POST /representatives",
        f"POST {REP}/scopes",
        f"POST {REP}/handovers/check",
        f"POST {REP}/handovers",
        "GET /handovers",
        "GET /handovers/{handover_id}",
        "POST /handovers/{handover_id}/undoing/check",
        "POST /handovers/{handover_id}/undoing",
        f"POST {REP}/departure",
        "POST /intake-forms",
        "GET /intake-forms",
        "POST /intake-forms/{form_id}/revocation",
        "PATCH /policies/{kind}",
        "POST /policies/{kind}/what-if",
        "POST /calendar/days",
        "POST /calendar/holidays",
        "GET /backlog/obligations",
        "GET /forecast",
        "GET /backlog/messages",
        "POST /backlog/{key}/release",
        "POST /backlog/{key}/drop",
        "POST /backlog/messages/{key}/resending",
        "POST /backlog/messages/{key}/settlement",
        f"POST {CUSTOMER}/hold",
        f"POST {CUSTOMER}/hold-lifting",
        f"POST {CUSTOMER}/erasure",
    }


def expected(route: Route, asker: Asker, grant: Grant, name: str) -> set[int]:
    """Return the statuses that `asker` may get; 412 says that only the version was wrong."""
    has_role = asker.role in FOR_ROLES.get(route.about, {asker.role})
    if grant not in asker.grants or not has_role:
        return {403}
    is_himself = name in {"owner", "reading owner"}
    sees = is_himself if route.about == "uploader" else asker.sees
    if route.about in IN_SCOPE and not sees:
        return {404}
    # Reminders tell of customers and go on when the token is void.
    is_leading = name == "reading owner" and str(route) == f"POST {REP}/notifications"
    is_meddling = route.about == "self" and not is_himself
    if is_leading or (is_meddling and asker.role is not Role.ADMINISTRATOR):
        return {403}
    if route.about == "recipient" and name != "second owner":
        return {404}
    if route.method == "GET":
        return {200}
    # 409: nobody leaves before he has handed his customers over, or claims who has an owner; 422:
    # nor does he hand them to somebody who does not work here.
    hands_over = route.path.startswith(f"{REP}/handovers")
    return {422} if hands_over else {200, 201, 202, 409, 412}


def expected_of_a_sign_in(route: Route, asker: Asker, _: Grant, name: str) -> set[int]:
    """Return the statuses where the second factor of the owner is asked about."""
    if route.about == "oneself":
        # 404: nothing of that id was begun.
        return {201, 404} if name == "owner" else {403}
    is_himself = name in {"owner", "reading owner"}
    is_manager = asker.role is Role.MANAGER and asker.sees
    # 422: there is nothing to switch off.
    asked = 200 if route.method == "GET" else 422
    return {asked} if is_himself or is_manager or asker.role is Role.ADMINISTRATOR else {403}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_everybody_gets_what_his_role_and_scope_allow(office: Office, route: Route) -> None:
    grant = Grant(documented(office)[str(route)]["security"][0]["bearer"][0])
    for name, asker in office.askers.items():
        ids = {**office.ids, "token_id": office.a_token()}
        if "import_id" in route.path:
            ids["import_id"] = office.an_import()
        before = office.front.head
        response = office.ask(asker.caller, route, ids)
        of = expected_of_a_sign_in if route.about in {"oneself", "above"} else expected
        assert response.status_code in of(route, asker, grant, name), (name, response.text)
        if response.status_code >= 400:
            assert office.front.head == before, name


@pytest.mark.parametrize("route", BY_ID, ids=str)
def test_out_of_scope_is_told_in_the_same_words_as_absent(office: Office, route: Route) -> None:
    stranger = office.askers["manager elsewhere"].caller
    hidden, absent = (
        problem_of(office.ask(stranger, route, ids), 404, "not-found")
        for ids in (office.ids, office.absent)
    )

    del hidden["instance"], absent["instance"]
    assert hidden == absent


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_nobody_gets_in_without_a_token_that_is_valid_now(office: Office, route: Route) -> None:
    front = office.front
    before = front.head
    malformed = ["", "x", "kezhi_short", new_token()[0]]

    for token in malformed:
        problem_of(office.ask(front.stranger(token), route), 401, "unauthenticated")
    assert front.head == before


def test_ids_in_a_body_are_judged_like_ids_in_an_address(office: Office) -> None:
    owner = office.askers["owner"].caller
    path = "/customers/{customer_id}/second-owner-changes".format(**office.ids)
    version = owner.get("/customers/{customer_id}".format(**office.ids)).get_json()["version"]
    before = office.front.head

    for stranger in (office.ids["customer_id"], str(uuid4())):
        response = owner.post(path, {"owner_id": stranger}, if_match=version)
        told = problem_of(response, 422, "invalid")
        assert told["errors"][0]["pointer"] == "/owner_id"
    assert office.front.head == before
