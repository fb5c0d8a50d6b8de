"""What every write does: carry a command out, show what it is about, name its version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.representations import replay_headers
from api.service import carry_out
from domain.commands import Command

Answer = tuple[dict[str, Any], dict[str, str]]


def written(
    command: Command,
    shown: Callable[[Any], dict[str, Any]],
    idempotency_key: str,
    *,
    expected_version: int | None = None,
    why: str = "",
) -> Answer:
    """Return body and headers of the answer to a write; `shown` makes the body of its subject."""
    receipt = carry_out(
        command, why=why, expected_version=expected_version, idempotency_key=idempotency_key
    )
    return shown(receipt.subject), replay_headers(receipt)
