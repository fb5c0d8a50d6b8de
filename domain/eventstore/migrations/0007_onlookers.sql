-- Who still sees what lay in the tables before an erasure, keeps it in a log, or holds one of
-- `tables`: rewriting copies every row that anybody may still see, so it waits for them (D12). It
-- runs with the owner's rights because others are not told since when a session is at it.
CREATE FUNCTION onlookers(horizon xid8, wal pg_lsn, tables oid[])
RETURNS TABLE (kind text, name text, application text, account text, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
    WITH erased AS (
        -- A database that was copied to another server counts transactions anew.
        SELECT age(CASE WHEN horizon > newest THEN newest ELSE horizon END::xid) AS ago
            FROM pg_snapshot_xmax(pg_current_snapshot()) AS newest
    )
    SELECT 'session', pid::text, application_name, usename::text, xact_start
        FROM pg_stat_activity, erased
        WHERE pid <> pg_backend_pid() AND (datid IS NULL OR datname = current_database())
            AND (greatest(age(backend_xmin), age(backend_xid)) >= ago OR pid IN (
                SELECT l.pid FROM pg_locks AS l WHERE granted AND relation = ANY(tables)
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            ))
    UNION ALL
    SELECT 'prepared', gid, '', owner::text, prepared FROM pg_prepared_xacts, erased
        WHERE database = current_database() AND age(transaction) >= ago
    UNION ALL
    SELECT 'slot', slot_name::text, coalesce(plugin::text, ''), '', NULL
        FROM pg_replication_slots, erased
        WHERE greatest(age(xmin), age(catalog_xmin)) >= ago OR restart_lsn < wal
$function$;

REVOKE ALL ON FUNCTION onlookers FROM PUBLIC;
