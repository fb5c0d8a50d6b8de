"""What auditors need (审计): checkpoints, keys, proofs, bundles and the verifier itself (D13)."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any
from uuid import UUID

from flask import Response

from api.blueprints import Blueprint
from api.evidence import proof
from api.evidence.bundle import write_bundle
from api.evidence.order import Order
from api.messages import Phrase
from api.problems import FieldProblem, Problem
from api.service import carry_out, the_principal, the_service
from api.v1.customers import customer_or_erased, visible_customer
from api.v1.lists import listed
from api.v1.schemas import audit as schemas
from api.v1.schemas.query import PageQuery
from api.v1.schemas.rows import list_of, page_of
from domain import commands
from domain.access import Grant
from domain.access_record import AccessKind
from domain.audit.notes import Checkpoint
from domain.audit.one_file import NAME, one_file
from domain.errors import NotFoundError, NotSignedError
from domain.eventstore.tree import LeafRow
from projections.accesses.queries import AccessFilters
from projections.bootstrap import ReadSide
from projections.journal.projection import JournalProjection

blueprint = Blueprint("audit", "audit", description="审计 Audit")

INDEXED_WITHIN = 2.0
"""Seconds that a proof waits for the index of histories to know what was signed."""

Answer = tuple[dict[str, Any], dict[str, str]]


@blueprint.get("/audit/checkpoints", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.Checkpoint))
@blueprint.arguments(PageQuery, location="query")
def list_checkpoints(query: dict[str, Any]) -> Answer:
    """List what the signer has signed, the newest first."""
    return checkpoint_page(query)


def checkpoint_page(query: dict[str, Any]) -> Answer:
    """Return the page of checkpoints that `query` asks for."""
    checkpoints = _read().checkpoints
    page, headers = listed(
        query,
        tuple[int],
        lambda after, limit: checkpoints.page(after[0] if after else None, limit),
        lambda checkpoint: (checkpoint.size,),
    )
    return {**page, "items": [_checkpoint(each) for each in page["items"]]}, headers


@blueprint.get("/audit/accesses", needs=Grant.READ)
@blueprint.shows(200, page_of(schemas.AccessRow))
@blueprint.arguments(schemas.AccessQuery, location="query")
def list_accesses(query: dict[str, Any]) -> Answer:
    """List who looked into whose past, what he took away and why (查阅记录), the newest first."""
    return access_page(query)


def access_page(query: dict[str, Any]) -> Answer:
    """Return the page of recorded reads that `query` asks for."""
    accesses = _read().accesses
    names = ("reader_id", "customer_id", "access", "since", "until")
    filters = AccessFilters(**{name: query.get(name) for name in names})
    return listed(
        query,
        tuple[int],
        lambda after, limit: accesses.page(filters, after[0] if after else None, limit),
        lambda row: (row.position,),
    )


@blueprint.get("/audit/keys", needs=Grant.READ)
@blueprint.shows(200, list_of(schemas.VerifierKey))
def list_verifier_keys() -> Answer:
    """List the keys that have signed, the newest first.

    An auditor gets the key from somebody else and compares: whoever could change the log could
    change this list.
    """
    keys = _read().checkpoints.verifier_keys()
    return {"items": [{"key": key, "since": since} for key, since in keys]}, {}


@blueprint.get("/audit/proofs/inclusion", needs=Grant.READ)
@blueprint.shows(200, schemas.InclusionProof)
@blueprint.arguments(schemas.InclusionQuery, location="query")
def prove_inclusion(query: dict[str, Any]) -> Answer:
    """Prove that an event is in the log that was signed."""
    read, position = _read(), query["position"]
    checkpoint = _signed(read, query.get("size"))
    if position > checkpoint.size:
        raise NotSignedError
    leaf = read.leaves.row(position)
    if leaf is None:
        raise NotFoundError(of="event", id=str(position))
    hashes = proof.inclusion(read, position, checkpoint.size)
    shown = {
        "leaf": _leaf(leaf),
        "size": checkpoint.size,
        "hashes": _texts(hashes),
        "proof": proof.as_text(position, hashes, checkpoint),
    }
    return shown, {}


@blueprint.get("/audit/proofs/consistency", needs=Grant.READ)
@blueprint.shows(200, schemas.ConsistencyProof)
@blueprint.arguments(schemas.ConsistencyQuery, location="query")
def prove_consistency(query: dict[str, Any]) -> Answer:
    """Prove that a longer log begins with a shorter one."""
    read = _read()
    newest = proof.newest_checkpoint(read).size
    old, new = query["old"], query.get("new") or newest
    if new > newest:
        raise NotSignedError
    if old > new:
        wrong = Phrase("field-out-of-range", minimum=1, maximum=new)
        raise Problem(422, "invalid", errors=[FieldProblem(wrong, parameter="from")])
    hashes = proof.consistency(read, old, new)
    return {"from": old, "to": new, "hashes": _texts(hashes)}, {}


@blueprint.get("/audit/verifier", needs=Grant.READ)
@blueprint.alt_response(
    200,
    schema={"type": "string", "format": "binary"},
    content_type="application/zip",
    success=True,
)
def download_verifier() -> Response:
    """Download the verifier: one file that needs Python and `cryptography` and no network."""
    the_principal().require_auditor()
    return _download(one_file(), NAME)


@blueprint.get("/customers/<uuid:customer_id>/proof", needs=Grant.READ)
@blueprint.shows(200, schemas.CustomerProof)
def prove_customer(customer_id: UUID) -> Answer:
    """Prove everything that is stored about a customer, without showing what it says."""
    read = _read()
    proved = proof.prove(read, customer_or_erased(customer_id).id, _covered(read))
    streams = [
        {
            "stream": each.stream,
            "leaves": [_leaf(leaf) for leaf in each.leaves],
            "position": each.position,
            "hashes": _texts(each.hashes),
        }
        for each in proved.streams
    ]
    checkpoint = _checkpoint(proved.checkpoint)
    shown = {"customer_id": customer_id, "checkpoint": checkpoint, "streams": streams}
    return {**shown, "left_out": proved.left_out}, {}


@blueprint.post("/customers/<uuid:customer_id>/bundles", needs=Grant.READ)
@blueprint.idempotent
@blueprint.alt_response(
    200,
    schema={"type": "string", "format": "binary"},
    content_type="application/zip",
    success=True,
)
@blueprint.arguments(schemas.BundleRequest)
def take_bundle(body: dict[str, Any], customer_id: UUID, idempotency_key: str) -> Response:
    """Take a customer's evidence bundle away; who took it and why is recorded first.

    It holds the stored events, what they say in both languages, the key to check that by, proofs
    and checkpoints. `kezhi-audit verify` checks it.
    """
    read, service = _read(), the_service()
    customer = visible_customer(customer_id)
    checkpoint = _covered(read)
    access = AccessKind.SEALED_BUNDLE if body["sealed"] else AccessKind.BUNDLE
    command = commands.RecordAccess(customer_id=customer.id, access=access)
    carry_out(command, why=body["reason"], idempotency_key=idempotency_key)
    order = Order(
        customer_id=customer.id,
        made_by=the_principal().name,
        made_at=service.now(),
        why=body["reason"],
        is_sealed=body["sealed"],
        since=body["since"],
    )
    made = io.BytesIO()
    write_bundle(read, order, checkpoint, made)
    return _download(made.getvalue(), f"kezhi-{customer.id}.zip")


def _read() -> ReadSide:
    """Return the read side, to auditors and administrators of the whole company only."""
    the_principal().require_auditor()
    return the_service().read


def _signed(read: ReadSide, size: int | None) -> Checkpoint:
    """Return the checkpoint of `size`, by default the newest."""
    if size is None:
        return proof.newest_checkpoint(read)
    checkpoint = read.checkpoints.of_size(size)
    if checkpoint is None:
        raise NotFoundError(of="checkpoint", id=str(size))
    return checkpoint


def _covered(read: ReadSide) -> Checkpoint:
    """Return the newest checkpoint, once the index of histories knows all that it covers."""
    checkpoint = proof.newest_checkpoint(read)
    if not read.watch.wait_for(checkpoint.size, INDEXED_WITHIN, {JournalProjection.name}):
        raise Problem(503, "unavailable")
    return checkpoint


def _checkpoint(checkpoint: Checkpoint) -> dict[str, Any]:
    return {**checkpoint._asdict(), "root": b64encode(checkpoint.root).decode()}


def _leaf(leaf: LeafRow) -> dict[str, Any]:
    return {**leaf._asdict(), "state_hash": leaf.state_hash.hex(), "hash": leaf.hash.hex()}


def _texts(hashes: list[bytes]) -> list[str]:
    return [b64encode(each).decode() for each in hashes]


def _download(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type="application/zip", headers=headers)
