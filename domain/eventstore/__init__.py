"""The event store's own parts: recorder, mapper with keys, migrations, embedded PostgreSQL.

The only room of the domain that may know a database; named only by composition functions (D2).
"""
