"""The document and the answers say the same, whatever is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.intake_tickets import NIL, Ticket, Use
from api.pages.resources import PAGES
from domain import aftercare_commands, commands
from domain.access import Role, Scope
from domain.delivery import Delivery
from domain.erasure_commands import EraseCustomer
from domain.occasion import greeting_key
from domain.priority import ComplaintChannel
from tests.support.http import Front, a_front
from tests.support.servers import Databases

EXAMPLES = 6
"""How many requests of each kind an operation is sent; the same ones in every run."""

TAKES_NOTHING = {"live", "ready", "showMetrics", "showSubjectLink", "takeSubjectExport"}
"""What can be asked in one way only, or for which any text will do."""

FILES = {"style"}
"""What is sent as it lies on the disk, of a kind that no schema describes."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


class Subjects:
    """What the generated requests are about: ids that exist, and their versions."""

    def __init__(self, front: Front) -> None:
        self.front = front
        company = front.company
        erased_id = self._whom_to_forget()
        company.does(EraseCustomer(customer_id=erased_id), why="本人要求")
        customer_id = company.registers(
            company.chen, "王小明", phones=("13800138000",), birthday="03-05"
        )
        filing = commands.FileComplaint(
            customer_id=customer_id, channel=ComplaintChannel.PHONE, summary="地板开裂"
        )
        complaint_id = company.does(filing).subject_id
        company.does(commands.AssignComplaint(complaint_id=complaint_id, handler_id=company.li))
        task = aftercare_commands.OpenTask(
            customer_id=customer_id, summary="送样品", due_on=company.now.date()
        )
        qian = company.joins("qian", role=Role.ADMINISTRATOR, scope=Scope.ALL)
        company.does(commands.AssignComplaint(complaint_id=complaint_id, handler_id=qian))
        self.administrator = front.caller(qian)
        (item,) = self.administrator.get("/inbox").get_json()["items"]
        (token,) = self.administrator.get(f"/representatives/{qian}/tokens").get_json()["items"]
        self.ids: dict[str, Any] = {
            "customer_id": str(customer_id),
            "erased_id": str(erased_id),
            "complaint_id": str(complaint_id),
            "task_id": str(company.does(task).subject_id),
            "contract_id": company.signs(customer_id, "HT-1"),
            **company.hears_from_a_stranger(),
            **company.turns_to(customer_id),
            "rep_id": str(company.wang),
            "handover_id": company.hands_nothing_over(),
            "item_id": item["item_id"],
            "greeting_key": str(greeting_key(customer_id, "birthday", "2026")),
            "token_id": token["token_id"],
            "import_id": self._an_import(),
            "kind": "cadence",
            "compared": "roster",
            "ticket": a_ticket(front, customer_id),
            "key": str(company.tells_in_vain(company.wang, Delivery.Unknown, reason="cut")),
        }

    def fill(self, case: Any) -> None:
        """Let a generated request be about something that exists, at its version."""
        case.headers = {**(case.headers or {}), **self.administrator.headers}
        ids = self.ids
        if case.operation.path.endswith("/erasure"):
            ids = {**ids, "customer_id": str(self._whom_to_forget())}
        for name in case.path_parameters or {}:
            case.path_parameters[name] = ids[name]
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(uuid4())
        if "If-Match" in case.headers:
            case.headers["If-Match"] = f'"v{self._version(case.operation.path, ids)}"'

    def _an_import(self) -> str:
        uploaded = self.administrator.upload(b"name,phone\nWang,12\n", kind="customers")
        return str(uploaded.get_json()["id"])

    def _whom_to_forget(self) -> UUID:
        return self.front.company.registers(self.front.company.chen, "将被遗忘")

    def _version(self, path: str, ids: dict[str, Any]) -> int:
        for name, kind in (
            ("customer_id", "/customers"), ("complaint_id", "/complaints"),
            ("campaign_id", "/campaigns"), ("activity_id", "/activities"),
            ("task_id", "/tasks"), ("contract_id", "/contracts"),
            ("rep_id", "/representatives"), ("kind", "/policies"),
        ):  # fmt: skip
            if f"{{{name}}}" in path:
                shown = self.administrator.get(f"{kind}/{ids[name]}").get_json()
                return int(shown["version"])
        if "/calendar/" in path:
            return int(self.administrator.get("/policies/calendar").get_json()["version"])
        return 1


def a_ticket(front: Front, customer_id: UUID) -> str:
    """Return the ticket of a link by which somebody fetches what is held about him."""
    expires_at = front.company.now + timedelta(days=1)
    return front.service.tickets.seal(Ticket.fresh(Use.SUBJECT, customer_id, expires_at), NIL)


@pytest.fixture(scope="module")
def subjects(databases: Databases) -> Iterator[Subjects]:
    with databases.a_copy() as address, a_front(address) as front:
        yield Subjects(front)


def operations() -> list[str]:
    """Return the id of every operation that the blueprints document."""
    from api.public.resources import PUBLIC  # noqa: PLC0415
    from api.v1.health import blueprint as health  # noqa: PLC0415
    from api.v1.resources import BLUEPRINTS  # noqa: PLC0415

    return [
        operation["manual_doc"]["operationId"]
        for blueprint in (*BLUEPRINTS, *PUBLIC, health)
        for endpoint in blueprint._docs.values()
        for method, operation in endpoint.items()
        if method != "parameters"
    ]


def document(front: Front) -> dict[str, Any]:
    return dict(json.loads(front.app.test_client().get("/api/openapi.json").text))


def test_the_document_is_valid_and_lists_every_route(front: Front) -> None:
    described = document(front)
    validate(described)

    pages = [f"{page.name}." for page in PAGES]
    routes = {
        (method.lower(), _documented(str(rule)))
        for rule in front.app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
        and not rule.endpoint.startswith(("static", "api_docs", *pages))
    }
    listed = {
        (method, path)
        for path, operations in described["paths"].items()
        for method in operations
        if method != "parameters"
    }
    assert listed == routes


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(front: Front) -> None:
    described = [
        operation
        for operations in document(front)["paths"].values()
        for method, operation in operations.items()
        if method != "parameters"
    ]
    names = [operation["operationId"] for operation in described]

    assert len(set(names)) == len(names) == len(operations())
    assert all(operation["summary"] for operation in described)
    assert all("security" in operation for operation in described)


@pytest.mark.parametrize(
    ("operation_id", "mode"),
    [
        (operation_id, mode)
        for operation_id in operations()
        if operation_id not in FILES
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        if mode is GenerationMode.POSITIVE or operation_id not in TAKES_NOTHING
    ],
)
def test_whatever_is_asked_is_answered_as_documented(
    subjects: Subjects, operation_id: str, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", subjects.front.app)
    operation = schema.find_operation_by_id(operation_id)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        subjects.fill(case)
        before = subjects.front.head
        response = case.call()
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert subjects.front.head == before

    ask()


def _documented(rule: str) -> str:
    """Return the path of a route as the document writes it."""
    parts = [
        "{" + part.strip("<>").rpartition(":")[2] + "}" if part.startswith("<") else part
        for part in rule.split("/")
    ]
    return "/".join(parts)
