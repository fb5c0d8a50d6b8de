"""Who is at what: claims with a lease on rows that are due, counted before they are begun (D7).

The rows themselves stand in a read model; here is only what is needed so that each is taken up by
somebody, by one at a time, and by nobody for ever. A claim saves work and decides nothing: that a
thing is done once is the business of the event log's primary key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier

from domain.eventstore.binary_arrays import uuids
from domain.eventstore.database import Database

CRASHES = 3
"""After so many crashes or failures in a row a key is set aside for a person to look at."""

PART_OF_LEASE = 5 / 6
"""How much of a lease may be worked: who works has given up before somebody else begins."""

CLAIMS: dict[str, LiteralString] = {
    "decide": "claim",
    "greet": "greeting",
    "campaign": "campaign",
    "deliver": "delivery",
    "import": "import",
    "try": "try",
}
"""The table in `work` in which the claims of each job stand."""

OPTIONS = "-c enable_seqscan=off -c jit=off"
"""Of the connections that claim: by the keys, even if a table was empty when it was planned for.

A table of claims is empty at night and full on a festival. A plan that was good for none reads all
of them for each row that is due: with 80,000 claims none was made within a statement's 15 seconds.
"""

_LOOKED_AT = 5_000
"""How many that were hinted at in vain are looked at, of whatever kind."""

_SETUP_LOCK = 0x6B657A77  # "kezw"


class Place(NamedTuple):
    """Where a row stands among those of its kind that are due: the oldest first."""

    due_at: datetime
    key: UUID


_BEGINNING = Place(datetime.min.replace(tzinfo=UTC), UUID(int=0))
_NOWHERE: Mapping[str, Place] = {}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A key that was due; `is_neglected` when a hint was sent before and nobody heeded it."""

    kind: str
    place: Place
    is_neglected: bool

    @property
    def key(self) -> UUID:
        """What was claimed."""
        return self.place.key


def prepare(database: Database) -> None:
    """Create the tables of the background work where they are missing; safe from many processes."""
    database.set_up((files("workers") / "migrations.sql").read_text("utf-8"), _SETUP_LOCK)


