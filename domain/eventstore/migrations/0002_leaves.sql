-- One leaf per event (D13), stored in the transaction of its event. Rows are only ever inserted.
-- Leaf and event share their position; the index in the Merkle tree is the position less one.
-- `state_hash` is the SHA-256 of the stored state, so a leaf outlives an erasure and tells nothing.
CREATE TABLE leaf (
    position bigint PRIMARY KEY,
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state_hash bytea NOT NULL,
    hash bytea NOT NULL
) WITH (
    autovacuum_vacuum_insert_scale_factor = 0.1,
    autovacuum_analyze_scale_factor = 0.05
);

-- The hash of a leaf: RFC 6962, section 2.1, over what domain/audit/leaves.py spells out too.
-- It holds the leaf of the event before it in its stream, so that a stream is a chain.
CREATE FUNCTION leaf_hash(
    originator_id uuid, originator_version bigint, topic text, state_hash bytea, prior bytea
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(
    '\000kezhi-leaf-v1\000'::bytea || uuid_send(originator_id) || int8send(originator_version)
    || int2send(octet_length(topic)::smallint) || convert_to(topic, 'UTF8')
    || state_hash
    || coalesce(prior, '\x0000000000000000000000000000000000000000000000000000000000000000')
);

-- Events that are there already get their leaves now, in log order, while nobody appends.
DO $function$
DECLARE
    stored record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('{schema}.event', 0));
    FOR stored IN SELECT *, sha256(state) AS state_hash FROM event ORDER BY position LOOP
        INSERT INTO leaf VALUES (
            stored.position, stored.originator_id, stored.originator_version, stored.topic,
            stored.state_hash,
            leaf_hash(
                stored.originator_id, stored.originator_version, stored.topic, stored.state_hash,
                (SELECT leaf.hash FROM event JOIN leaf USING (position)
                    WHERE event.originator_id = stored.originator_id
                    AND event.originator_version = stored.originator_version - 1)
            )
        );
    END LOOP;
END
$function$;

-- As before, and a leaf for every event. It runs with the rights of its owner: who may call it can
-- append to the log, leaves and all, and needs no right to write into its tables.
CREATE OR REPLACE FUNCTION append_events(
    originator_ids uuid[], originator_versions bigint[], topics text[], states bytea[],
    key_subjects uuid[], key_versions integer[], wrapped_keys bytea[],
    principals text[], keys text[], fingerprints bytea[],
    subjects uuid[], subject_versions bigint[], offsets bigint[], expiries timestamptz[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    head bigint;
    before bigint;
    prior bytea;
    state_hashes bytea[];
    hashes bytea[];
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
    -- A chain is made link by link; where its last link is, the events just stored tell as well.
    FOR n IN 1 .. cardinality(originator_ids) LOOP
        prior := NULL;
        IF originator_versions[n] > 1 THEN
            SELECT position INTO before FROM {schema}.event
                WHERE originator_id = originator_ids[n]
                AND originator_version = originator_versions[n] - 1;
            IF before > head THEN
                prior := hashes[before - head];
            ELSIF before IS NOT NULL THEN
                SELECT hash INTO prior FROM {schema}.leaf WHERE position = before;
            END IF;
        END IF;
        state_hashes[n] := sha256(states[n]);
        hashes[n] := {schema}.leaf_hash(
            originator_ids[n], originator_versions[n], topics[n], state_hashes[n], prior);
    END LOOP;
    INSERT INTO {schema}.leaf
        (position, originator_id, originator_version, topic, state_hash, hash)
        SELECT head + n, i, v, t, s, h
        FROM unnest(originator_ids, originator_versions, topics, state_hashes, hashes)
            WITH ORDINALITY AS batch (i, v, t, s, h, n);
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
REVOKE ALL ON FUNCTION append_events FROM PUBLIC;
