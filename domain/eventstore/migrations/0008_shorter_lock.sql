-- As before, but what does not depend on the order of the log is worked out before the lock is
-- taken: whoever saves something waits less long for whoever saves much.
CREATE OR REPLACE FUNCTION append_events(
    originator_ids uuid[], originator_versions bigint[], topics text[], states bytea[],
    key_subjects uuid[], key_versions integer[], wrapped_keys bytea[],
    principals text[], keys text[], fingerprints bytea[],
    subjects uuid[], subject_versions bigint[], offsets bigint[], expiries timestamptz[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    head bigint;
    places bigint[];
    prior bytea;
    state_hashes bytea[];
    hashes bytea[];
BEGIN
    -- A client may vanish between the statement and the message that commits it. PostgreSQL then
    -- ends the transaction, and with it the lock, only where transactions have a limit (since 17).
    IF current_setting('server_version_num')::integer >= 170000 THEN
        PERFORM set_config('transaction_timeout', current_setting('statement_timeout'), true);
    END IF;
    -- places[n] is where in this call the event before the n-th of its stream stands, if it does.
    IF cardinality(originator_ids) > 1 AND 1 < ANY(originator_versions) THEN
        SELECT array_agg(before ORDER BY n) INTO places FROM (
            SELECT n, CASE WHEN lag(v) OVER stream = v - 1 THEN lag(n) OVER stream END AS before
            FROM unnest(originator_ids, originator_versions) WITH ORDINALITY AS batch (i, v, n)
            WINDOW stream AS (PARTITION BY i ORDER BY v)) AS link;
    END IF;
    FOR n IN 1 .. cardinality(originator_ids) LOOP
        prior := hashes[places[n]];
        IF prior IS NULL AND originator_versions[n] > 1 THEN
            SELECT hash INTO prior FROM {schema}.event LEFT JOIN {schema}.leaf USING (position)
                WHERE event.originator_id = originator_ids[n]
                AND event.originator_version = originator_versions[n] - 1;
            -- Whoever decided has read it, so it was stored by then.
            IF NOT FOUND THEN
                RAISE foreign_key_violation USING CONSTRAINT = 'event_before',
                    MESSAGE = 'the event before it in its stream is not stored';
            END IF;
        END IF;
        state_hashes[n] := sha256(states[n]);
        hashes[n] := {schema}.leaf_hash(
            originator_ids[n], originator_versions[n], topics[n], state_hashes[n], prior);
    END LOOP;
    PERFORM pg_advisory_xact_lock(hashtextextended('{schema}.event', 0));
    SELECT coalesce(max(position), 0) INTO head FROM {schema}.event;
    INSERT INTO {schema}.event (originator_id, originator_version, topic, state, position)
        SELECT i, v, t, s, head + n
        FROM unnest(originator_ids, originator_versions, topics, states)
            WITH ORDINALITY AS batch (i, v, t, s, n);
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
