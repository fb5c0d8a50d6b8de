"""What every list does: open the cursor, read one row more than shown, seal the next cursor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from api.service import the_service
from api.staleness import stale_among

Row = TypeVar("Row")
Page = tuple[dict[str, Any], dict[str, str]]


def listed(
    query: dict[str, Any],
    position: type[tuple[Any, ...]],
    read: Callable[[Any, int], list[Row]],
    key: Callable[[Row], tuple[Any, ...]],
) -> Page:
    """Return body and headers of the page that `query` asks for.

    `read` is given the sort key of the last row seen, None at the beginning, and how many rows to
    read; `key` returns the sort key of a row, whose type is `position`. A stale list names the rows
    on the page that are behind.
    """
    pager = the_service().pager
    asked = pager.requested(query["limit"], query.get("cursor"), position)
    rows = read(asked.after, asked.fetch)
    body, headers = pager.page(asked, rows, key)
    stale = stale_among(rows[: asked.limit])
    if stale is not None:
        body["stale"] = stale
    return body, headers
