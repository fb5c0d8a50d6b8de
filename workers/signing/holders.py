"""Outside holders (外部持有人): whoever keeps checkpoints where the operator cannot change them."""

from __future__ import annotations

import base64
import logging
from datetime import datetime, timedelta

from domain.audit.notes import Checkpoint
from workers.channels.base import Accepted, Channel, Message

logger = logging.getLogger(__name__)

SUBJECT = "客志检查点 Kezhi checkpoint: {origin}, {size}"
TEXT = """\
请保存此邮件。日后凭它可以证明此前的 {size} 条记录没有被改动：
Keep this mail. It will prove that the {size} events up to now have not been changed:

kezhi-audit verify FILE --key KEY --checkpoint THIS

{note}"""


class Holder:
    """Sends checkpoints to one recipient through a channel, at most one in every `pause`."""

    def __init__(
        self, channel: Channel, recipient: str, pause: timedelta, secrets: tuple[str, ...] = ()
    ) -> None:
        """Send nothing yet; `secrets` are what calls to a webhook are signed with."""
        self._channel = channel
        self._recipient = recipient
        self._pause = pause
        self._secrets = secrets
        self._held: Checkpoint | None = None
        self._sent_at: datetime | None = None

    def offer(self, checkpoint: Checkpoint, now: datetime) -> None:
        """Send a checkpoint unless it is held already or the last one was sent lately.

        What cannot be sent now is logged and offered again.
        """
        if self._held == checkpoint or (self._sent_at and now - self._sent_at < self._pause):
            return
        outcome = self._channel.send(f"checkpoint-{checkpoint.size}", self._message(checkpoint))
        self._channel.close()
        if isinstance(outcome, Accepted):
            self._held, self._sent_at = checkpoint, now
            logger.info("checkpoint-held", extra={"size": checkpoint.size})
        else:
            logger.warning("checkpoint-not-held", extra={"reason": outcome.reason})

    def _message(self, checkpoint: Checkpoint) -> Message:
        facts = {
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": base64.b64encode(checkpoint.root).decode(),
            "note": checkpoint.note,
        }
        signed_at = checkpoint.signed_at.isoformat() if checkpoint.signed_at else None
        return Message(
            recipient=self._recipient,
            subject=SUBJECT.format(**facts),
            text=TEXT.format(**facts),
            payload={"type": "checkpoint.signed", "timestamp": signed_at, "data": facts},
            secrets=self._secrets,
        )
