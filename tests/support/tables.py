"""Tables of a read model, built from the same events in other batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.sql import SQL, Identifier

from projections.read_model import ReadModel, Recorded
from tests.support.care import Company


def built(
    company: Company, kind: type[ReadModel], batches: Sequence[Sequence[Recorded]]
) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table of `kind` after `batches`, as text and sorted."""
    schema = f"{kind.name}_tried"
    model = kind(schema=schema)
    with company.database.transaction() as connection:
        model.create_tables(connection)
        model.create_indexes(connection)
        for batch in batches:
            if wanted := kind.wanted(batch):
                model.apply(connection, wanted)
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)
        ).fetchall()
        rows = {
            table: connection.execute(
                SQL("SELECT t::text FROM {} t ORDER BY 1").format(Identifier(schema, table))
            ).fetchall()
            for (table,) in tables
        }
        connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema)))
    return rows
