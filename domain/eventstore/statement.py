"""An SQL statement that is sent again and again."""

from __future__ import annotations

from typing import LiteralString, Self

from psycopg.abc import AdaptContext
from psycopg.sql import SQL, Composable, Composed


class Statement(Composed):
    """A statement that is put into words once: rendering one costs more than many a query."""

    _words: bytes | None = None

    @classmethod
    def of(cls, text: LiteralString, **parts: Composable) -> Self:
        """Return `text` with the parts filled in that stand in its braces."""
        return cls([SQL(text).format(**parts)])

    def as_bytes(self, context: AdaptContext | None = None) -> bytes:
        """Return the words; our connections all speak UTF-8."""
        if self._words is None:
            self._words = super().as_bytes(context)
        return self._words
