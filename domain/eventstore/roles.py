"""Who may do what in the database: the owner changes tables, the service and the signer add rows.

Nobody but the owner can change or delete an event, a leaf or a checkpoint (D13). The service adds
events by calling `append_events`, which runs with the owner's rights and makes the leaves. It owns
everything outside the event log's schema, which can be built anew. The signer reads leaves and adds
checkpoints, and knows nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier, Literal

SERVICE, SIGNER = "kezhi_service", "kezhi_signer"
"""The roles beside an embedded server; elsewhere they are whom the addresses name."""

_LOCK = 0x6B657A67

_GRANTS = """
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {service}, {signer};
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM {service}, {signer};
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {database} TO {service};
GRANT CONNECT ON DATABASE {database} TO {signer};
GRANT USAGE ON SCHEMA {schema} TO {service}, {signer};
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {service};
GRANT INSERT, UPDATE, DELETE ON {schema}.subject_key, {schema}.idempotency TO {service};
GRANT EXECUTE ON FUNCTION {schema}.append_events, {schema}.rewrite_keys,
    {schema}.rewrite_statistics, {schema}.let_wal_go, {schema}.overwrite_segment,
    {schema}.onlookers TO {service};
GRANT SELECT ON {schema}.leaf TO {signer};
GRANT SELECT, INSERT ON {schema}.checkpoint, {schema}.subtree, {schema}.verifier_key,
    {schema}.refusal TO {signer};
"""

# From the time before the service had a role of its own; the log stays with its owner.
_HAND_OVER = """
WITH mine AS (
    SELECT n.oid, nspname FROM pg_namespace n
        WHERE nspname <> ALL(%(kept)s::text[]) AND nspname !~ '^pg_'
)
SELECT format('ALTER SCHEMA %%I OWNER TO %%I', mine.nspname, %(service)s::text)
    FROM mine JOIN pg_namespace n USING (oid) WHERE n.nspowner = current_user::regrole
UNION ALL
SELECT format('ALTER TABLE %%I.%%I OWNER TO %%I', nspname, relname, %(service)s::text)
    FROM pg_class JOIN mine ON mine.oid = relnamespace
    WHERE relowner = current_user::regrole AND relkind IN ('r', 'v', 'm', 'p')
UNION ALL
SELECT format('ALTER FUNCTION %%s OWNER TO %%I', p.oid::regprocedure, %(service)s::text)
    FROM pg_proc p JOIN mine ON mine.oid = pronamespace WHERE proowner = current_user::regrole
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """One database, as its owner, the service and the signer connect to it."""

    owner: str
    service: str
    signer: str

    @classmethod
    def alike(cls, address: str) -> Addresses:
        """Return the addresses of a database where one role is everybody."""
        return cls(owner=address, service=address, signer=address)


def grant(addresses: Addresses, schema: str) -> None:
    """Let service and signer do what they must and no more; as often as one likes.

    Roles that are missing are made, with the passwords in their addresses. Does nothing where one
    role is everybody. Raises psycopg's InsufficientPrivilege when the owner may not do that.
    """
    service, signer = user_of(addresses.service), user_of(addresses.signer)
    if service == user_of(addresses.owner):
        return
    with psycopg.connect(addresses.owner) as connection:
        # Several processes may start at once, and PostgreSQL takes only one grant at a time.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        for address in (addresses.service, addresses.signer):
            _make_role(connection, address)
        if _is_granted(connection, schema, service, signer):
            return
        names = {
            "schema": Identifier(schema),
            "database": Identifier(connection.info.dbname),
            "service": Identifier(service),
            "signer": Identifier(signer),
        }
        connection.execute(SQL(_GRANTS).format(**names))
        found = {"service": service, "kept": [schema, "public", "information_schema"]}
        for (statement,) in connection.execute(_HAND_OVER, found).fetchall():
            connection.execute(statement)


def can_change_the_log(connection: psycopg.Connection[Any], schema: str) -> bool:
    """Tell whether whoever is connected could change or delete events."""
    table = f"{schema}.event"
    row = connection.execute(
        "SELECT bool_or(has_table_privilege(%s, right_to))"
        " FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS right_to",
        (table,),
    ).fetchone()
    return row is None or bool(row[0])


def user_of(address: str) -> str:
    """Return whom an address connects as, empty when it does not say."""
    return str(conninfo_to_dict(address).get("user") or "")


def _is_granted(
    connection: psycopg.Connection[Any], schema: str, service: str, signer: str
) -> bool:
    """Tell whether every table of the log may be read by the service and the newest is signable."""
    row = connection.execute(
        "SELECT bool_and(has_table_privilege(%(service)s, oid, 'SELECT'))"
        " AND has_table_privilege(%(signer)s, %(last)s, 'INSERT')"
        " AND has_function_privilege(%(service)s, %(newest)s, 'EXECUTE')"
        " FROM pg_class WHERE relnamespace = %(schema)s::regnamespace AND relkind = 'r'",
        {
            "service": service,
            "signer": signer,
            "schema": schema,
            "last": f"{schema}.refusal",
            "newest": f"{schema}.overwrite_segment()",
        },
    ).fetchone()
    return row is not None and bool(row[0])


def _make_role(connection: psycopg.Connection[Any], address: str) -> None:
    user, password = user_of(address), conninfo_to_dict(address).get("password")
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (user,)).fetchone():
        return
    statement = SQL("CREATE ROLE {} LOGIN").format(Identifier(user))
    if password:
        # Only what the server would keep is sent, so that no log of it holds the password.
        kept = connection.pgconn.encrypt_password(
            str(password).encode(), user.encode(), b"scram-sha-256"
        )
        statement += SQL(" PASSWORD {}").format(Literal(kept.decode()))
    connection.execute(statement)
