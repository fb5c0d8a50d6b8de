"""What can be wrong with a sheet: as a whole, in one row, in one cell."""

from __future__ import annotations

from dataclasses import dataclass

from api.messages import Phrase


class SheetError(Exception):
    """The sheet cannot be read at all; `code` and `values` make the message."""

    def __init__(self, code: str, **values: object) -> None:
        """Keep the catalogue's `code` and the `values` its text names."""
        self.code = code
        self.values = values
        super().__init__(Phrase(code, **values))


class CellError(ValueError):
    """One cell does not hold what its column should; the row can be mended and fed again."""

    def __init__(self, code: str, **values: object) -> None:
        """Keep the sentence about the cell."""
        self.message = Phrase(code, **values)
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, and in which column when it is one cell's fault."""

    message: Phrase
    column: str | None = None
