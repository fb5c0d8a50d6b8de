"""How a failure is logged: where it happened, never with which values.

The message of a database error may quote a whole row, so only types and places are kept.
"""

from __future__ import annotations

import traceback

MAX_PLACES = 12


def trail(error: BaseException) -> dict[str, object]:
    """Return the type of `error`, the types of its causes and the innermost places it passed."""
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < MAX_PLACES:
        causes.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    places = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-MAX_PLACES:]
    ]
    return {"error": type(error).__qualname__, "causes": causes, "places": places}
