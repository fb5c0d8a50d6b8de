"""Money: exact amounts, each with its currency, never a binary fraction."""

from __future__ import annotations

import re
from decimal import Decimal

from domain.errors import InvalidError

_CURRENCY = re.compile(r"[A-Z]{3}")


def require_currency(text: str) -> None:
    """Raise InvalidError unless `text` is a currency code such as CNY (ISO 4217)."""
    if not _CURRENCY.fullmatch(text):
        raise InvalidError(field="currency", problem="not-a-currency", value=text)


def require_positive(amount: Decimal, field: str) -> None:
    """Raise InvalidError unless `amount`, given in `field`, is more than nothing."""
    if not (amount.is_finite() and amount > 0):
        raise InvalidError(field=field, problem="out-of-range")
