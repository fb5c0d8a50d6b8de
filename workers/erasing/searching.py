"""Looks for what is left of a person: in every table, in statistics, in the files of the store."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.eventstore.database import Connection, Database
from projections.read_model import ReadModel

TELLING = 4
"""Characters from which on a text tells one person from others, wherever it is found."""

BLOCK = 1 << 20
LONGEST = 48
"""Bytes of a text that are looked for in files: more tell no more."""

_HASHED = frozenset({"event", "leaf"})
"""What holds personal data encrypted only; nothing of it can be found as text."""


@dataclass(slots=True)
class Findings:
    """How much was looked through, by kind, and where something was found.

    `left` are rows that bear his id where none may; `alike` is where somebody else's row, or a
    file, holds the same phone, e-mail or name, for a person to look at.
    """

    searched: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    alike: Counter[str] = field(default_factory=Counter)

    @property
    def found(self) -> dict[str, int]:
        """Everything that was found, by place."""
        return dict(self.left + self.alike)


def search(
    database: Database,
    kinds: Sequence[type[ReadModel]],
    ids: Collection[UUID],
    values: Collection[str],
    folders: Sequence[Path],
) -> Findings:
    """Look for rows with `ids` in the read models `kinds`, and for `values` everywhere.

    `folders` are searched file by file, in the encodings in which a text may lie there.
    """
    findings = Findings()
    telling = sorted({value for value in values if len(value) >= TELLING})
    with database.transaction() as connection:
        connection.execute("SET LOCAL statement_timeout = 0")
        # Also the tables that a rebuild could not drop because somebody read them.
        purged = {name for kind in kinds for name in (kind.name, f"{kind.name}__old")}
        for schema, table, columns in _tables(connection):
            if schema in purged:
                _find_ids(connection, (schema, table), columns, ids, findings)
            if telling and table not in _HASHED:
                _find_values(connection, (schema, table), telling, findings)
        if telling:
            _find_values(connection, ("pg_catalog", "pg_stats"), telling, findings)
    if telling:
        _find_in_files(folders, telling, findings)
    return findings


def _tables(connection: Connection) -> list[tuple[str, str, list[str]]]:
    """Return every table that may be read, with its columns of ids."""
    return connection.execute(
        "SELECT nspname, relname, coalesce(array_agg(attname) FILTER (WHERE attname IS NOT NULL),"
        " '{}') FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " LEFT JOIN pg_attribute a ON attrelid = c.oid AND atttypid = 'uuid'::regtype"
        " AND attnum > 0 AND NOT attisdropped WHERE relkind IN ('r', 'p', 'm')"
        " AND nspname !~ '^pg_' AND nspname <> 'information_schema'"
        " AND has_table_privilege(c.oid, 'SELECT') GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()


def _find_ids(
    connection: Connection,
    table: tuple[str, str],
    columns: Sequence[str],
    ids: Collection[UUID],
    findings: Findings,
) -> None:
    if not columns:
        return
    any_of = SQL(" OR ").join(SQL("{} = ANY(%(ids)s)").format(Identifier(c)) for c in columns)
    query = SQL("SELECT count(*) FROM {} WHERE {}").format(Identifier(*table), any_of)
    findings.left[".".join(table)] += _count(connection.execute(query, {"ids": list(ids)}))


def _find_values(
    connection: Connection, table: tuple[str, str], values: Sequence[str], findings: Findings
) -> None:
    query = SQL("SELECT count(*), count(*) FILTER (WHERE t::text ~ %s) FROM {} AS t").format(
        Identifier(*table)
    )
    row = connection.execute(query, (_any_of(values),)).fetchone() or (0, 0)
    findings.searched["rows"] += row[0]
    findings.alike[".".join(table)] += row[1]


def _any_of(values: Sequence[str]) -> str:
    return "|".join(map(re.escape, values))


def _find_in_files(folders: Sequence[Path], values: Sequence[str], findings: Findings) -> None:
    spellings = {s[:LONGEST] for value in values for s in spellings_of(value)}
    wanted = re.compile(_trie(spellings))
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            findings.searched["files"] += 1
            if _holds(file, wanted):
                findings.alike[str(file.relative_to(folder.parent))] += 1


def _holds(file: Path, wanted: re.Pattern[bytes]) -> bool:
    tail = b""
    try:
        with file.open("rb") as stream:
            while block := stream.read(BLOCK):
                if wanted.search(tail + block):
                    return True
                tail = block[-LONGEST:]
    except FileNotFoundError:
        pass  # The server has removed it meanwhile.
    return False


def spellings_of(value: str) -> Iterator[bytes]:
    """Yield how a text may lie in a file: plain, in UTF-16, and escaped as JSON does it."""
    yield value.encode()
    yield value.encode("utf-16-le")
    yield value.encode("utf-16-be")
    yield value.encode("unicode_escape")


def _trie(words: Collection[bytes]) -> bytes:
    """Return a pattern for any of `words` that goes down one way only at each byte.

    A plain list of alternatives tries each of them at every byte of a file.
    """
    if b"" in words:
        return b""
    branches: dict[int, set[bytes]] = {}
    for word in words:
        branches.setdefault(word[0], set()).add(word[1:])
    ways = [re.escape(bytes([head])) + _trie(tails) for head, tails in sorted(branches.items())]
    return ways[0] if len(ways) == 1 else b"(?:" + b"|".join(ways) + b")"


def _count(cursor: object) -> int:
    row = cursor.fetchone()  # type: ignore[attr-defined]
    return int(row[0])
