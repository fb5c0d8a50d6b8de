"""Everything the domain refuses, in one hierarchy.

Each class has a stable `code`; `fields` holds what happened in plain values, from which the edges
make the sentence a person reads, in Chinese or English. Nothing is stored when one is raised.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class ErrorKind(StrEnum):
    """What kind of refusal it is; each edge maps kinds, not classes, to its own answers."""

    NOT_FOUND = "not_found"
    INVALID = "invalid"
    REFUSED = "refused"
    CONFLICT = "conflict"
    STALE = "stale"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"
    GONE = "gone"


class CareError(Exception):
    """A refusal that a person can understand and act on."""

    code: ClassVar[str] = "refused"
    kind: ClassVar[ErrorKind] = ErrorKind.REFUSED

    def __init__(self, **fields: object) -> None:
        """Keep `fields`, the plain values that the message is made of."""
        self.fields = fields
        super().__init__(f"{self.code} {fields}" if fields else self.code)


class NotFoundError(CareError):
    """There is no such thing, or it is out of the principal's scope: both answer alike (D11)."""

    code = "not-found"
    kind = ErrorKind.NOT_FOUND


class ForbiddenError(CareError):
    """The principal's role or token does not allow this action at all."""

    code = "forbidden"
    kind = ErrorKind.FORBIDDEN


class SecondFactorRequiredError(CareError):
    """It takes a sign-in with a code of the second factor that one has now."""

    code = "second-factor-required"
    kind = ErrorKind.FORBIDDEN


class ErasedError(CareError):
    """The person was erased, so nothing can be done about him any more; `customer_id` names him."""

    code = "erased"
    kind = ErrorKind.GONE


class LegalHoldError(CareError):
    """The customer is under a legal hold: lift it before he is erased (D12)."""

    code = "legal-hold"
    kind = ErrorKind.CONFLICT


class InvalidError(CareError):
    """A value cannot mean what it says; `field` names it and `problem` tells why."""

    code = "invalid"
    kind = ErrorKind.INVALID


class StaleVersionError(CareError):
    """Somebody else changed it since; `current` is the version to look at before trying again."""

    code = "stale-version"
    kind = ErrorKind.STALE


class BusyError(CareError):
    """Too many others changed the same thing at once; nothing was stored, try again."""

    code = "busy"
    kind = ErrorKind.UNAVAILABLE


class EventTooLargeError(CareError):
    """One event would exceed `limit` bytes (64 KiB); shorten the text, nothing was stored."""

    code = "event-too-large"


class KeyReusedError(CareError):
    """The Idempotency-Key was used before for a different request."""

    code = "idempotency-key-reused"


class DuplicateCustomerError(CareError):
    """The identity is taken by another customer (撞单); `field` and `customer_id` name it (X19)."""

    code = "duplicate-customer"
    kind = ErrorKind.CONFLICT


class LoginTakenError(CareError):
    """Another representative has this login."""

    code = "login-taken"
    kind = ErrorKind.CONFLICT


class NothingChangedError(CareError):
    """The command would change nothing, so there is nothing to record."""

    code = "nothing-changed"


class ReasonRequiredError(CareError):
    """The action is only allowed with a reason; `field` names where it goes."""

    code = "reason-required"


class DeferralNeedsReasonError(ReasonRequiredError):
    """A next date later than the cadence allows needs `defer_reason` (X9, D8)."""

    code = "deferral-needs-reason"


class PastDateError(CareError):
    """The next contact date lies before the day of the contact."""

    code = "past-date"


class FutureDateError(CareError):
    """Something is said to have happened on a day that has not come yet."""

    code = "future-date"


class UnknownQuickNoteError(CareError):
    """No quick note (快捷键信息) has this key."""

    code = "unknown-quick-note"
    kind = ErrorKind.NOT_FOUND


class WrongStageError(CareError):
    """The complaint is not at a stage where this step makes sense; `stage` says where it is."""

    code = "wrong-stage"
    kind = ErrorKind.CONFLICT


class TakenFromPoolError(CareError):
    """Somebody else was quicker: the customer has an owner and is not in the pool any more."""

    code = "taken-from-pool"
    kind = ErrorKind.CONFLICT


class CoolingDownError(CareError):
    """Whoever lost the customer to the pool may claim him again from `until` on only (D10)."""

    code = "cooling-down"
    kind = ErrorKind.CONFLICT


class ClaimLimitError(CareError):
    """So many customers were claimed today that it is enough: `limit` a day (D10)."""

    code = "claim-limit"
    kind = ErrorKind.CONFLICT


class HeldLimitError(CareError):
    """He owns `held` customers already; whoever owns `limit` claims no more (D10)."""

    code = "held-limit"
    kind = ErrorKind.CONFLICT


class StillLooksAfterError(CareError):
    """He still looks after customers or open complaints: hand them over first (R58)."""

    code = "still-looks-after-customers"
    kind = ErrorKind.CONFLICT


class MovedMeanwhileError(CareError):
    """Somebody else was made to look after it by now, who is not to lose it."""

    code = "moved-meanwhile"
    kind = ErrorKind.CONFLICT


class AlreadyDecidedError(CareError):
    """The occasion was decided on before: the customer was greeted, or was not to be."""

    code = "already-decided"
    kind = ErrorKind.CONFLICT


class OwnApprovalError(CareError):
    """Whoever wrote a campaign does not approve it: somebody else has to read it."""

    code = "own-approval"
    kind = ErrorKind.FORBIDDEN


class ActivityFullError(CareError):
    """All places of the activity are given away: `capacity`; the guest may wait for one."""

    code = "activity-full"
    kind = ErrorKind.CONFLICT


class AlreadyEndedError(CareError):
    """The message ended otherwise than this step needs; `end` says how."""

    code = "already-ended"
    kind = ErrorKind.CONFLICT


class DuplicateContractError(CareError):
    """There is a contract under this number already (R67); `field` names it."""

    code = "duplicate-contract"
    kind = ErrorKind.CONFLICT


class AlreadyOverError(CareError):
    """A task, a contract or a message is done with; `state` says how."""

    code = "already-over"
    kind = ErrorKind.CONFLICT


class RepresentativeLeftError(CareError):
    """The representative has left, so nothing new may be given to him or done by him."""

    code = "representative-left"


class NotSignedError(CareError):
    """Nothing is signed yet, or not so far as was asked; the signer signs once a minute (D13)."""

    code = "not-signed-yet"
    kind = ErrorKind.CONFLICT


class LogDamagedError(CareError):
    """No proof can be made, because a leaf that was there is gone: somebody changed the log."""

    code = "log-damaged"
    kind = ErrorKind.CONFLICT
