"""Every route of the document, a body that it takes, and whose business it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4


@dataclass(frozen=True)
class Route:
    """A route, a body it takes, and whose business it is.

    `about` is `anybody`, `customer` (in scope), `complaint` (the same), `manager` (and in scope),
    `managers` (of any scope), `authors` (or managers; the author is none of those who ask), `claim`
    (by whoever has customers), `self` (or an administrator), `recipient`, `uploader`, `auditor`
    (or an administrator), `everything` (of the scope all), `oneself` (and nobody else) or `above`
    (oneself, a manager in scope, an administrator).
    """

    method: str
    path: str
    about: str = "anybody"
    body: dict[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path.partition('?')[0]}"


def get(path: str, about: str = "anybody") -> Route:
    return Route("GET", path, about)


def post(path: str, about: str = "anybody", **body: Any) -> Route:
    return Route("POST", path, about, body)


CUSTOMER, COMPLAINT, TASK, CONTRACT, CAMPAIGN, ACTIVITY, REP, IMPORT = (
    "/customers/{customer_id}",
    "/complaints/{complaint_id}",
    "/tasks/{task_id}",
    "/contracts/{contract_id}",
    "/campaigns/{campaign_id}",
    "/activities/{activity_id}",
    "/representatives/{rep_id}",
    "/imports/{import_id}",
)
TEXT = "x"
SOMEBODY = str(uuid4())
BOTH = [{"language": language, "subject": TEXT, "body": TEXT} for language in ("zh", "en")]
ROUTES = (
    post("/customers", name="王五"),
    get("/customers"),
    post("/customers/export", "managers", reason=TEXT),
    post("/imports?kind=customers"),
    get("/imports"),
    get(IMPORT, "uploader"),
    Route("PATCH", IMPORT, "uploader", {"columns": {}}),
    post(f"{IMPORT}/check", "uploader"),
    post(f"{IMPORT}/start", "uploader"),
    post(f"{IMPORT}/cancellation", "uploader"),
    get(f"{IMPORT}/errors", "uploader"),
    get(CUSTOMER, "customer"),
    Route("PATCH", CUSTOMER, "customer", {"importance": "key"}),
    post(f"{CUSTOMER}/contacts", "customer", method="phone"),
    post(f"{CUSTOMER}/quick-notes", "customer", key="1"),
    post(f"{CUSTOMER}/regradings", "customer", grade="A"),
    post(f"{CUSTOMER}/owner-changes", "manager", owner_id=SOMEBODY),
    post(f"{CUSTOMER}/second-owner-changes", "customer", owner_id=None),
    post(f"{CUSTOMER}/return", "manager", reason=TEXT),
    post(f"{CUSTOMER}/verifications", "customer", verification="verified"),
    post(f"{CUSTOMER}/partner-links", "customer", reference="K-1"),
    post(
        f"{CUSTOMER}/purchases", "customer",
        purchased_on="2026-03-01", product="地板", quantity="1", amount="9.50",
    ),
    get(f"{CUSTOMER}/purchases", "customer"),
    get(f"{CUSTOMER}/purchases/totals", "customer"),
    get(f"{CUSTOMER}/history", "customer"),
    get(f"{CUSTOMER}/why", "customer"),
    get(f"{COMPLAINT}/why", "complaint"),
    get(f"{CUSTOMER}/difference?since=2199-01-01", "customer"),
    get("/differences/{compared}?since=1", "everything"),
    get(f"{CUSTOMER}/care-choices", "customer"),
    post(f"{CUSTOMER}/care-choices", "customer", consents={"sms": True}, reason=TEXT),
    post(f"{CUSTOMER}/hold", reason=TEXT),
    post(f"{CUSTOMER}/subject-links", "auditor", reason=TEXT),
    post(f"{CUSTOMER}/hold-lifting", reason=TEXT),
    post(f"{CUSTOMER}/erasure", reason=TEXT),
    get("/erasures", "auditor"),
    get("/erasures/{erased_id}", "auditor"),
    get("/holds", "auditor"),
    get("/greetings"),
    get("/greetings/decided"),
    get("/greetings/{greeting_key}/preview", "customer"),
    post("/greetings/{greeting_key}/reservation", "customer"),
    post("/greetings/{greeting_key}/skipping", "customer", reason=TEXT),
    post(
        "/campaigns", title=TEXT, words=BOTH, starts_on="2026-03-02", ends_on="2026-03-09",
        segment={"tag": TEXT},
    ),
    get("/campaigns"),
    post("/campaigns/preview", segment={"tag": TEXT}),
    get(CAMPAIGN),
    Route("PATCH", CAMPAIGN, "authors", {"title": TEXT}),
    get(f"{CAMPAIGN}/audience"),
    get(f"{CAMPAIGN}/preview?customer_id={{customer_id}}", "customer"),
    post(f"{CAMPAIGN}/approval", "managers"),
    post(f"{CAMPAIGN}/pause", "authors"),
    post(f"{CAMPAIGN}/resumption", "managers"),
    post(f"{CAMPAIGN}/cancellation", "authors", reason=TEXT),
    post(
        f"{CAMPAIGN}/answers", "customer", customer_id="{customer_id}", answer="declined",
        note=TEXT,
    ),
    get(f"{CAMPAIGN}/messages"),
    get(f"{CAMPAIGN}/results"),
    post(
        "/activities", title=TEXT, kind="party", starts_at="2026-04-02T06:00:00Z", place=TEXT,
        capacity=2,
    ),
    get("/activities"),
    get(ACTIVITY),
    Route("PATCH", ACTIVITY, "authors", {"title": TEXT}),
    post(f"{ACTIVITY}/cancellation", "authors", reason=TEXT),
    post(f"{ACTIVITY}/invitations", "customer", customer_ids=["{customer_id}"]),
    post(f"{ACTIVITY}/answers", "customer", customer_id="{customer_id}", comes=False),
    post(f"{ACTIVITY}/attendance", "customer", attended=["{customer_id}"]),
    get(f"{ACTIVITY}/guests"),
    get(f"{ACTIVITY}/results"),
    get("/pool"),
    get("/pool/caps"),
    post("/pool/{customer_id}/claim", "claim"),
    post("/pool/{customer_id}/assignment", "manager", owner_id=SOMEBODY),
    get("/due-list"),
    get("/presence"),
    get("/me/preferences"),
    Route("PATCH", "/me/preferences", "anybody", {"keys": {"skip": "w"}}),
    post("/presence", "filing"),
    get("/due-list/counts"),
    get("/due-list/loads"),
    get("/due-list/session"),
    get("/workload"),
    get("/workload/totals"),
    post("/duplicates/check", name="王小明"),
    post("/search", text="王小明"),
    post("/complaints", "filing", channel="phone", summary=TEXT),
    get("/complaints/burn-down"),
    get("/complaints"),
    get(COMPLAINT, "complaint"),
    get(f"{COMPLAINT}/history", "complaint"),
    post(f"{COMPLAINT}/triage", "complaint", severity="major", pressure="high"),
    post(f"{COMPLAINT}/assignments", "complaint", handler_id=SOMEBODY),
    post(f"{COMPLAINT}/acknowledgement", "complaint"),
    post(f"{COMPLAINT}/investigations", "complaint", cause=TEXT),
    post(f"{COMPLAINT}/resolution", "complaint", solution=TEXT),
    post(f"{COMPLAINT}/outcome-reports", "complaint", channel="phone"),
    post(f"{COMPLAINT}/closing", "complaint"),
    post(f"{COMPLAINT}/reopening", "complaint", reason=TEXT),
    post(f"{COMPLAINT}/pauses", "complaint", reason=TEXT),
    post(f"{COMPLAINT}/resumption", "complaint"),
    post(f"{CUSTOMER}/tasks", "customer", summary=TEXT, due_on="2026-03-09"),
    get("/tasks"),
    get(TASK, "customer"),
    post(f"{TASK}/done", "customer"),
    post(f"{TASK}/drop", "customer", reason=TEXT),
    post(
        "/contracts", "filing", number="HT-2", amount="1.00", signed_on="2026-03-01",
        instalments=[{"due_on": "2026-03-09", "amount": "1.00"}],
    ),
    get("/contracts"),
    get(CONTRACT, "customer"),
    post(f"{CONTRACT}/payments", "customer", amount="1.00"),
    post(f"{CONTRACT}/responsible-changes", "customer", responsible_id=SOMEBODY),
    post(f"{CONTRACT}/closing", "customer", reason=TEXT),
    post(f"{CONTRACT}/cancellation", "customer", reason=TEXT),
    get("/receivables"),
    post("/intake-forms", label="官网", manager_id="{manager_id}"),
    get("/intake-forms"),
    post("/intake-forms/{form_id}/revocation"),
    post(f"{CUSTOMER}/intake-links", "customer", form_id="{form_id}"),
    get("/intake", "managers"),
    post("/intake/{message_id}/assignment", "managers", customer_id=SOMEBODY),
    post("/intake/{message_id}/drop", "managers", reason=TEXT),
    get("/receivables/totals"),
    get("/me"),
    get("/quick-notes"),
    get("/inbox"),
    get("/inbox/unread"),
    post("/inbox/reading", item_ids=["{item_id}"]),
    post("/inbox/{item_id}/reading", "recipient"),
    post("/representatives", login="new", name="New"),
    get("/representatives"),
    get(REP),
    post(f"{REP}/scopes", role="manager", scope="all", team=None, manager_id=None),
    post(f"{REP}/notifications", "self", wants_email=True),
    get(f"{REP}/notifications", "self"),
    post(f"{REP}/handovers/check", to_id=SOMEBODY),
    post(f"{REP}/handovers", to_id=SOMEBODY),
    get("/handovers"),
    get("/handovers/{handover_id}"),
    post("/handovers/{handover_id}/undoing/check"),
    post("/handovers/{handover_id}/undoing"),
    post(f"{REP}/departure"),
    post(f"{REP}/tokens", "self", label="x", grants=["read"], expires_at="2026-03-09T00:00:00Z"),
    get(f"{REP}/tokens", "self"),
    post(f"{REP}/tokens/{{token_id}}/revocation", "self"),
    get(f"{REP}/second-factor", "above"),
    post(f"{REP}/second-factor/enrolments", "oneself"),
    post(f"{REP}/second-factor/confirmations", "oneself", factor_id=SOMEBODY, code="000000"),
    post(f"{REP}/second-factor/removal", "above", reason=TEXT),
    get("/policies"),
    get("/policies/{kind}"),
    get("/policies/{kind}/versions"),
    Route("PATCH", "/policies/{kind}", "anybody", {"content": {}}),
    get("/calendar/days"),
    post("/policies/{kind}/what-if", content={}),
    post("/calendar/days", closed=["2026-12-25"]),
    post("/calendar/holidays", first_year=2026, last_year=2026),
    get("/channels"),
    get("/backlog/obligations"),
    get("/backlog/messages"),
    get("/forecast?on=2099-01-01"),
    get("/forecast/contacts"),
    post("/backlog/{key}/release"),
    post("/backlog/{key}/drop"),
    post("/backlog/messages/{key}/resending", reason=TEXT),
    post("/backlog/messages/{key}/settlement", end="sent", reason=TEXT),
    get("/audit/checkpoints", "auditor"),
    get("/audit/keys", "auditor"),
    get("/audit/accesses", "auditor"),
    get("/audit/proofs/inclusion?position=1", "auditor"),
    get("/audit/proofs/consistency?from=1", "auditor"),
    get("/audit/verifier", "auditor"),
    get(f"{CUSTOMER}/proof", "auditor"),
    post(f"{CUSTOMER}/bundles", "auditor", reason=TEXT, sealed=True),
)  # fmt: skip
