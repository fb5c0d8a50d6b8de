-- As before, and it waits for segments that are still to be archived: one that is let go later is
-- kept with all that is in it, to be used again some time.
CREATE OR REPLACE FUNCTION let_wal_go() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    first text;
BEGIN
    CHECKPOINT;
    PERFORM pg_switch_wal();
    first := pg_walfile_name(pg_current_wal_insert_lsn());
    CHECKPOINT;
    FOR n IN 1 .. 10 LOOP
        EXIT WHEN NOT EXISTS (
            SELECT FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND name < first);
        IF n = 10 THEN
            RAISE feature_not_supported USING MESSAGE =
                'older segments are kept, to be archived, for a replica or by wal_keep_size';
        END IF;
        PERFORM pg_sleep(1);
        CHECKPOINT;
    END LOOP;
END
$function$;

-- Writes over the rest of the segment that is written to, and returns how many from the next one on
-- still hold what was in them before they were kept to be used again.
CREATE FUNCTION overwrite_segment() RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    -- Whoever leaves a segment fills it with zeros; one in which nothing stands is not left.
    PERFORM pg_logical_emit_message(false, 'kezhi', '');
    PERFORM pg_switch_wal();
    RETURN (SELECT count(*) FROM pg_ls_waldir()
        WHERE name ~ '^[0-9A-F]{24}$' AND name >= pg_walfile_name(pg_current_wal_insert_lsn()));
END
$function$;

REVOKE ALL ON FUNCTION overwrite_segment FROM PUBLIC;
