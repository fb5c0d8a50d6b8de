-- The event log. Rows are only ever inserted; `position` is dense and equals commit order.
CREATE TABLE event (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
) WITH (
    -- An insert-only table needs no vacuum for dead rows, but fresh statistics and visibility map.
    autovacuum_vacuum_insert_scale_factor = 0.1,
    autovacuum_analyze_scale_factor = 0.05
);
CREATE UNIQUE INDEX event_position ON event (position);

-- One data key per customer or representative, wrapped by the master key (D12).
CREATE TABLE subject_key (
    subject_id uuid PRIMARY KEY,
    master_key_version integer NOT NULL,
    wrapped_key bytea NOT NULL
);

-- What each idempotency key has led to; written in the transaction of its events (trust.md P2).
CREATE TABLE idempotency (
    principal text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    subject_id uuid NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at) WHERE expires_at IS NOT NULL;

-- Appends events, new data keys and idempotency rows in one round trip and one transaction.
-- Returns the position before the first new event. The advisory lock is held until the commit is
-- durable, so the order of positions is the order of commits and no reader ever skips an event.
-- An advisory lock, unlike LOCK TABLE, never meets VACUUM, ANALYZE or CREATE INDEX CONCURRENTLY.
CREATE FUNCTION append_events(
    originator_ids uuid[], originator_versions bigint[], topics text[], states bytea[],
    key_subjects uuid[], key_versions integer[], wrapped_keys bytea[],
    principals text[], keys text[], fingerprints bytea[],
    subjects uuid[], subject_versions bigint[], offsets bigint[], expiries timestamptz[]
) RETURNS bigint LANGUAGE plpgsql AS $function$
DECLARE
    head bigint;
BEGIN
    -- A client may vanish between the statement and the message that commits it. PostgreSQL then
    -- ends the transaction, and with it the lock, only where transactions have a limit (since 17).
    IF current_setting('server_version_num')::integer >= 170000 THEN
        PERFORM set_config('transaction_timeout', current_setting('statement_timeout'), true);
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('{schema}.event', 0));
    SELECT coalesce(max(position), 0) INTO head FROM {schema}.event;
    INSERT INTO {schema}.event (originator_id, originator_version, topic, state, position)
        SELECT i, v, t, s, head + n
        FROM unnest(originator_ids, originator_versions, topics, states)
            WITH ORDINALITY AS batch (i, v, t, s, n);
    IF cardinality(key_subjects) > 0 THEN
        INSERT INTO {schema}.subject_key (subject_id, master_key_version, wrapped_key)
            SELECT * FROM unnest(key_subjects, key_versions, wrapped_keys);
    END IF;
    IF cardinality(keys) > 0 THEN
        INSERT INTO {schema}.idempotency
            (principal, key, fingerprint, subject_id, version, position, expires_at)
            SELECT p, k, f, s, v, head + o, e
            FROM unnest(principals, keys, fingerprints, subjects, subject_versions, offsets,
                expiries) AS batch (p, k, f, s, v, o, e);
    END IF;
    PERFORM pg_notify('{schema}.event', (head + cardinality(originator_ids))::text);
    RETURN head;
END
$function$;
