"""What auditors ask for and get: checkpoints, keys, proofs and bundles."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.v1.schemas.base import (
    EnumText,
    Flag,
    Id,
    Instant,
    LocalDate,
    StrictSchema,
    Text,
    WholeNumber,
)
from api.v1.schemas.query import PageQuery, QueryNumber
from api.v1.schemas.rows import schema_of
from domain.access_record import AccessKind
from projections.accesses import queries as accesses

MAX_REASON = 500


class Checkpoint(Schema):
    """The log at one moment, as the signer signed it."""

    origin = fields.String(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True, metadata={"description": "Base64, as in the note."})
    signed_at = Instant(required=True, allow_none=True)
    note = fields.String(required=True, metadata={"description": "c2sp.org/tlog-checkpoint"})


AccessRow = schema_of(accesses.AccessRow)


class AccessQuery(PageQuery):
    """Which recorded reads to list, the newest first; days are those of the company's zone."""

    reader_id = Id(metadata={"description": "Only what this representative looked at."})
    customer_id = Id()
    access = EnumText(AccessKind)
    since = LocalDate(metadata={"description": "The first day that counts."})
    until = LocalDate(metadata={"description": "The last day that counts."})


class VerifierKey(Schema):
    """A key that has signed checkpoints; an auditor gets it from elsewhere and compares."""

    key = fields.String(required=True, metadata={"description": "c2sp.org/signed-note"})
    since = Instant(required=True)


class Leaf(Schema):
    """What the log keeps of an event to prove it by; hashes in hexadecimal."""

    position = fields.Integer(required=True)
    stream = fields.UUID(required=True)
    version = fields.Integer(required=True)
    topic = fields.String(required=True)
    state_hash = fields.String(required=True)
    hash = fields.String(required=True)


class InclusionQuery(StrictSchema):
    """Which event is to be proved, among how many; by default under the newest checkpoint."""

    position = QueryNumber(1, required=True)
    size = QueryNumber(1)


class InclusionProof(Schema):
    """That an event is among the first `size` (RFC 6962, section 2.1.1); hashes in base64."""

    leaf = fields.Nested(Leaf, required=True)
    size = fields.Integer(required=True)
    hashes = fields.List(fields.String(), required=True)
    proof = fields.String(
        required=True, metadata={"description": "The same as one text: c2sp.org/tlog-proof@v1"}
    )


class ConsistencyQuery(StrictSchema):
    """From how many events to how many; by default to the newest checkpoint."""

    old = QueryNumber(1, required=True, data_key="from")
    new = QueryNumber(1, data_key="to")


class ConsistencyProof(Schema):
    """That the longer log begins with the shorter (RFC 6962, section 2.1.2); hashes in base64."""

    old = fields.Integer(required=True, data_key="from")
    new = fields.Integer(required=True, data_key="to")
    hashes = fields.List(fields.String(), required=True)


class StreamProof(Schema):
    """The chain of a stream, and the proof of its last event that is signed."""

    stream = fields.UUID(required=True)
    leaves = fields.List(fields.Nested(Leaf), required=True)
    position = fields.Integer(required=True)
    hashes = fields.List(fields.String(), required=True)


class CustomerProof(Schema):
    """The chains of every stream about a customer, proved under one checkpoint."""

    customer_id = fields.UUID(required=True)
    checkpoint = fields.Nested(Checkpoint, required=True)
    streams = fields.List(fields.Nested(StreamProof), required=True)
    left_out = fields.Dict(
        keys=fields.UUID(),
        values=fields.List(fields.Integer()),
        required=True,
        metadata={
            "description": "Activities, which are about others too, each with the positions at"
            " which they are about him; `GET /audit/proofs/inclusion` proves these."
        },
    )


class BundleRequest(StrictSchema):
    """Why a bundle is taken, and what goes into it.

    A sealed bundle holds no readable content and no key. One that is not sealed outlives an erasure
    of the person, as paper does; so it has to be said which it is, and that is recorded. `since` is
    the size of a checkpoint that the auditor holds already.
    """

    reason = Text(MAX_REASON, required=True)
    sealed = Flag(required=True)
    since = WholeNumber(1, load_default=None, allow_none=True)