class Worklist:
    """The claims on the rows of one read model; every method takes the time from its caller."""

    def __init__(
        self,
        database: Database,
        *,
        claims: str,
        source: tuple[str, str],
        lease: timedelta,
        condition: LiteralString = "true",
    ) -> None:
        """Claim rows of `source` (schema and table) that meet `condition`, in `work.<claims>`.

        The source has key, kind, due_at and priority; its rows go by themselves when they are done.
        """
        self._database = database
        self.lease = lease
        self._claims = Identifier("work", claims)
        self._source = Identifier(*source)
        self._condition = SQL(condition)
        self._claim = self._claiming(
            # A row is free when nobody has taken it up, when it has moved since, or when whoever
            # did has let the lease run out.
            "{source} o LEFT JOIN {claim} c ON true",
            # What one has been through begins with what was just done: up to a million rows that
            # are claimed, or deleted and not yet swept out.
            "(o.due_at, o.key) > (w.since, w.after) AND (c.key IS NULL OR c.due_at <> o.due_at"
            " OR (c.until <= %(now)s AND c.state <> 'quarantined'"
            "  AND (c.state <> 'running' OR c.crashes < %(crashes)s)))",
        )
        self._neglected = self._sql(
            "SELECT key FROM {claims} WHERE state = 'hinted' AND until <= %(now)s LIMIT %(most)s"
        )
        self._claim_neglected = self._claiming(
            "{source} o CROSS JOIN {claim} c",
            "o.key = ANY(%(keys)s) AND c.state = 'hinted' AND c.until <= %(now)s",
        )
        self._set_aside = self._sql(
            "UPDATE {claims} SET state = 'quarantined',"
            " last_error = CASE WHEN last_error = '' THEN 'the process died' ELSE last_error END"
            " WHERE state = 'running' AND until <= %(now)s AND crashes >= %(crashes)s"
        )
        self._take = self._sql(
            "UPDATE {claims} SET state = 'running', until = %(until)s,"
            " attempts = attempts + 1, crashes = crashes + 1"
            " WHERE key = ANY(%(keys)s) AND state = 'hinted' AND crashes BETWEEN %(least)s AND"
            " %(most)s RETURNING key, attempts"
        )
        self._suspects = self._sql(
            "SELECT key FROM {claims} WHERE key = ANY(%(keys)s) AND state = 'hinted'"
            " AND crashes > 0"
        )
        self._keep = self._sql(
            "UPDATE {claims} SET until = %(until)s WHERE key = %(key)s AND state = 'running'"
        )
        self._finish = self._sql(
            "UPDATE {claims} SET state = 'done', until = %(until)s, crashes = 0"
            " WHERE key = ANY(%(keys)s)"
        )
        self._postpone = self._sql(
            "UPDATE {claims} SET state = 'waiting', until = %(until)s, crashes = 0,"
            " attempts = attempts - %(uncounted)s, last_error = %(error)s WHERE key = ANY(%(keys)s)"
        )
        self._fail = self._sql(
            "UPDATE {claims} SET"
            " state = CASE WHEN crashes >= %(crashes)s THEN 'quarantined' ELSE 'waiting' END,"
            " until = %(until)s, last_error = %(error)s WHERE key = %(key)s"
        )
        self._give_back = self._sql(
            "UPDATE {claims} SET state = 'waiting', until = %(now)s, attempts = attempts - 1,"
            " crashes = crashes - 1 WHERE key = ANY(%(keys)s) AND state = 'running'"
        )
        self._let_go = self._sql(
            "UPDATE {claims} SET state = 'waiting', until = %(now)s"
            " WHERE key = ANY(%(keys)s) AND state = 'hinted'"
        )
        self._sweep = self._sql(
            # What is done is only kept until the read model knows.
            "DELETE FROM {claims} c WHERE (c.until <= %(before)s OR c.state = 'done')"
            " AND NOT EXISTS (SELECT FROM {source} o"
            "  WHERE o.key = c.key AND o.due_at = c.due_at AND {condition})"
        )
        self._next = self._sql(
            "SELECT min(at) FROM ("
            " SELECT min(o.due_at) AS at FROM {source} o WHERE o.due_at > %(now)s AND {condition}"
            " UNION ALL SELECT min(c.again_at) FROM {claims} c"
            "  WHERE c.again_at > %(now)s AND c.again_at < 'infinity') AS moment"
        )

    def claim(
        self,
        now: datetime,
        kinds: Collection[str],
        limit: int,
        *,
        after: Mapping[str, Place] = _NOWHERE,
    ) -> list[Claimed]:
        """Take up to `limit` rows of these kinds that are due and free, the most urgent first.

        Of a kind only what stands `after` its place is looked at, so that whoever goes on where he
        stood does not pass over all that he has claimed before.
        """
        return self._claimed(self._claim, now, kinds, limit, after)

    def claim_neglected(self, now: datetime, kinds: Collection[str], limit: int) -> list[Claimed]:
        """Take none but those that were hinted at before in vain; reads all claims once."""
        keys = [row[0] for row in self._run(self._neglected, now=now, most=_LOOKED_AT)]
        if not keys:
            return []
        return self._claimed(self._claim_neglected, now, kinds, limit, _NOWHERE, keys=uuids(keys))

    def set_aside(self, now: datetime) -> None:
        """Quarantine what has brought down its process too often."""
        self._run(self._set_aside, now=now, crashes=CRASHES)

    def take(self, keys: Sequence[UUID], now: datetime) -> dict[UUID, int]:
        """Begin with those of `keys` that are claimed and above suspicion.

        Returns how often each was begun, this time included. What crashed before is left for
        `take_suspect`, one at a time, so that it brings nobody else down.
        """
        return self._begin(keys, now, 0, 0)

    def suspects(self, keys: Collection[UUID]) -> list[UUID]:
        """Return those of `keys` that are claimed and have crashed before."""
        return [row[0] for row in self._run(self._suspects, keys=uuids(keys))] if keys else []

    def take_suspect(self, key: UUID, now: datetime) -> int | None:
        """Begin with a key that crashed before; None when it is not ours to begin with."""
        return self._begin([key], now, 1, CRASHES - 1).get(key)

    def keep(self, key: UUID, now: datetime) -> None:
        """Hold on to a key that was begun for another lease: what takes long says so in time."""
        self._run(self._keep, key=key, until=now + self.lease)

    def finish(self, keys: Collection[UUID], now: datetime) -> None:
        """Be done with `keys`; for one lease nobody asks again, until the read model knows."""
        if keys:
            self._run(self._finish, keys=uuids(keys), until=now + self.lease)

    def postpone(
        self, keys: Collection[UUID], until: datetime, reason: str, *, is_attempt: bool = True
    ) -> None:
        """Try again at `until`; the attempt came to an orderly end, or was none at all."""
        uncounted = 0 if is_attempt else 1
        self._run(self._postpone, keys=uuids(keys), until=until, error=reason, uncounted=uncounted)

    def fail(self, key: UUID, now: datetime, error: str) -> None:
        """Try again after a lease, or set aside: the attempt raised an error of ours."""
        self._run(self._fail, key=key, until=now + self.lease, error=error, crashes=CRASHES)

    def give_back(self, keys: Collection[UUID], now: datetime) -> None:
        """Forget that `keys` were begun: a server was away, which is not their fault."""
        if keys:
            self._run(self._give_back, keys=uuids(keys), now=now)

    def let_go(self, keys: Collection[UUID], now: datetime) -> None:
        """Leave those of `keys` that were not begun to whoever looks next."""
        if keys:
            self._run(self._let_go, keys=uuids(keys), now=now)

    def sweep(self, now: datetime) -> None:
        """Delete claims on rows that are gone, or due at another time."""
        with self._database.transaction() as connection:
            # Most claims are looked at, in whatever order they stand.
            connection.execute("SET LOCAL enable_seqscan = on")
            connection.execute(self._sweep, {"before": now - self.lease})

    def next_at(self, now: datetime) -> datetime | None:
        """Return when something falls due or is to be tried again next; no lease counts here."""
        found: datetime | None = self._run(self._next, now=now)[0][0]
        return found

    def _claimed(
        self,
        query: Composed,
        now: datetime,
        kinds: Collection[str],
        limit: int,
        after: Mapping[str, Place],
        **others: Any,
    ) -> list[Claimed]:
        places = [after.get(kind, _BEGINNING) for kind in kinds]
        rows = self._run(
            query,
            now=now,
            until=now + self.lease,
            limit=limit,
            crashes=CRASHES,
            kinds=list(kinds),
            since=[place.due_at for place in places],
            after=uuids(place.key for place in places),
            **others,
        )
        return [Claimed(kind, Place(*place), neglected) for kind, neglected, *place in rows]

    def _begin(self, keys: Sequence[UUID], now: datetime, least: int, most: int) -> dict[UUID, int]:
        if not keys:
            return {}
        rows = self._run(
            self._take, keys=uuids(keys), until=now + self.lease, least=least, most=most
        )
        return {row[0]: row[1] for row in rows}

    def _claiming(self, rows: LiteralString, are_free: LiteralString) -> Composed:
        return self._sql(
            # Kind by kind along an index: among very many of one kind those of another are found at
            # once, and none that is not due yet is passed over.
            "WITH due AS ("
            " SELECT each.* FROM unnest(%(kinds)s::text[], %(since)s::timestamptz[],"
            "  %(after)s::uuid[]) AS w (kind, since, after) CROSS JOIN LATERAL ("
            "  SELECT o.key, o.kind, o.due_at, o.priority, c.state FROM {rows}"
            "  WHERE o.kind = w.kind AND o.due_at <= %(now)s AND {condition} AND {are_free}"
            "  ORDER BY o.due_at, o.key LIMIT %(limit)s FOR UPDATE OF o SKIP LOCKED) AS each"
            " ORDER BY priority, due_at, key LIMIT %(limit)s"
            "), claimed AS ("
            " INSERT INTO {claims} AS c (key, due_at, state, until)"
            " SELECT key, due_at, 'hinted', %(until)s FROM due"
            " ON CONFLICT (key) DO UPDATE SET state = 'hinted', until = excluded.until,"
            "  due_at = excluded.due_at,"
            "  attempts = CASE WHEN c.due_at = excluded.due_at THEN c.attempts ELSE 0 END,"
            "  crashes = CASE WHEN c.due_at = excluded.due_at THEN c.crashes ELSE 0 END"
            "  WHERE c.until <= %(now)s OR c.due_at <> excluded.due_at"
            " RETURNING c.key)"
            " SELECT due.kind, coalesce(due.state = 'hinted', false), due.due_at, due.key"
            " FROM due JOIN claimed USING (key) ORDER BY due.priority, due.due_at, due.key",
            # A query of its own for each row, which is never joined to all of them.
            rows=self._sql(
                rows, claim=self._sql("LATERAL (SELECT * FROM {claims} WHERE key = o.key OFFSET 0)")
            ),
            are_free=self._sql(are_free),
        )

    def _sql(self, text: LiteralString, **parts: Composed) -> Composed:
        return SQL(text).format(
            claims=self._claims, source=self._source, condition=self._condition, **parts
        )

    def _run(self, query: Composed, **arguments: Any) -> list[tuple[Any, ...]]:
        with self._database.connection() as connection:
            cursor = connection.cursor(binary=True).execute(query, arguments, prepare=True)
            return cursor.fetchall() if cursor.description is not None else []
